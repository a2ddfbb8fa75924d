package tools

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const (
	// formKey names our question among a call's input requests.
	formKey = "confirm"
	// codeArgument exists in ConfirmStrict only.
	codeArgument = "confirmationCode"
	// maxOpen is how many questions a session may have open.
	maxOpen = 16
)

// The ways in which a write was confirmed, as the journal names them.
const (
	confirmedByForm = "form"       // a human answered the question
	confirmedByCode = "code"       // the call was repeated with the code
	confirmedByHost = "host"       // the client has no forms: its approval of the call counts
	confirmedNever  = "never"      // the operator wants no questions
	confirmNotAsked = "not needed" // nothing that is asked for
)

// confirmation decides whether a change may go on, and gives it then; a call that
// has to come back with an answer gets a reply. Where a human was asked while
// the call waited, the change is planned anew, for the record may have changed.
func (t *Tools) confirmation(ctx context.Context, c *call, ch *change, replan func() (*change, error)) (*change, reply, error) {
	form := canShowForm(ctx)
	switch {
	case ch.question == nil || ch.perTarget && len(ch.targets) == 0:
		c.confirmed = confirmNotAsked
		return ch, nil, nil
	case t.confirm == ConfirmNever:
		c.confirmed = confirmedNever
		return ch, nil, nil
	case server.IsModernRequest(ctx) && c.state != "":
		return ch, nil, t.answered(c, ch)
	case form && server.IsModernRequest(ctx):
		return nil, t.ask(ctx, c, ch), nil
	case form:
		return t.askInline(ctx, c, ch, replan)
	case t.confirm == ConfirmHuman:
		return nil, nil, refuse(Blocked, "This server wants a human's yes to this (--confirm human), and this client can't show the question. Use a client that can, or have the operator choose another mode.")
	case t.confirm == ConfirmStrict && c.code == "":
		return nil, t.wantCode(ctx, c, ch), nil
	case t.confirm == ConfirmStrict:
		if err := t.sealer.open(c.code, c.stake(ch)); err != nil {
			return nil, nil, refuse(ConfirmationRequired, "The confirmationCode can't be used: %s. Calling again without it gives a new one.", err)
		}
		c.confirmed = confirmedByCode
		return ch, nil, nil
	}
	c.confirmed = confirmedByHost
	return ch, nil, nil
}

// inputRequired is the reply that asks a client of the 2026-07-28 revision.
type inputRequired struct {
	Result
	params mcp.ElicitationParams
	state  string
}

func (t *Tools) ask(ctx context.Context, c *call, ch *change) reply {
	params := form(ch, string(c.strike(ctx, []byte(ch.question(ctx)))))
	return &inputRequired{Result: Result{Outcome: asked}, params: params, state: t.sealer.seal(c.stake(ch))}
}

// asked is what the log says of a call that was answered with a question.
const asked Outcome = "input_required"

// answered checks what a client of the 2026-07-28 revision answered.
func (t *Tools) answered(c *call, ch *change) error {
	if err := t.sealer.open(c.state, c.stake(ch)); err != nil {
		return refuse(ConfirmationRequired, "The answer can't be used: %s. Calling again asks anew.", err)
	}
	answer := server.ElicitationResponse(c.answers, formKey)
	if answer == nil {
		return refuse(Declined, "There was no answer to the question.")
	}
	c.confirmed = confirmedByForm
	return isYes(ch, answer)
}

// askInline asks a client of an older revision while the call waits.
func (t *Tools) askInline(ctx context.Context, c *call, ch *change, replan func() (*change, error)) (*change, reply, error) {
	session := server.ClientSessionFromContext(ctx).SessionID()
	if !t.open.enter(session) {
		return nil, nil, refuse(ConfirmationRequired, "%d questions are open already; have them answered first and call again.", maxOpen)
	}
	defer t.open.leave(session)
	before := c.stake(ch)
	params := form(ch, string(c.strike(ctx, []byte(ch.question(ctx)))))
	waiting, cancel := context.WithTimeout(ctx, t.confirmTimeout)
	defer cancel()
	answer, err := server.ServerFromContext(ctx).RequestElicitation(waiting, mcp.ElicitationRequest{Params: params})
	switch {
	case ctx.Err() != nil:
		return nil, nil, ctx.Err()
	case errors.Is(waiting.Err(), context.DeadlineExceeded):
		return nil, nil, refuse(Declined, "Nobody answered the question within %s.", t.confirmTimeout)
	case err != nil:
		t.log.Warn("a question got no answer", "tool", c.spec.name, "error", err)
		return nil, nil, refuse(Declined, "The question got no answer: the client could not show it, or the connection or this server ends.")
	}
	if err := isYes(ch, answer); err != nil {
		return nil, nil, err
	}
	c.confirmed = confirmedByForm
	now, err := replan()
	if err != nil {
		return nil, nil, err
	}
	if after := c.stake(now); string(after.binding()) != string(before.binding()) {
		return nil, nil, refuse(ConfirmationRequired, "The answer can't be used: %s. Calling again asks anew.", before.changes(after))
	}
	return now, nil, nil
}

// codeResult asks for a second call in ConfirmStrict.
type codeResult struct {
	Result
	ConfirmationCode string `json:"confirmationCode"`
}

func (t *Tools) wantCode(ctx context.Context, c *call, ch *change) reply {
	return &codeResult{ConfirmationCode: t.sealer.seal(c.stake(ch)), Result: Result{Outcome: ConfirmationRequired,
		Message: oneText(ch.question(ctx)) + " Nothing was sent. Ask the user; if they agree, repeat the same call with this confirmationCode within five minutes."}}
}

// oneText is a question without its line breaks, as a message has none.
func oneText(question string) string {
	return strings.NewReplacer("\n\n", " ", "\n", " ").Replace(question)
}

// stake is what a question about a change is bound to. A plan that asks has to say
// what it decided.
func (c *call) stake(ch *change) stake {
	s := stake{caller: c.caller, tool: c.spec.name, decided: sha256.Sum256(mustMarshal(ch.decided)), records: ch.records}
	if c.identity != nil {
		s.workspace = c.identity.Workspace.ID.String() + " " + c.identity.Workspace.Name + " " + c.identity.ID.String()
	}
	if s.records == nil {
		s.records = ch.targets
	}
	s.detail = ch.detail
	if ch.decided == nil {
		panic("tools: a question about nothing that was decided, by " + c.spec.name)
	}
	if ch.newRole != nil {
		s.role = string(mustMarshal([]any{ch.newRole.ID, ch.newRole.admin, ch.newRole.permissions}))
	}
	return s
}

// form is the form of a question: a box to tick, and for several API users their
// number to type.
func form(ch *change, message string) mcp.ElicitationParams {
	properties := map[string]any{"confirm": map[string]any{"type": "boolean", "title": "Yes, do it", "default": false}}
	required := []string{"confirm"}
	if ch.perTarget {
		properties["count"] = map[string]any{"type": "integer", "title": fmt.Sprintf("How many? Type %d", len(ch.targets))}
		required = append(required, "count")
	}
	return mcp.ElicitationParams{Mode: mcp.ElicitationModeForm, Message: message,
		RequestedSchema: map[string]any{"type": "object", "properties": properties, "required": required}}
}

// isYes takes for a yes only an accepted form with the box ticked and, for
// several, their number.
func isYes(ch *change, answer *mcp.ElicitationResult) error {
	content, _ := answer.Content.(map[string]any)
	ticked, _ := content["confirm"].(bool)
	switch {
	case answer.Action == mcp.ElicitationResponseActionDecline:
		return refuse(Declined, "The user said no.")
	case answer.Action == mcp.ElicitationResponseActionCancel:
		return refuse(Declined, "The user closed the question without an answer.")
	case answer.Action != mcp.ElicitationResponseActionAccept || !ticked:
		return refuse(Declined, "The user did not tick the box that confirms it.")
	case ch.perTarget && !isNumber(content["count"], len(ch.targets)):
		return refuse(Declined, "The user did not type the number %d.", len(ch.targets))
	}
	return nil
}

// isNumber reports whether a form's value is n; some clients send what was typed
// as text.
func isNumber(v any, n int) bool {
	switch v := v.(type) {
	case float64:
		return v == float64(n)
	case string:
		return strings.TrimSpace(v) == strconv.Itoa(n)
	}
	return false
}

// canShowForm reports whether the client of a call said that it can show a form,
// and can be asked at all: legacy SSE can't. {} means forms, by the protocol.
func canShowForm(ctx context.Context) bool {
	var capability *mcp.ElicitationCapability
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		if info.ClientCapabilities != nil {
			capability = info.ClientCapabilities.Elicitation
		}
	} else {
		session := server.ClientSessionFromContext(ctx)
		client, told := session.(server.SessionWithClientInfo)
		if _, asks := session.(server.SessionWithElicitation); !told || !asks || session.SessionID() == "" {
			return false
		}
		capability = client.GetClientCapabilities().Elicitation
	}
	return capability != nil && (capability.Form != nil || capability.URL == nil)
}
