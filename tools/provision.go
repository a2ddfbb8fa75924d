package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// provision makes an API user with a key, step by step, and tells what exists
// where a step does not work.
type provision struct {
	call   *call
	names  names
	before roster
	apps   []awork.ClientApplication
	exists []Remains // the newest last
}

// newProvision begins at what was there before: apps and API users.
func newProvision(c *call, n names, before roster, apps []awork.ClientApplication) *provision {
	n.people = people{byID: map[uuid.UUID]awork.User{c.identity.ID: {FirstName: c.identity.FirstName, LastName: c.identity.LastName}}}
	return &provision{call: c, names: n, before: before, apps: apps}
}

// make makes what form says, with the role r, and the client application where
// form names none.
func (p *provision) make(ctx context.Context, form awork.NewAPIUser, r role) *secretResult {
	c := p.call
	if form.ClientID == "" {
		form.ClientID = clientIDFor(form.Name)
		if err := p.makeClient(ctx, form); err != nil {
			return p.stopped(p.clientFailed(form.ClientID, err))
		}
	}
	u, err := c.writeUser(ctx, p.names, awork.APIUser{Name: form.Name, ClientID: form.ClientID}, Created, func(ctx context.Context) (*awork.APIUser, error) {
		return c.account.client.CreateAPIUser(ctx, form, p.before.known(), c.identity.ID)
	})
	if err != nil {
		return p.stopped(p.failed("The API user could not be made.", err))
	}
	if c.subject == uuid.Nil {
		c.subject = u.ID
	}
	p.exists = append(p.exists, Remains{"API user", u.ID.String(), Fix{"delete_api_user", map[string]any{"apiUserId": u.ID}}})
	d, err := c.key(ctx, *u, r)
	if err != nil {
		return p.stopped(p.keyFailed(err))
	}
	return &secretResult{ClientID: clean(u.ClientID), Delivered: d, Result: Result{Outcome: Created, APIUser: p.names.show(*u),
		Warnings: namesakes(u.Name, u.ID, p.before.all),
		Message:  fmt.Sprintf("API user %s and its key are made; the key is proved and delivered: %s. What it may do: %s.", quoted(u.Name), d.Where, r.rights())}}
}

func (p *provision) makeClient(ctx context.Context, form awork.NewAPIUser) error {
	c := p.call
	return c.write(ctx, &Entry{Name: clean(form.Name), ClientID: form.ClientID}, Created, func(ctx context.Context) (*APIUser, error) {
		// Not confidential: no secret is made that nobody needs.
		app, _, err := c.account.client.CreateClientApplication(ctx, awork.NewClientApplication{ClientID: form.ClientID, DisplayName: form.Name}, p.apps)
		if err != nil {
			return nil, err
		}
		p.exists = append(p.exists, clientRemains(app.ClientID))
		p.names.clients[app.ClientID] = app.DisplayName
		return nil, nil
	})
}

func clientRemains(id string) Remains {
	return Remains{"client application", clean(id), Fix{"delete_client_application", map[string]any{"clientId": clean(id)}}}
}

// failed is the failure of a step, apart from what exists; what says that the
// step was not done, for where that is known.
func (p *provision) failed(what string, err error) *secretResult {
	c := *p.call
	c.notDone = ""
	out := &secretResult{}
	switch failure := c.failure(err).(type) {
	case *unclearResult:
		out.Result, out.Candidates = failure.Result, failure.Candidates
	default:
		out.Result = *failure.result()
	}
	if out.Outcome != Unknown {
		out.Message = what + " " + strings.TrimSuffix(out.Message, c.nothingChanged())
	}
	return out
}

// clientFailed is the failure to make the client application id.
func (p *provision) clientFailed(id string, err error) *secretResult {
	var effect *awork.EffectError
	if !errors.As(err, &effect) {
		return p.failed("The client application could not be made.", err)
	}
	return &secretResult{ClientID: id, Result: Result{Outcome: Unknown, Error: detail(effect.Attempt),
		Message: fmt.Sprintf("It is not known whether awork made the client application %s: %s Look with list_client_applications; if it is there, delete_client_application removes it.", id, said(effect.Attempt))}}
}

// keyFailed is the failure to make a key.
func (p *provision) keyFailed(err error) *secretResult {
	if errors.As(err, new(*lostSecretError)) || unclear(err) {
		return &secretResult{Result: *p.call.secretFailure(err)}
	}
	return p.failed("The key could not be made.", err)
}

// stopped tells what exists after a failure, the newest first, and how to clean
// up.
func (p *provision) stopped(out *secretResult) *secretResult {
	var left []string
	for _, e := range slices.Backward(p.exists) {
		out.Exists = append(out.Exists, e)
		left = append(left, fmt.Sprintf("the %s %s", e.What, e.ID))
	}
	switch {
	case len(left) > 0:
		out.Message += fmt.Sprintf(" What exists now: %s. Clean up with the calls in exists, in their order, or go on from there with issue_api_key.", strings.Join(left, " and "))
	case out.Outcome != Unknown:
		out.Message += " Nothing exists of it."
	}
	return out
}
