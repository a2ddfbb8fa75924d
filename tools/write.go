package tools

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// writeUser does one write to an API user, as write does; target is the API
// user as it is.
func (c *call) writeUser(ctx context.Context, n names, target awork.APIUser, success Outcome, do func(context.Context) (*awork.APIUser, error)) (after *awork.APIUser, err error) {
	e := Entry{APIUserID: target.ID, Name: clean(target.Name), ClientID: clean(target.ClientID)}
	if target.ID != uuid.Nil {
		e.Before = n.show(target)
	}
	err = c.write(ctx, &e, success, func(ctx context.Context) (*APIUser, error) {
		var err error
		if after, err = do(ctx); err != nil || after == nil {
			return nil, err
		}
		return n.show(*after), nil
	})
	return after, err
}

// write does one write to awork between its two lines in the journal. Where the
// first can't be written, nothing is sent. e says what it is about, success the
// outcome where do succeeds; do may add to e.
func (c *call) write(ctx context.Context, e *Entry, success Outcome, do func(context.Context) (*APIUser, error)) error {
	e.ID, e.Phase, e.Time = uuid.New(), phaseIntent, time.Now().UTC()
	e.Caller, e.Workspace, e.Tool, e.Confirmed = c.caller, c.workspace(ctx), c.spec.name, c.confirmed
	if err := c.record(ctx, *e); errors.Is(err, context.Canceled) {
		return err
	} else if err != nil {
		c.tools.log.ErrorContext(ctx, "the journal can't be written, so nothing is sent", "error", err)
		return refuse(Blocked, "This server keeps a journal of writes (--journal), and it can't be written; the server's log says why.")
	}
	ctx, trace := awork.RecordTrace(ctx)
	finished := false
	var after *APIUser
	var err error
	defer func() {
		c.account.directory.apiUsers.forget() // the next question may ask whether an admin is left
		if e.APIUserID == uuid.Nil {
			c.account.directory.clients.forget() // it may be one that was made or deleted
		}
		e.Phase, e.Time, e.Before, e.Outcome, e.TraceID = phaseResult, time.Now().UTC(), nil, success, clean(trace())
		switch {
		case !finished: // it panicked
			e.Outcome = Unknown
		case awork.NotSent(err):
			e.Outcome = NotAttempted
		case err != nil:
			e.Outcome = c.failure(err).result().Outcome
		case after != nil:
			e.APIUserID, e.After = after.ID, after
		}
		finishing, done := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
		defer done()
		if err := c.record(finishing, *e); err != nil {
			c.tools.log.ErrorContext(ctx, "the journal can't be written: this write has no result line", "id", e.ID, "error", err)
		}
		c.logWrite(ctx, *e)
	}()
	after, err = do(ctx)
	finished = true
	return err
}

// recordWithin bounds how long the result of a write waits for the journal.
const recordWithin = 5 * time.Second

// record writes a line of the journal, with the token struck out of it: cleaning
// may have joined what hidden characters kept apart.
func (c *call) record(ctx context.Context, e Entry) error {
	return c.tools.journal.write(ctx, c.strike(ctx, mustMarshal(e)), e.Phase == phaseIntent)
}

// logWrite shows a write in the log, as the journal has it.
func (c *call) logWrite(ctx context.Context, e Entry) {
	_ = json.Unmarshal(c.strike(ctx, mustMarshal(e)), &e) // which it made itself
	attrs := []slog.Attr{slog.String("id", e.ID.String())}
	for _, a := range []slog.Attr{slog.String("caller", e.Caller), slog.String("workspace", e.Workspace), slog.String("tool", e.Tool), slog.String("name", e.Name),
		slog.String("clientId", e.ClientID), slog.String("confirmed", e.Confirmed), slog.String("delivered", e.Delivered), slog.String("outcome", string(e.Outcome)), slog.String("traceId", e.TraceID)} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	if e.APIUserID != uuid.Nil {
		attrs = append(attrs, slog.String("apiUserId", e.APIUserID.String()))
	}
	c.tools.log.LogAttrs(ctx, slog.LevelInfo, "write", attrs...)
}
