package tools

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// provision makes an API user with a key, step by step, and tells what exists
// where a step does not work.
type provision struct {
	call   *call
	names  names
	before []awork.APIUser
	apps   []awork.ClientApplication
	exists []Remains
}

// make makes what form says, and the client application where form names none.
func (p *provision) make(ctx context.Context, form awork.NewAPIUser, r role) (reply, error) {
	c := p.call
	if form.ClientID == "" {
		form.ClientID = clientIDFor(form.Name)
		if err := p.makeClient(ctx, form); err != nil {
			return p.stopped("The client application could not be made.", err), nil
		}
	}
	u, err := c.writeUser(ctx, p.names, awork.APIUser{Name: form.Name, ClientID: form.ClientID}, Created, func(ctx context.Context) (*awork.APIUser, error) {
		return c.account.client.CreateAPIUser(ctx, form, p.before, c.identity.ID)
	})
	if err != nil {
		return p.stopped("The API user could not be made.", err), nil
	}
	if c.subject == uuid.Nil {
		c.subject = u.ID
	}
	p.exists = append(p.exists, Remains{"API user", u.ID.String(), Fix{"delete_api_user", map[string]any{"apiUserId": u.ID}}})
	d, made, err := c.key(ctx, *u)
	if err != nil {
		if made == "" {
			made = "The key could not be made."
		}
		return p.stopped(made, err), nil
	}
	return &secretResult{ClientID: clean(u.ClientID), Delivered: d, Result: Result{Outcome: Created, APIUser: p.names.show(*u),
		Warnings: namesakes(u.Name, u.ID, p.before),
		Message:  fmt.Sprintf("API user %s and its key are made; the key is proved and delivered: %s. It may do %s.", quoted(u.Name), d.Where, r.rights())}}, nil
}

func (p *provision) makeClient(ctx context.Context, form awork.NewAPIUser) error {
	c := p.call
	return c.write(ctx, Entry{Name: clean(form.Name), ClientID: form.ClientID}, Created, func(ctx context.Context) (*APIUser, error) {
		// Not confidential: no secret is made that nobody needs.
		app, _, err := c.account.client.CreateClientApplication(ctx, awork.NewClientApplication{ClientID: form.ClientID, DisplayName: form.Name}, p.apps)
		if err != nil {
			return nil, err
		}
		p.exists = append(p.exists, Remains{"client application", app.ClientID, Fix{"delete_client_application", map[string]any{"clientId": app.ClientID}}})
		p.names.clients[app.ClientID] = app.DisplayName
		return nil, nil
	})
}

// stopped tells how far it came: the failure as it is, and what to clean up,
// the newest first.
func (p *provision) stopped(what string, err error) reply {
	c := *p.call
	c.notDone = ""
	failure := c.failure(err).result()
	out := &secretResult{Result: *failure}
	var left []string
	for i := len(p.exists) - 1; i >= 0; i-- {
		out.Exists = append(out.Exists, p.exists[i])
		left = append(left, fmt.Sprintf("the %s %s", p.exists[i].What, p.exists[i].ID))
	}
	told := strings.TrimSuffix(failure.Message, " Nothing was changed.")
	out.Message = what + " " + told + " Nothing exists of it."
	if len(left) > 0 {
		out.Message = fmt.Sprintf("%s %s What exists now: %s. Clean up with the calls in exists, in their order, or go on from there.", what, told, strings.Join(left, " and "))
	} else if failure.Outcome == Unknown {
		out.Message = what + " " + told
	}
	return out
}
