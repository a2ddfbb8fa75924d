package tools

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

func issueAPIKeyTool(s secrets) *tool {
	return writing(spec{
		name:        "issue_api_key",
		title:       "Issue API key",
		family:      policy.FamilyCredentials,
		makesSecret: true,
		destructive: true,
		description: "Make an API key and hand it to where the operator wants secrets to go; it is never shown here. " +
			"Give apiUserId for an existing API user; " +
			"or name and roleId (or admin: true) to make the API user, and without clientId its client application too. " +
			"To replace a key that is in use or leaked: rotate_api_key.",
		output: []property{
			{"workspace", "string"},
			{"apiUserId", "string"},
			{"apiUser", "object"},
			{"clientId", "string"},
			{"delivered", "object"},
			{"exists", "array"},
			{"candidates", "array"},
			{"error", "object"},
		},
	}, (*issueInput).fields, s.issueAPIKey)
}

type issueInput struct {
	id           uuid.UUID
	name, client string
	roleArgument
}

func (in *issueInput) fields() []args.Field {
	fields := append([]args.Field{
		args.APIUserID("id of an existing API user", &in.id),
		args.String("name", "name of an API user to make", &in.name),
	}, in.roleArgument.fields()...)
	return append(fields, args.String("clientId", "client application id or exact name", &in.client))
}

func (in *issueInput) target() uuid.UUID { return in.id }

const noKeyMade = "No key was made."

func (s secrets) issueAPIKey(ctx context.Context, c *call.Call, in issueInput) (result.Reply, error) {
	switch {
	case in.id != uuid.Nil && (in.name != "" || in.given()):
		return nil, result.Refuse(result.InvalidInput, "apiUserId names an existing API user; name, roleId and admin "+
			"describe one to be made. Leave name, roleId and admin out for a key of that one, or leave apiUserId out to "+
			"make one.")
	case in.id != uuid.Nil:
		return s.issueForExisting(ctx, c, in)
	}
	return s.issueForNew(ctx, c, in)
}

// issueForExisting makes a key for an API user that exists.
func (s secrets) issueForExisting(ctx context.Context, c *call.Call, in issueInput) (result.Reply, error) {
	user, names, err := c.ReadAPIUser(ctx, in.id)
	if err != nil {
		return nil, err
	}
	role, err := c.Directory.ReadRoleOf(ctx, *user)
	if err != nil {
		return nil, err
	}
	if user.RoleID != uuid.Nil {
		names = names.WithRole(role)
	}
	holder := *user
	if holder.ClientID, names, err = in.clientOf(ctx, c, *user, names); err != nil {
		return nil, err
	}
	ctx, grant, err := c.Authorize(ctx, call.Change{
		Kind: policy.IssueKey, Action: "issue a key for API user " + text.Quote(user.Name), Unchanged: noKeyMade,
		Targets: []awork.APIUser{*user}, Names: names, NewRole: &role, Decided: []any{in.id, holder.ClientID},
		Forbidden: s.check(ctx, c),
		Question: func(context.Context, []awork.APIUser) string {
			facts := "It is named " + text.Quote(user.Name) + ".\n" + names.Facts(*user)
			if user.ClientID == "" {
				facts += fmt.Sprintf("The key is made for %s.\n", names.ClientName(holder.ClientID))
			}
			return s.keyQuestion(c, "Make a key for an API user", facts, role)
		},
	})
	if err != nil {
		return nil, err
	}
	out := &secretResult{ClientID: text.Clean(holder.ClientID)}
	d, err := s.makeKey(ctx, c, grant, holder, role)
	if err != nil {
		out.Result = *secretFailure(c, err)
		if out.Outcome == result.Unknown || isLost(err) {
			out.Message += " awork can't take back a single key: to be rid of this one, replace the API user with " +
				"rotate_api_key and delete it then."
		}
		return out, nil
	}
	out.Outcome, out.APIUser, out.Delivered, out.Warnings = result.Created, names.Show(*user), d, names.Warnings(*user)
	out.Message = fmt.Sprintf("A key for API user %s was created, tested against awork and saved to: %s. What it "+
		"may do: %s.", text.Quote(user.Name), d.Where, role.Rights())
	return out, nil
}

// clientOf returns the client application that a key of an existing API user is
// made for.
func (in issueInput) clientOf(
	ctx context.Context,
	c *call.Call,
	u awork.APIUser,
	names directory.Names,
) (string, directory.Names, error) {
	if in.client != "" || names.ClientGone(u.ClientID) { // which may have been a minute ago
		apps, err := c.Awork.ListClientApplications(ctx)
		if err != nil {
			return "", names, err
		}
		names = names.WithClients(apps)
	}
	switch {
	case u.ClientID == "" && in.client == "":
		return "", names, result.Refuse(result.InvalidInput, "clientId is missing: API user %s belongs to no client "+
			"application, and a key is made for one. Name one with clientId (list_client_applications shows "+
			"them).", text.Quote(u.Name))
	case u.ClientID == "":
		id, err := directory.FindClient("clientId", in.client, names.Clients())
		return id, names, err
	case names.ClientGone(u.ClientID):
		return "", names, result.Refuse(result.InvalidInput, "API user %s belongs to client application %s, which no "+
			"longer exists, and awork makes no key for it. Make a new one with issue_api_key, name and clientId; "+
			"list_client_applications shows them.", text.Quote(u.Name), text.Quote(u.ClientID))
	case in.client != "" && in.client != u.ClientID && in.client != names.Clients()[u.ClientID]:
		return "", names, result.Refuse(result.InvalidInput, "clientId contradicts the API user, which belongs to %s. "+
			"Leave clientId out.", names.ClientName(u.ClientID))
	}
	return u.ClientID, names, nil
}

// issueForNew makes an API user with a key, and a client application where none is
// named.
func (s secrets) issueForNew(ctx context.Context, c *call.Call, in issueInput) (result.Reply, error) {
	if in.name == "" {
		return nil, result.Refuse(result.InvalidInput, "Give apiUserId for an existing API user (list_api_users shows "+
			"them), or name and roleId for one that is to be made (list_roles shows the roles).")
	}
	name, err := checkName("name", in.name)
	if err != nil {
		return nil, err
	}
	if !in.given() {
		return nil, result.Refuse(result.InvalidInput, roleMissing+"Give the least role that does the job (list_roles "+
			"shows them), or admin: true if an admin is meant.")
	}
	before, err := readBefore(ctx, c, in.roleArgument, in.client)
	if err != nil {
		return nil, err
	}
	if in.client == "" {
		if before.clients, err = c.Awork.ListClientApplications(ctx); err != nil {
			return nil, err
		}
	}
	ctx, grant, err := c.Authorize(ctx, call.Change{
		Kind:      policy.IssueKey,
		Action:    "issue a key for a new API user " + text.Quote(name),
		Unchanged: noKeyMade,
		Warnings:  namesakes(name, uuid.Nil, before.users.All),
		NewRole:   &before.role,
		Decided:   []any{name, before.role.ID},
		Existing:  before.users.All,
		Names:     before.names,
		Client:    before.client(),
		Forbidden: s.check(ctx, c),
		Question:  func(context.Context, []awork.APIUser) string { return s.newKeyQuestion(c, name, before) },
	})
	if err != nil {
		return nil, err
	}
	p := &provision{secrets: s, call: c, grant: grant, before: before}
	return p.make(
		ctx,
		awork.NewAPIUser{Name: name, RoleID: before.role.ID, ClientID: before.clientID, AdminRole: before.role.IsAdminRole},
	), nil
}

func (s secrets) newKeyQuestion(c *call.Call, name string, b before) string {
	what, client := "Make an API user and a key", b.names.ClientName(b.clientID)
	if b.clientID == "" {
		what, client = "Make a client application, an API user and a key", "the new client application, which has its name"
	}
	facts := fmt.Sprintf("The API user is named %s.\nIt has the role %s.\nIt belongs "+
		"to %s.\n", text.Quote(name), text.Quote(b.role.Name), client)
	return s.keyQuestion(c, what, facts, b.role)
}
