// Package call is one call of a tool: what it may read, how a write is authorized
// and sent, and what a failure means for the agent. A tool that writes is one
// function that reads top to bottom:
//
//	user, names, err := c.ReadAPIUser(ctx, in.id)
//	if err != nil {
//		return nil, err
//	}
//	ctx, grant, err := c.Authorize(ctx, call.Change{Kind: policy.Delete, Targets: …, Question: …})
//	if err != nil {
//		return nil, err
//	}
//	err = c.Write(ctx, grant, call.About(names, *user, result.Deleted), send)
//
// Only [Call.Authorize] makes a [Grant], and only [Call.Write], which wants one,
// hands out a client that writes: a tool that skips the policy, the human or the
// journal does not compile.
package call

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/confirm"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// Server is what the calls of a server share.
type Server struct {
	Policy  *policy.Policy
	Confirm *confirm.Confirmer
	Journal *journal.Journal
	Log     *slog.Logger
	// Deadline bounds awork's part of a call: once before a human is asked, and
	// once more after.
	Deadline time.Duration
}

// Tool is what a call knows of its tool.
type Tool struct {
	Name, Title string
	Writes      bool
}

// Request is what a call of a tool brings beside its arguments.
type Request struct {
	Answer        confirm.Answer
	ProgressToken mcp.ProgressToken
}

// Call is one call of a tool.
type Call struct {
	// Awork reads from awork with the call's token.
	Awork Reader
	// Directory looks up what ids stand for.
	Directory *directory.Directory

	server  *Server
	client  *awork.Client
	tool    Tool
	caller  Caller
	request Request
	// incoming is the context that the call came with, without a deadline: the time
	// that a human takes is not counted.
	incoming context.Context
	// ownAccount: the call brings an awork token of its own.
	ownAccount bool
	// subject is the API user that the call names; nil where it names none.
	subject uuid.UUID
	// identity is who the token is, once known.
	identity   *awork.Identity
	committing bool
	// previewOnly: nothing may be written, and nobody asked.
	previewOnly bool
	progressed  atomic.Bool
	cancels     []context.CancelFunc
}

// New makes a call that goes to account, or to none where that is nil.
func (s *Server) New(ctx context.Context, account *Account, tool Tool, r Request) *Call {
	c := &Call{server: s, tool: tool, caller: CallerFrom(ctx), request: r, incoming: ctx}
	c.ownAccount = AccountFrom(ctx, nil) != nil
	if account != nil {
		c.client, c.Awork, c.Directory = account.client, account.client, account.directory
		if tool.Writes { // what others read must not hold it up
			c.Awork = account.client.Prioritized()
		}
	}
	return c
}

// Run runs do with the deadline for what comes before a human is asked. For a tool
// that writes, the token's owner is looked up beside it.
func (c *Call) Run(do func(context.Context) (result.Reply, error)) (result.Reply, error) {
	ctx, cancel := context.WithTimeout(c.incoming, c.server.Deadline)
	defer c.end()
	defer cancel()
	if !c.tool.Writes {
		return do(ctx)
	}
	var owner sync.WaitGroup
	owner.Go(func() { _, _ = c.Directory.Me(ctx) })
	defer owner.Wait() // every result of a write names the workspace, a refusal's too
	return do(ctx)
}

func (c *Call) end() {
	for _, cancel := range c.cancels {
		cancel()
	}
}

// TakesCode reports whether calls may bring a confirmationCode.
func (c *Call) TakesCode() bool { return c.server.Confirm.TakesCode(c.incoming) }

// BringCode says which confirmationCode the call brings.
func (c *Call) BringCode(code string) { c.request.Answer.Code = code }

// Incoming returns the context that the call came with.
func (c *Call) Incoming() context.Context { return c.incoming }

// About says which API user a call is about; results name it whatever happens.
func (c *Call) About(id uuid.UUID) { c.subject = id }

// Log returns the server's log.
func (c *Call) Log() *slog.Logger { return c.server.Log }

// Policy returns what the operator allows.
func (c *Call) Policy() *policy.Policy { return c.server.Policy }

// Caller returns who makes the call.
func (c *Call) Caller() Caller { return c.caller }

// HoldsToken reports whether arguments hold the awork token of the call.
func (c *Call) HoldsToken(args json.RawMessage) bool {
	return c.client != nil && c.client.HoldsToken(c.incoming, args)
}

// Redact redacts the awork token in a text that is about to be shown.
func (c *Call) Redact(text []byte) []byte {
	if c.client == nil {
		return text
	}
	return c.client.Redact(c.incoming, text)
}

// Workspace names the workspace of the call as far as that is known without
// asking; empty where it is not.
func (c *Call) Workspace() string {
	me := c.identity
	if me == nil && c.Directory != nil {
		me = c.Directory.CachedMe(c.incoming)
	}
	if me == nil {
		return ""
	}
	return text.Clean(me.Workspace.Name)
}

// Identify says who the token is, where a tool has read that itself.
func (c *Call) Identify(me *awork.Identity) { c.identity = me }

// Progress tells the client how far a call is, if it wants to know. Nothing
// depends on its arrival.
func (c *Call) Progress(ctx context.Context, done, total int, message string) {
	s := server.ServerFromContext(ctx)
	if c.request.ProgressToken == nil || s == nil {
		return
	}
	c.progressed.Store(true)
	_ = s.SendNotificationToClient(ctx, string(mcp.MethodNotificationProgress), map[string]any{
		"progressToken": c.request.ProgressToken,
		"progress":      done,
		"total":         total,
		"message":       string(c.Redact([]byte(message))),
	})
}

// Progressed reports whether the client was notified of any progress.
func (c *Call) Progressed() bool { return c.progressed.Load() }

// Complete adds what every result of a call carries.
func (c *Call) Complete(r *result.Result) {
	if c.subject != uuid.Nil {
		r.APIUserID = c.subject.String()
	}
	if c.tool.Writes {
		r.Workspace = c.Workspace()
	}
}
