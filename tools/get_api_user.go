package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

func getAPIUserTool() *tool {
	return reading(spec{
		name: "get_api_user", title: "Get API user", idempotent: true,
		description: "Read one API user by id: name, role, whether it is an admin and why, client application, who " +
			"made it and when. " +
			"With includeWebhooks also what it made itself; with includeTraces when it last wrote something in awork, to " +
			"see whether it is still used before its key is revoked (reading leaves no trace).",
		output: []property{{"apiUserId", "string"}, {"apiUser", "object"}, {"made", "object"}, {"traces", "object"}},
	}, (*getInput).fields, getAPIUser)
}

type getInput struct {
	id              uuid.UUID
	includeWebhooks bool
	includeTraces   bool
}

func (in *getInput) fields() []args.Field {
	return []args.Field{
		args.APIUserID("id of the API user", &in.id).Require(),
		args.Bool("includeWebhooks", "also show the webhooks, API users and roles it made", &in.includeWebhooks),
		args.Bool(
			"includeTraces",
			"also look for the last records it made or changed: some 30 requests",
			&in.includeTraces,
		),
	}
}

func (in *getInput) target() uuid.UUID { return in.id }

type getResult struct {
	result.Result
	Made   *made   `json:"made,omitempty"`
	Traces *traces `json:"traces,omitempty"`
}

// made is what an API user has made, as far as awork's API tells.
type made struct {
	Webhooks []webhook `json:"webhooks"`
	APIUsers []namedID `json:"apiUsers"`
	Roles    []namedID `json:"roles"`
	Unknown  string    `json:"unknown"`
}

// webhook is a webhook as results show it: of its address only the host, since
// the rest may be a secret, and nothing of its authentication.
type webhook struct {
	ID       uuid.UUID `json:"id"`
	Name     string    `json:"name"`
	Host     string    `json:"host,omitempty"`
	Events   string    `json:"events,omitempty"`
	IsActive bool      `json:"isActive"`
}

// namedID is a record by its id and name.
type namedID struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// madeUnknown says what the API can't show.
const madeUnknown = "awork's API does not tell which keys it has or when one was last sent. What it wrote " +
	"elsewhere shows includeTraces, in part."

func getAPIUser(ctx context.Context, c *call.Call, in getInput) (result.Reply, error) {
	user, names, err := c.ReadAPIUser(ctx, in.id)
	if err != nil {
		return nil, err
	}
	r := &getResult{
		Result: result.Result{Outcome: result.Found, APIUser: names.Show(*user), Warnings: names.Warnings(*user),
			Message: fmt.Sprintf("API user %s %s.", text.Quote(user.Name), names.DescribeRole(*user))},
	}
	if in.includeWebhooks {
		var warnings []string
		r.Made, warnings = madeBy(ctx, c, user.ID)
		r.Warnings = append(r.Warnings, warnings...)
		r.Message += fmt.Sprintf(
			" It made %s, %s and %s.",
			text.Count(len(r.Made.Webhooks), "webhook"),
			text.Count(len(r.Made.APIUsers), "API user"),
			text.Count(len(r.Made.Roles), "role"),
		)
	}
	if in.includeTraces {
		users, _ := c.Directory.Users(ctx) // without it, two areas are not looked at
		look := lookForTraces(ctx, c, users, []uuid.UUID{user.ID})
		r.Traces = look.show(user.ID)
		r.Message += " " + r.Traces.describe(look.latest(user.ID))
	}
	return r, nil
}

// madeBy looks up what an API user made; what can't be read is named in the
// warnings.
func madeBy(ctx context.Context, c *call.Call, id uuid.UUID) (*made, []string) {
	m := &made{Webhooks: []webhook{}, APIUsers: []namedID{}, Roles: []namedID{}, Unknown: madeUnknown}
	errs := make([]error, 3)
	var webhooks []awork.Webhook
	var users directory.UserList
	var roles []awork.Role
	var g errgroup.Group
	g.Go(func() error { webhooks, errs[0] = c.Awork.ListWebhooks(ctx); return nil })
	g.Go(func() error { users, errs[1] = c.Directory.ReadUsers(ctx); return nil })
	g.Go(func() error { roles, errs[2] = directory.IgnoreIncomplete(c.Awork.ListRoles(ctx)); return nil })
	_ = g.Wait()
	for _, w := range webhooks {
		if w.CreatedBy == id {
			m.Webhooks = append(
				m.Webhooks,
				webhook{ID: w.ID, Name: text.Clean(w.Name), Host: hostOf(w), Events: text.Clean(w.Events), IsActive: w.IsActive},
			)
		}
	}
	for _, u := range users.All {
		if u.CreatedBy == id {
			m.APIUsers = append(m.APIUsers, namedID{u.ID, text.Clean(u.Name)})
		}
	}
	for _, r := range roles {
		if r.CreatedBy == id {
			m.Roles = append(m.Roles, namedID{r.ID, text.Clean(r.Name)})
		}
	}
	slices.SortFunc(m.Webhooks, func(a, b webhook) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	var warnings []string
	for i, what := range []string{"webhooks", "API users", "roles"} {
		if errs[i] != nil {
			warnings = append(warnings, "The "+what+" it made could not be read.")
		}
	}
	return m, append(warnings, users.Warnings("it may have made others of them")...)
}
