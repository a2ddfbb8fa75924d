package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// provision makes an API user with a key, step by step, and says what exists where
// a step does not work.
type provision struct {
	secrets
	call   *call.Call
	grant  call.Grant
	before before
	exists []leftover // the newest last
}

// make makes what form says, and the client application where form names none.
func (p *provision) make(ctx context.Context, form awork.NewAPIUser) *secretResult {
	if err := p.check(ctx, p.call); err != nil { // again: a human may have taken minutes
		return p.stopped(p.failed(noKeyMade, err))
	}
	if form.ClientID == "" {
		form.ClientID = newClientID(form.Name)
		if err := p.makeClient(ctx, form); err != nil {
			return p.stopped(p.clientFailed(form.ClientID, err))
		}
	}
	u, err := sendAPIUser(ctx, p.call, p.grant, form, p.before)
	if err != nil {
		return p.stopped(p.failed("The API user could not be created.", err))
	}
	p.exists = append(
		p.exists,
		leftover{
			"API user",
			u.ID.String(),
			result.Fix{Tool: "delete_api_user", Arguments: map[string]any{"apiUserId": u.ID}},
		},
	)
	d, err := p.makeKey(ctx, p.call, p.grant, *u, p.before.role)
	if err != nil {
		out := p.stopped(p.keyFailed(err))
		out.APIUserID = u.ID.String()
		return out
	}
	return &secretResult{ClientID: text.Clean(u.ClientID), Delivered: d, Result: result.Result{Outcome: result.Created,
		APIUserID: u.ID.String(), APIUser: p.before.names.Show(*u), Warnings: namesakes(u.Name, u.ID, p.before.users.All),
		Message: fmt.Sprintf("API user %s and its key were created; the key was tested against awork and saved to: %s. "+
			"What it may do: %s.", text.Quote(u.Name), d.Where, p.before.role.Rights())}}
}

func (p *provision) makeClient(ctx context.Context, form awork.NewAPIUser) error {
	w := call.Write{Name: form.Name, ClientID: form.ClientID, Success: result.Created}
	return p.call.Write(ctx, p.grant, w, func(ctx context.Context, client *awork.Client, _ *journal.Entry) error {
		// Not confidential: no secret is made that nobody needs.
		app, _, err := client.CreateClientApplication(
			ctx,
			awork.NewClientApplication{ClientID: form.ClientID, DisplayName: form.Name},
			p.before.clients,
		)
		if err != nil {
			return err
		}
		p.exists = append(p.exists, clientLeftover(app.ClientID))
		p.before.names = p.before.names.WithClients(append(slices.Clone(p.before.clients), *app))
		return nil
	})
}

func clientLeftover(id string) leftover {
	return leftover{
		"client application",
		text.Clean(id),
		result.Fix{Tool: "delete_client_application", Arguments: map[string]any{"clientId": text.Clean(id)}},
	}
}

// failed describes the failure of a step, apart from what exists; what says that
// the step was not done, for where that is known.
func (p *provision) failed(what string, err error) *secretResult {
	out := &secretResult{Result: *p.call.DescribeAlone(err).Base(), Candidates: p.call.Candidates(err)}
	if out.Outcome != result.Unknown {
		out.Message = what + " " + out.Message
	}
	return out
}

// clientFailed describes the failure to make the client application id.
func (p *provision) clientFailed(id string, err error) *secretResult {
	var effect *awork.EffectError
	if !errors.As(err, &effect) {
		return p.failed("The client application could not be created.", err)
	}
	return &secretResult{ClientID: id, Result: result.Result{Outcome: result.Unknown, Error: call.Detail(effect.Attempt),
		Message: fmt.Sprintf("It is not known whether awork created the client application %s: %s Look with "+
			"list_client_applications; if it is there, delete_client_application "+
			"removes it.", id, call.DescribeAnswer(effect.Attempt))}}
}

// keyFailed describes the failure to make a key.
func (p *provision) keyFailed(err error) *secretResult {
	if isLost(err) || call.IsAmbiguous(err) {
		return &secretResult{Result: *secretFailure(p.call, err)}
	}
	return p.failed("The key could not be created.", err)
}

// stopped adds to a failure what exists after it, the newest first, and how to
// clean up.
func (p *provision) stopped(out *secretResult) *secretResult {
	var left []string
	for _, e := range slices.Backward(p.exists) {
		out.Exists = append(out.Exists, e)
		left = append(left, fmt.Sprintf("the %s %s", e.What, e.ID))
	}
	switch {
	case len(left) > 0:
		out.Message += fmt.Sprintf(" What exists now: %s. Clean up with the calls in exists, in their order, or go on "+
			"from there with issue_api_key.", strings.Join(left, " and "))
	case out.Outcome != result.Unknown:
		out.Message += " Nothing exists of it."
	}
	return out
}
