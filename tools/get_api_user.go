package tools

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
)

type getInput struct {
	id              uuid.UUID
	includeWebhooks bool
}

func (in *getInput) subject() uuid.UUID { return in.id }

// Made is what an API user has made, as far as awork's API tells.
type Made struct {
	Webhooks []Webhook `json:"webhooks"`
	APIUsers []NamedID `json:"apiUsers"`
	Roles    []NamedID `json:"roles"`
	Unknown  string    `json:"unknown"`
}

// Webhook is a webhook as results show it: of its address only the host, since
// the rest may be a secret, and nothing of its authentication.
type Webhook struct {
	ID       uuid.UUID `json:"id"`
	Name     string    `json:"name"`
	Host     string    `json:"host,omitempty"`
	Events   string    `json:"events,omitempty"`
	IsActive bool      `json:"isActive"`
}

// NamedID is a record by its id and name.
type NamedID struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// madeUnknown says what the API can't show.
const madeUnknown = "awork's API does not tell which keys it has, when it was last used, or which projects, tasks and time entries it made."

type getResult struct {
	Result
	Made *Made `json:"made,omitempty"`
}

func getAPIUser() *tool {
	return reading(spec{
		name: "get_api_user", title: "Get API user", idempotent: true,
		description: "Read one API user by id: name, role, whether it is an admin and why, client application, who made it and when. With includeWebhooks also what it made itself.",
		output:      []property{{"apiUserId", "string"}, {"apiUser", "object"}, {"made", "object"}},
	}, func(in *getInput) []field {
		return []field{
			apiUserIDField("id of the API user", &in.id).must(),
			boolField("includeWebhooks", "also show the webhooks, API users and roles it made", &in.includeWebhooks),
		}
	}, func(ctx context.Context, c *call, in getInput) (reply, error) {
		c.doing = "read API user " + in.id.String()
		u, err := c.account.client.GetAPIUser(ctx, in.id)
		if err != nil {
			return nil, err
		}
		n := c.account.directory.names(ctx, roster{})
		r := &getResult{Result: Result{Outcome: Found, APIUser: n.show(*u), Warnings: n.warningsFor(*u),
			Message: fmt.Sprintf("API user %s %s.", quoted(u.Name), n.standing(*u))}}
		if in.includeWebhooks {
			var warnings []string
			r.Made, warnings = c.account.madeBy(ctx, u.ID)
			r.Warnings = append(r.Warnings, warnings...)
			r.Message += fmt.Sprintf(" It made %s, %s and %s.", count(len(r.Made.Webhooks), "webhook"), count(len(r.Made.APIUsers), "API user"), count(len(r.Made.Roles), "role"))
		}
		return r, nil
	})
}

// madeBy looks up what an API user made; what can't be read is named in the
// warnings.
func (a *Account) madeBy(ctx context.Context, id uuid.UUID) (*Made, []string) {
	m := &Made{Webhooks: []Webhook{}, APIUsers: []NamedID{}, Roles: []NamedID{}, Unknown: madeUnknown}
	errs := make([]error, 3)
	var webhooks []awork.Webhook
	var users roster
	var roles []awork.Role
	var g errgroup.Group
	g.Go(func() error { webhooks, errs[0] = a.client.ListWebhooks(ctx); return nil })
	g.Go(func() error { users, errs[1] = a.roster(ctx); return nil })
	g.Go(func() error { roles, errs[2] = asFarAsItCame(a.client.ListRoles(ctx)); return nil })
	_ = g.Wait()
	for _, w := range webhooks {
		if w.CreatedBy == id {
			m.Webhooks = append(m.Webhooks, showWebhook(w))
		}
	}
	for _, u := range users.all {
		if u.CreatedBy == id {
			m.APIUsers = append(m.APIUsers, NamedID{u.ID, clean(u.Name)})
		}
	}
	for _, r := range roles {
		if r.CreatedBy == id {
			m.Roles = append(m.Roles, NamedID{r.ID, clean(r.Name)})
		}
	}
	slices.SortFunc(m.Webhooks, func(a, b Webhook) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	var warnings []string
	for i, what := range []string{"webhooks", "API users", "roles"} {
		if errs[i] != nil {
			warnings = append(warnings, "The "+what+" it made could not be read.")
		}
	}
	warnings = append(warnings, users.warnings("it may have made others of them")...)
	return m, warnings
}

func showWebhook(w awork.Webhook) Webhook {
	s := Webhook{ID: w.ID, Name: clean(w.Name), Events: clean(w.Events), IsActive: w.IsActive}
	if u, err := url.Parse(w.URI); err == nil {
		s.Host = clean(u.Host)
	}
	return s
}
