package confirm

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// maxOpen is how many questions a session may have open.
const maxOpen = 16

// ask asks a client of an older revision while its call waits, and reads again
// what it is about after a yes.
func (c *Confirmer) ask(ctx context.Context, r Request) error {
	session := server.ClientSessionFromContext(ctx).SessionID()
	if !c.open.acquire(session) {
		return result.Refuse(result.ConfirmationRequired, "%d questions are open already; have them answered first and "+
			"call again.", maxOpen)
	}
	defer c.open.release(session)
	params := newForm(r, r.Question(ctx))
	waiting, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	asked := time.Now()
	answer, err := server.ServerFromContext(ctx).RequestElicitation(waiting, mcp.ElicitationRequest{Params: params})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(waiting.Err(), context.DeadlineExceeded):
		return result.Refuse(result.Declined, "Nobody answered the question within %s. Calling again asks anew.",
			c.timeout)
	case err != nil:
		c.log.WarnContext(ctx, "a question got no answer", "tool", r.Binding.Tool, "error", err)
		return result.Refuse(result.Declined, "The question got no answer: the client could not show it, or the "+
			"connection or this server ends.")
	}
	if err := c.checkYes(r, answer, time.Since(asked)); err != nil {
		return err
	}
	now, err := r.Reread(ctx)
	if err != nil {
		return err
	}
	if now.parts() != r.Binding.parts() {
		return result.Refuse(result.ConfirmationRequired, "The answer can't be used: %s. Calling again "+
			"asks anew.", r.Binding.Differences(now, r.Names))
	}
	return nil
}

// openQuestions counts the questions that wait for an answer, by session.
type openQuestions struct {
	mu        sync.Mutex
	bySession map[string]int
}

func newOpenQuestions() *openQuestions { return &openQuestions{bySession: map[string]int{}} }

func (o *openQuestions) acquire(session string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.bySession[session] >= maxOpen {
		return false
	}
	o.bySession[session]++
	return true
}

func (o *openQuestions) release(session string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.bySession[session]--; o.bySession[session] == 0 {
		delete(o.bySession, session)
	}
}
