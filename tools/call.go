package tools

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
)

// call is one call of a tool.
type call struct {
	tools   *Tools
	account *Account
	// progressToken is the client's, where it wants progress; progressed, that it
	// was told some.
	progressToken mcp.ProgressToken
	progressed    *atomic.Bool
	spec          *spec
	// doing completes "to …" in messages; plans make it more precise.
	doing string
	// subject is the API user that the call names; nil where it names none.
	subject uuid.UUID
	// identity is who the token is, once known.
	identity *awork.Identity
	// token is the one that a write was judged by and is held to.
	token awork.Token
	// caller is who makes the call, where the transport knows.
	caller string
	// state and answers are what a client of the 2026-07-28 revision sends back
	// with the answer to a question; code is the confirmationCode.
	state, code string
	answers     mcp.InputResponses
	// confirmed says how the write was confirmed.
	confirmed  string
	committing bool
	// names are those that the plan looked up, for records in a failure.
	names names
	// notDone says what did not happen, for a call that ends without it.
	notDone string
}

// hasSubject is implemented by the arguments of tools that take an apiUserId.
type hasSubject interface{ subject() uuid.UUID }

func (c *call) decode(args json.RawMessage, fields []field, in any) error {
	err := decode(args, fields)
	if c.account == nil {
		err = refuse(Unauthenticated, "This call brings no awork token: this server wants one with every request, in X-Awork-Token.")
	}
	if s, ok := in.(hasSubject); ok {
		c.subject = s.subject()
	}
	return err
}

// plan runs a plan beside the look-up of who the token is, without which no
// write goes on, and asks the policy about the change.
func (c *call) plan(ctx context.Context, plan func(context.Context) (*change, error)) (*change, error) {
	ctx, cancel := context.WithTimeout(ctx, c.tools.deadline)
	defer cancel()
	var g errgroup.Group
	var meErr error
	g.Go(func() error {
		c.identity, meErr = c.account.directory.me(ctx)
		return nil
	})
	ch, err := plan(ctx)
	_ = g.Wait()
	// The plan may have found the token refused and taken up a newer one: who is
	// judged here is whose token the write is held to.
	var tokenErr error
	if c.token, tokenErr = c.account.client.TokenNow(ctx); meErr == nil && (tokenErr != nil || c.token.IsZero()) {
		meErr = &awork.Error{Kind: awork.KindUnauthenticated, Err: tokenErr, Reason: "there is no token to send"}
	}
	if meErr == nil {
		c.identity, meErr = c.account.directory.me(ctx)
	}
	if meErr != nil {
		return nil, meErr
	}
	if err != nil || ch.done != nil {
		return ch, err
	}
	return ch, c.tools.allow(ch, c.identity)
}

// permission is what awork asks for to let the call's tool work.
func (c *call) permission() string {
	if c.spec.writes {
		return awork.WriteManageConfig
	}
	return awork.ReadManageConfig
}

// progress tells the client how far a call is, if it wants to know. It is a
// courtesy: nothing depends on its arrival.
func (c *call) progress(ctx context.Context, done, total int, message string) {
	s := server.ServerFromContext(ctx)
	if c.progressToken == nil || s == nil {
		return
	}
	c.progressed.Store(true)
	_ = s.SendNotificationToClient(ctx, string(mcp.MethodNotificationProgress), map[string]any{
		"progressToken": c.progressToken, "progress": done, "total": total, "message": string(c.strike(ctx, []byte(message)))})
}

// strike strikes the awork token out of a text that is about to be shown.
func (c *call) strike(ctx context.Context, text []byte) []byte {
	if c.account == nil {
		return text
	}
	return c.account.client.Redact(ctx, text)
}

// complete adds what every result of a call carries.
func (c *call) complete(ctx context.Context, r *Result) {
	if c.subject != uuid.Nil {
		r.APIUserID = c.subject.String()
	}
	if c.spec.writes {
		r.Workspace = c.workspace(ctx)
	}
}

// workspace names the workspace of a write, or the API's host while awork has
// not told the name. It asks awork nothing.
func (c *call) workspace(ctx context.Context) string {
	if c.account == nil {
		return c.tools.host
	}
	me := c.identity
	if me == nil {
		me = c.account.directory.knownMe(ctx)
	}
	if me == nil || clean(me.Workspace.Name) == "" {
		return c.account.client.Host()
	}
	return clean(me.Workspace.Name)
}

func (t *Tools) logCall(ctx context.Context, c *call, r *Result, took time.Duration) {
	if !t.log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	attrs := []slog.Attr{slog.String("tool", c.spec.name), slog.String("outcome", string(r.Outcome)), slog.Float64("ms", float64(took.Microseconds())/1000)}
	if r.APIUserID != "" {
		attrs = append(attrs, slog.String("apiUserId", r.APIUserID))
	}
	if c.spec.writes {
		attrs = append(attrs, slog.String("workspace", r.Workspace))
	}
	if c.caller != "" {
		attrs = append(attrs, slog.String("caller", c.caller))
	}
	if traceparent := awork.Traceparent(ctx); traceparent != "" {
		attrs = append(attrs, slog.String("traceparent", traceparent))
	}
	t.log.LogAttrs(ctx, slog.LevelInfo, "tool call", attrs...)
}
