package tools

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
)

type createInput struct {
	name, client string
	wantedRole
}

func createAPIUser() *tool {
	return writing(spec{
		name: "create_api_user", title: "Create API user",
		description: "Create an API user with a role: roleId, or admin: true for an admin, or both for a role that amounts to one; never neither, since awork would make an admin of it. " +
			"Give it the least role that does its job (see list_roles). It has no key yet.",
		output: []property{{"workspace", "string"}, {"apiUserId", "string"}, {"apiUser", "object"}, {"candidates", "array"}, {"error", "object"}},
	}, func(in *createInput) []field {
		fields := append([]field{stringField("name", "name that says what it is for", &in.name).must()}, in.fields()...)
		return append(fields, stringField("clientId", "client application id or exact name", &in.client))
	}, planCreate)
}

func planCreate(ctx context.Context, c *call, in createInput) (*change, error) {
	name, err := checkName(in.name)
	if err != nil {
		return nil, err
	}
	c.doing = "create API user " + quoted(name)
	if in.role == "" && !in.admin {
		return nil, refuse(InvalidInput, "roleId is missing: awork makes an admin of an API user without a role. Give a roleId (list_roles shows them), or admin: true if an admin is meant.")
	}
	var wanted role
	var clients map[string]string
	var clientID string
	var before roster
	var g errgroup.Group
	g.Go(func() (err error) {
		wanted, err = in.resolve(ctx, c, uuid.Nil)
		return err
	})
	if in.client != "" {
		g.Go(func() error {
			list, err := c.account.client.ListClientApplications(ctx)
			if err != nil {
				return err
			}
			clients = clientNames(list)
			clientID, err = names{clients: clients}.findClient("clientId", in.client)
			return err
		})
	}
	g.Go(func() (err error) {
		before, err = c.account.roster(ctx)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	form := awork.NewAPIUser{Name: name, RoleID: wanted.ID, ClientID: clientID, AdminRole: wanted.IsAdminRole}
	c.notDone = "No API user was created."
	ch := &change{decided: []any{name, wanted.ID}, newRole: &wanted, records: before.all, detail: clientID}
	if wanted.admin != "" {
		ch.question = func(ctx context.Context) string {
			about := ""
			if clientID != "" {
				about = "It will belong to " + names{clients: clients}.clientOf(awork.APIUser{ClientID: clientID}) + ".\n"
			}
			return c.adminQuestion(ctx, "Create the API user "+quoted(name), about, wanted)
		}
	}
	ch.commit = func(ctx context.Context) (reply, error) {
		n := names{roles: map[uuid.UUID]role{wanted.ID: wanted}, clients: clients, apiUsers: before,
			people: people{byID: map[uuid.UUID]awork.User{c.identity.ID: {FirstName: c.identity.FirstName, LastName: c.identity.LastName}}}}
		c.names = n
		u, err := c.writeUser(ctx, n, awork.APIUser{Name: name}, Created, func(ctx context.Context) (*awork.APIUser, error) {
			return c.account.client.CreateAPIUser(ctx, form, before.known(), c.identity.ID)
		})
		if err != nil {
			return nil, err
		}
		c.subject = u.ID
		return &Result{Outcome: Created, APIUser: n.show(*u), Warnings: namesakes(name, u.ID, before.all),
			Message: fmt.Sprintf("API user %s is created; it %s. It has no key yet.", quoted(u.Name), n.standing(*u))}, nil
	}
	return ch, nil
}
