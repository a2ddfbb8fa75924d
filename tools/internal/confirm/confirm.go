// Package confirm gets a human's yes to a write: by a form that the client shows,
// by a code that the client sends back with a second call, or not at all where
// the operator or the client does without. An answer is good once, for one call
// of one caller, about records that have not changed since.
//
//	how, err := confirmer.Confirm(ctx, confirm.Request{Binding: about, Question: text, …})
//
// A client of the 2026-07-28 revision answers with a second call: Confirm then
// returns a [*PendingError] as its error the first time.
package confirm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// Mode is when a human is asked before a write.
type Mode string

// The modes of confirmation.
const (
	Auto   Mode = "auto"   // ask where the client can show a form
	Strict Mode = "strict" // ask, or want a code in a second call
	Human  Mode = "human"  // ask, or refuse
	Never  Mode = "never"  // never ask
)

// The ways in which a write was confirmed, as the journal names them.
const (
	ByForm    = "form"       // a human answered the question
	ByCode    = "code"       // the call was repeated with the code
	NoForms   = "no forms"   // the client has none: its approval of the call counts
	NotWanted = "never"      // the operator wants no questions
	NotNeeded = "not needed" // nothing that is asked for
)

// CodeArgument is the argument that a code comes back in.
const CodeArgument = "confirmationCode"

// DefaultTimeout is how long a question waits for its answer while its call does,
// since several clients give a call 60 seconds.
const DefaultTimeout = 55 * time.Second

// Options is what a Confirmer is made of.
type Options struct {
	// Mode is auto where empty.
	Mode Mode
	// Key seals questions: 32 bytes, or nil for a random one.
	Key []byte
	// Timeout bounds how long an answer is waited for: [DefaultTimeout] where zero,
	// and five minutes where the answer comes with a call of its own.
	Timeout time.Duration
	// Store makes answers good for one time across processes; nil where there is
	// one process.
	Store AnswerStore
	// Stateless is set where other processes may take the same answer.
	Stateless bool
	// CodeInAuto: calls may bring a code also in the mode auto, over transports that
	// may not be able to ask.
	CodeInAuto bool
	// AnsweredBy is how an answered form was confirmed; [ByForm] where empty.
	AnsweredBy string
	// Yes answers every question with yes, as AnsweredBy.
	Yes bool
	Log *slog.Logger
}

// Confirmer asks before writes.
type Confirmer struct {
	mode       Mode
	timeout    time.Duration
	sealer     *sealer
	open       *openQuestions
	stateless  bool
	codeInAuto bool
	answeredBy string
	yes        bool
	log        *slog.Logger
}

// New makes a Confirmer. An error is one line that says what to set.
func New(o Options) (*Confirmer, error) {
	switch o.Mode {
	case Auto, Strict, Human, Never:
	case "":
		o.Mode = Auto
	default:
		return nil, fmt.Errorf("--confirm must be auto, strict, human or never, not %s", text.Quote(string(o.Mode)))
	}
	c := &Confirmer{
		mode:       o.Mode,
		timeout:    o.Timeout,
		open:       newOpenQuestions(),
		answeredBy: o.AnsweredBy,
		yes:        o.Yes,
		log:        o.Log,
		codeInAuto: o.CodeInAuto,
		stateless:  o.Stateless && o.Store == nil,
	}
	sealedFor := o.Timeout
	if c.timeout == 0 {
		c.timeout, sealedFor = DefaultTimeout, codeLifetime
	}
	if c.answeredBy == "" {
		c.answeredBy = ByForm
	}
	var err error
	c.sealer, err = newSealer(o.Key, sealedFor, o.Store)
	return c, err
}

// ListsCode reports whether tools list the argument for a code.
func (c *Confirmer) ListsCode() bool { return c.mode == Strict || c.mode == Auto && c.codeInAuto }

// TakesCode reports whether a call may carry a code: also where none is listed, if
// its client has not declared whether it has forms and so was given one.
func (c *Confirmer) TakesCode(ctx context.Context) bool {
	return c.ListsCode() || c.mode == Auto && formsOf(ctx) == formsUnknown
}

// Request is a question about one call.
type Request struct {
	// Question says what would happen; nil where nobody is asked.
	Question func(context.Context) string
	// Count is how many API users it is about, which the human has to type; 0 for
	// one.
	Count   int
	Binding Binding
	// Names are those of the roles that the records have.
	Names directory.Names
	// Makes: the write makes something, so that doing it twice makes two.
	Makes bool
	// Reread reads again what the answer is bound to.
	Reread func(context.Context) (Binding, error)
	Answer Answer
}

// Answer is what a call brings that answers an earlier question.
type Answer struct {
	// State and Responses are what a client of the 2026-07-28 revision sends back.
	State     string
	Responses mcp.InputResponses
	Code      string
}

// PendingError is the error of a call that has to come back with an answer.
type PendingError struct {
	Params mcp.ElicitationParams
	State  string
}

func (p *PendingError) Error() string { return "the question has to be answered first" }

// Confirm returns how a write was confirmed, or why it may not go on.
func (c *Confirmer) Confirm(ctx context.Context, r Request) (how string, err error) {
	switch {
	case r.Question == nil:
		return NotNeeded, nil
	case c.mode == Never:
		return NotWanted, nil
	case c.yes:
		return c.answeredBy, nil
	case c.stateless && r.Makes:
		return "", result.Refuse(result.Blocked, "This server runs without state (--stateless), so that one yes to "+
			"this could be used at several replicas. "+
			"Its operator can set --state-store, which makes an answer good for one time, or do without questions with "+
			"--confirm never.")
	}
	form := formsOf(ctx)
	switch {
	case server.IsModernRequest(ctx) && r.Answer.State != "":
		return c.answeredBy, c.checkAnswer(ctx, r)
	case form == formsShown && server.IsModernRequest(ctx):
		return "", c.pend(ctx, r)
	case form == formsShown:
		return c.answeredBy, c.ask(ctx, r)
	case c.mode == Human:
		return "", result.Refuse(result.Blocked, "This server wants a human's yes to this (--confirm human), and this "+
			"client can't show the question. "+
			"Use a client that can, or have the operator choose another mode.")
	case c.mode == Auto && form == formsNone && r.Answer.Code == "":
		return NoForms, nil
	case r.Answer.Code == "":
		return "", c.wantCode(ctx, r)
	}
	if _, err := c.sealer.open(ctx, r.Answer.Code, r.Binding); err != nil {
		return "", refuseAnswer("The confirmationCode can't be used: %s. Calling again without it gives a new one.", err)
	}
	return ByCode, nil
}

// pend returns the error of a call that has to come back with an answer.
func (c *Confirmer) pend(ctx context.Context, r Request) error {
	if err := c.sealer.check(ctx); err != nil {
		return err
	}
	return &PendingError{Params: newForm(r, r.Question(ctx)), State: c.sealer.seal(r.Binding)}
}

// wantCode refuses a call that has to come back with a code.
func (c *Confirmer) wantCode(ctx context.Context, r Request) error {
	if err := c.sealer.check(ctx); err != nil {
		return err
	}
	return &result.RefusalError{
		Outcome:          result.ConfirmationRequired,
		ConfirmationCode: c.sealer.sealFor(r.Binding, codeLifetime),
		Message: text.OneLine(r.Question(ctx)) + " Nothing was sent. Ask the user; if they agree, repeat the same call " +
			"with this confirmationCode within five minutes.",
	}
}

// checkAnswer checks what a client of the 2026-07-28 revision answered.
func (c *Confirmer) checkAnswer(ctx context.Context, r Request) error {
	asked, err := c.sealer.open(ctx, r.Answer.State, r.Binding)
	if err != nil {
		return refuseAnswer("The answer can't be used: %s. Calling again asks anew.", err)
	}
	answer := server.ElicitationResponse(r.Answer.Responses, FormKey)
	if answer == nil {
		return result.Refuse(result.Declined, "There was no answer to the question. Calling again asks anew.")
	}
	return c.checkYes(r, answer, time.Since(asked))
}

// refuseAnswer says why an answer can't be used.
func refuseAnswer(format string, err error) error {
	var blocked *result.RefusalError
	if errors.As(err, &blocked) {
		return blocked
	}
	return result.Refuse(result.ConfirmationRequired, format, err)
}
