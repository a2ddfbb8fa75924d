package confirm

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

const (
	// FormKey names our question among a call's input requests.
	FormKey = "confirm"
	// tickField and countField are the fields of the form.
	tickField  = "confirm"
	countField = "count"
)

// tooFast is the time in which no human reads and answers a question.
const tooFast = 500 * time.Millisecond

// newForm returns the form of a question: a box to tick, and for several API
// users their number to type. That is a text: some clients show no number
// fields.
func newForm(r Request, message string) mcp.ElicitationParams {
	properties := map[string]any{tickField: map[string]any{"type": "boolean", "title": "Yes, do it", "default": false}}
	required := []string{tickField}
	if r.Count > 0 {
		properties[countField] = map[string]any{"type": "string", "title": fmt.Sprintf("How many? Type %d", r.Count)}
		required = append(required, countField)
	}
	return mcp.ElicitationParams{Mode: mcp.ElicitationModeForm, Message: message,
		RequestedSchema: map[string]any{"type": "object", "properties": properties, "required": required}}
}

// checkYes takes for a yes only an accepted form with the box ticked and, for
// several API users, their number.
func (c *Confirmer) checkYes(r Request, answer *mcp.ElicitationResult, after time.Duration) error {
	content, _ := answer.Content.(map[string]any)
	switch {
	case refusing(answer.Action) && after < tooFast && c.answeredBy == ByForm:
		return result.Refuse(result.Declined, "The question was declined within half a second, which was no human. "+
			"If no question was shown, this client can't show it: %s.", c.wayOut())
	case answer.Action == mcp.ElicitationResponseActionDecline:
		return result.Refuse(result.Declined, "The user answered no. Leave it, unless they ask for it again.")
	case answer.Action == mcp.ElicitationResponseActionCancel:
		return result.Refuse(result.Declined, "The user closed the question without an answer. If "+
			"they want it all the same, call again.")
	case answer.Action != mcp.ElicitationResponseActionAccept:
		return result.Refuse(result.Declined, "The answer was neither yes nor no. Calling again asks anew.")
	case len(content) == 0:
		return result.Refuse(result.Declined, "The question was accepted, but nothing was filled in. "+
			"If no box to tick was shown, this client can't show it: %s.", c.wayOut())
	case r.Count > 0 && !isNumber(content[countField], r.Count):
		return result.Refuse(result.Declined, "The answer was not %d: the number "+
			"was %s. Calling again asks anew.", r.Count, describe(content[countField]))
	case !isTicked(content[tickField]):
		return result.Refuse(result.Declined, "The user did not tick the box that confirms it. If they want "+
			"it all the same, call again.")
	}
	return nil
}

// wayOut is what helps where a client says that it has forms and shows none.
func (c *Confirmer) wayOut() string {
	if c.mode == Auto {
		return "have the operator start this server with --confirm strict"
	}
	return "use one that can, or have the operator leave it to the client's own approval with --confirm never"
}

func refusing(action mcp.ElicitationResponseAction) bool {
	return action == mcp.ElicitationResponseActionDecline || action == mcp.ElicitationResponseActionCancel
}

func describe(v any) string {
	if v == nil {
		return "left empty"
	}
	return text.Quote(fmt.Sprint(v))
}

// isTicked takes true, also as a text: some clients show boxes as text fields.
func isTicked(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		return strings.EqualFold(strings.TrimSpace(v), "true")
	}
	return false
}

// isNumber reports whether a form's value is n, as a number or as a text.
func isNumber(v any, n int) bool {
	switch v := v.(type) {
	case float64:
		return v == float64(n)
	case string:
		return strings.TrimSpace(v) == strconv.Itoa(n)
	}
	return false
}

// forms is what is known of a client's forms.
type forms int

const (
	// formsUnknown: it is not known whether the client has forms, or the transport
	// can't ask (a request without a session, legacy SSE).
	formsUnknown forms = iota
	formsNone          // the client declared that it has none
	formsShown
)

// formsOf returns what the client of a call declared about forms. An empty
// elicitation capability means forms, by the protocol.
func formsOf(ctx context.Context) forms {
	var capabilities mcp.ClientCapabilities
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		if info.ClientCapabilities == nil {
			return formsUnknown
		}
		capabilities = *info.ClientCapabilities
	} else {
		session := server.ClientSessionFromContext(ctx)
		client, informed := session.(server.SessionWithClientInfo)
		_, asks := session.(server.SessionWithElicitation)
		if !informed || !asks || session.SessionID() == "" || client.GetClientInfo().Name == "" {
			return formsUnknown
		}
		capabilities = client.GetClientCapabilities()
	}
	if e := capabilities.Elicitation; e != nil && (e.Form != nil || e.URL == nil) {
		return formsShown
	}
	return formsNone
}
