package call

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// recordTimeout bounds how long the result of a write waits for the journal.
const recordTimeout = 5 * time.Second

// Write is one write to awork, as the journal names it.
type Write struct {
	APIUserID      uuid.UUID
	RoleID         uuid.UUID
	Name, ClientID string
	// Success is the outcome where the write succeeds.
	Success result.Outcome
	Before  *result.APIUser
}

// About is a write to an API user that exists.
func About(names directory.Names, u awork.APIUser, success result.Outcome) Write {
	return Write{APIUserID: u.ID, Name: u.Name, ClientID: u.ClientID, Success: success, Before: names.Show(u)}
}

// Write sends one write between its two lines in the journal. Where the first
// can't be written, nothing is sent. send gets the client to send with, and may
// add to the entry what the result line says. An error carries what it means for
// the change that was granted; see [Call.Describe].
func (c *Call) Write(
	ctx context.Context,
	g Grant,
	w Write,
	send func(context.Context, *awork.Client, *journal.Entry) error,
) error {
	granted := g.granted()
	e := journal.Entry{ID: uuid.New(), Phase: journal.PhaseIntent, Time: time.Now().UTC(),
		Caller: c.caller.Name, Workspace: c.Workspace(), Tool: c.tool.Name, Confirmed: granted.how,
		APIUserID: w.APIUserID, RoleID: w.RoleID, Name: text.Clean(w.Name), ClientID: text.Clean(w.ClientID),
		Before: w.Before}
	if err := c.record(ctx, e); errors.Is(err, context.Canceled) {
		return granted.change.failure(err)
	} else if err != nil {
		c.server.Log.ErrorContext(ctx, "the journal can't be written, so nothing is sent", "error", err)
		return granted.change.failure(result.Refuse(result.Blocked,
			"This server keeps a journal of writes (--journal), and it can't be written; the server's log says why."))
	}
	ctx, trace := awork.RecordTrace(ctx)
	outcome := result.Unknown // where send panics
	defer func() {
		c.forget(w, granted.change.Kind)
		e.Phase, e.Time, e.Before = journal.PhaseResult, time.Now().UTC(), nil
		e.Outcome, e.TraceID = outcome, text.Clean(trace())
		c.recordResult(ctx, e)
	}()
	err := send(ctx, granted.client, &e)
	outcome = w.Success
	if err == nil {
		return nil
	}
	err = granted.change.failure(err)
	if outcome = c.Describe(err).Base().Outcome; awork.NotSent(err) {
		outcome = result.NotAttempted
	}
	return err
}

// forget drops what a write may have changed: the next question may ask whether
// an admin is left.
func (c *Call) forget(w Write, kind policy.Kind) {
	if kind == policy.CreateRole {
		c.Directory.ForgetRole(w.RoleID)
		return
	}
	c.Directory.ForgetUsers()
	if w.APIUserID == uuid.Nil { // it may be about a client application
		c.Directory.ForgetClients()
	}
}

func (c *Call) recordResult(ctx context.Context, e journal.Entry) {
	finishing, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	if err := c.record(finishing, e); err != nil {
		c.server.Log.ErrorContext(ctx, "the journal can't be written: this write has no "+
			"result line", "id", e.ID, "error", err)
	}
	c.logWrite(ctx, e)
}

// record writes a line of the journal, with the token redacted: cleaning may have
// joined what hidden characters separated.
func (c *Call) record(ctx context.Context, e journal.Entry) error {
	return c.server.Journal.Append(ctx, c.Redact(result.JSON(e)), e.Phase == journal.PhaseIntent)
}

// logWrite shows a write in the log, as the journal has it.
func (c *Call) logWrite(ctx context.Context, e journal.Entry) {
	_ = json.Unmarshal(c.Redact(result.JSON(e)), &e) // which it was made of
	attrs := []slog.Attr{slog.String("id", e.ID.String())}
	for _, a := range []slog.Attr{
		slog.String("caller", e.Caller), slog.String("workspace", e.Workspace), slog.String("tool", e.Tool),
		slog.String("name", e.Name), slog.String("clientId", e.ClientID), slog.String("confirmed", e.Confirmed),
		slog.String("delivered", e.Delivered), slog.String("outcome", string(e.Outcome)), slog.String("traceId", e.TraceID)} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	if e.APIUserID != uuid.Nil {
		attrs = append(attrs, slog.String("apiUserId", e.APIUserID.String()))
	}
	if e.RoleID != uuid.Nil {
		attrs = append(attrs, slog.String("roleId", e.RoleID.String()))
	}
	c.server.Log.LogAttrs(ctx, slog.LevelInfo, "write", attrs...)
}

// Detach returns a context for what follows once awork has made a secret, which
// can't be asked for again: it outlives ctx, but not by more than a write may.
func Detach(ctx context.Context) (detached context.Context, done func()) {
	detached, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(awork.FinishWithin, cancel) })
	return detached, func() { stop(); cancel() }
}
