package tools

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

func createAPIUserTool() *tool {
	return writing(spec{
		name:  "create_api_user",
		title: "Create API user",
		description: "Create an API user with a role: roleId, or admin: true for an admin, or both for a role that " +
			"amounts to one; never neither, since awork would make an admin of it. " +
			"Give it the least role that does its job (see list_roles). It has no key yet. One that exists: " +
			"update_api_user.",
		output: []property{
			{"workspace", "string"},
			{"apiUserId", "string"},
			{"apiUser", "object"},
			{"candidates", "array"},
			{"error", "object"},
		},
	}, (*createInput).fields, createAPIUser)
}

type createInput struct {
	name, client string
	roleArgument
}

func (in *createInput) fields() []args.Field {
	fields := append(
		[]args.Field{args.String("name", "name that says what it is for", &in.name).Require()},
		in.roleArgument.fields()...)
	return append(fields, args.String("clientId", "client application id or exact name", &in.client))
}

func createAPIUser(ctx context.Context, c *call.Call, in createInput) (result.Reply, error) {
	name, err := checkName("name", in.name)
	if err != nil {
		return nil, err
	}
	if !in.given() {
		return nil, result.Refuse(result.InvalidInput, roleMissing+"Give a roleId (list_roles shows them), or admin: "+
			"true if an admin is meant.")
	}
	before, err := readBefore(ctx, c, in.roleArgument, in.client)
	if err != nil {
		return nil, err
	}
	planned := awork.APIUser{Name: name, RoleID: before.role.ID, ClientID: before.clientID}
	change := call.Change{
		Kind:      policy.Create,
		Action:    "create API user " + text.Quote(name),
		Effect:    "Then it " + before.names.DescribeRole(planned) + ".",
		Warnings:  namesakes(name, uuid.Nil, before.users.All),
		After:     &planned,
		Unchanged: "No API user was created.",
		NewRole:   &before.role,
		Decided:   []any{name, before.role.ID},
		Existing:  before.users.All,
		Names:     before.names,
		Client:    before.client(),
	}
	if before.role.Admin != "" {
		change.Question = func(context.Context, []awork.APIUser) string {
			return adminQuestion(c, "Create the API user "+text.Quote(name), before.aboutClient(), before.role)
		}
	}
	ctx, grant, err := c.Authorize(ctx, change)
	if err != nil {
		return nil, err
	}
	form := awork.NewAPIUser{
		Name:      name,
		RoleID:    before.role.ID,
		ClientID:  before.clientID,
		AdminRole: before.role.IsAdminRole,
	}
	user, err := sendAPIUser(ctx, c, grant, form, before)
	if err != nil {
		return nil, err
	}
	c.About(user.ID)
	return &result.Result{
		Outcome:  result.Created,
		APIUser:  before.names.Show(*user),
		Warnings: change.Warnings,
		Message: fmt.Sprintf("API user %s was created; it %s. It has no "+
			"key yet.", text.Quote(user.Name), before.names.DescribeRole(*user)),
	}, nil
}

// before is what there was before an API user is made.
type before struct {
	role     directory.Role
	clientID string
	clients  []awork.ClientApplication
	users    directory.UserList
	me       *awork.Identity
	// names are those that the new API user needs.
	names directory.Names
}

// readBefore reads what an API user with that role and client application needs.
func readBefore(ctx context.Context, c *call.Call, wanted roleArgument, client string) (before, error) {
	var b before
	var g errgroup.Group
	g.Go(func() (err error) {
		b.role, err = wanted.read(ctx, c, uuid.Nil)
		return err
	})
	if client != "" {
		g.Go(func() (err error) {
			if b.clients, err = c.Awork.ListClientApplications(ctx); err == nil {
				b.clientID, err = directory.FindClient("clientId", client, directory.ClientNames(b.clients))
			}
			return err
		})
	}
	g.Go(func() (err error) {
		b.users, err = c.Directory.ReadUsers(ctx)
		return err
	})
	g.Go(func() (err error) {
		b.me, err = c.Directory.Me(ctx)
		return err
	})
	if err := g.Wait(); err != nil {
		return b, err
	}
	b.names = b.newNames()
	return b, nil
}

// newNames are the names that the new API user needs.
func (b before) newNames() directory.Names {
	creator := directory.Creator{Name: text.Clean(b.me.Name())}
	if _, ok := b.users.ByID[b.me.ID]; ok {
		creator.State = directory.CreatorAPIUser
	}
	names := directory.Names{}.WithRole(b.role).WithCreator(b.me.ID, creator)
	if b.clients != nil {
		names = names.WithClients(b.clients)
	}
	return names
}

// client returns the client application that the API user will belong to.
func (b before) client() awork.ClientApplication {
	for _, a := range b.clients {
		if a.ClientID == b.clientID {
			return a
		}
	}
	return awork.ClientApplication{}
}

func (b before) aboutClient() string {
	if b.clientID == "" {
		return ""
	}
	return "It will belong to " + b.names.ClientName(b.clientID) + ".\n"
}

// sendAPIUser creates an API user.
func sendAPIUser(
	ctx context.Context,
	c *call.Call,
	grant call.Grant,
	form awork.NewAPIUser,
	b before,
) (user *awork.APIUser, err error) {
	w := call.Write{Name: form.Name, ClientID: form.ClientID, Success: result.Created}
	err = c.Write(ctx, grant, w, func(ctx context.Context, client *awork.Client, e *journal.Entry) (err error) {
		if user, err = client.CreateAPIUser(ctx, form, b.users.Known(), b.me.ID); err != nil {
			return err
		}
		e.APIUserID, e.After = user.ID, b.names.Show(*user)
		return nil
	})
	return user, err
}
