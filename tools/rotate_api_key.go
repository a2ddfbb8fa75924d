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
)

func rotateAPIKeyTool(s secrets) *tool {
	return writing(spec{
		name:        "rotate_api_key",
		title:       "Rotate API key",
		family:      policy.FamilyCredentials,
		makesSecret: true,
		destructive: true,
		description: "Make a successor of an API user, with the same name, role and client application, and hand its " +
			"key to where the operator wants secrets to go. " +
			"The old API user and its keys stay as they are: when the new key is in use, delete the old one with " +
			"delete_api_user. A key where there is none yet: issue_api_key.",
		output: []property{
			{"workspace", "string"},
			{"apiUserId", "string"},
			{"apiUser", "object"},
			{"successorId", "string"},
			{"delivered", "object"},
			{"exists", "array"},
			{"candidates", "array"},
			{"error", "object"},
		},
	}, (*rotateInput).fields, s.rotateAPIKey)
}

type rotateInput struct{ id uuid.UUID }

func (in *rotateInput) fields() []args.Field {
	return []args.Field{args.APIUserID("id of the API user to replace", &in.id).Require()}
}

func (in *rotateInput) target() uuid.UUID { return in.id }

func (s secrets) rotateAPIKey(ctx context.Context, c *call.Call, in rotateInput) (result.Reply, error) {
	old, names, err := c.ReadAPIUser(ctx, in.id)
	if err != nil {
		return nil, err
	}
	name := text.Quote(old.Name)
	if old.ClientID == "" {
		return nil, result.Refuse(result.InvalidInput, "API user %s belongs to no client application, so it can't have "+
			"a successor like itself. Make a key with issue_api_key and a clientId; list_client_applications shows them.",
			name)
	}
	before, err := readBeforeRotation(ctx, c, *old)
	if err != nil {
		return nil, err
	}
	if before.role.IsArchived {
		return nil, result.Refuse(result.InvalidInput, "The role %s of API user %s is archived, so no successor can be "+
			"given it. Give the API user another role first, with update_api_user; list_roles shows them.",
			text.Quote(before.role.Name), name)
	}
	if before.names.ClientGone(old.ClientID) {
		return nil, result.Refuse(result.InvalidInput, "API user %s belongs to client application %s, which no longer "+
			"exists, so it can't have a successor like itself. Make a new one with issue_api_key and a clientId; "+
			"list_client_applications shows them.", name, text.Quote(old.ClientID))
	}
	ctx, grant, err := c.Authorize(ctx, call.Change{
		Kind:      policy.IssueKey,
		Action:    "rotate the key of API user " + name,
		Unchanged: noKeyMade,
		Targets:   []awork.APIUser{*old},
		Names:     before.names,
		NewRole:   &before.role,
		Decided:   []any{in.id},
		Client:    before.client(),
		Forbidden: s.check(ctx, c),
		Question:  func(context.Context, []awork.APIUser) string { return s.rotationQuestion(c, *old, names, before.role) },
	})
	if err != nil {
		return nil, err
	}
	p := &provision{secrets: s, call: c, grant: grant, before: before}
	out := p.make(
		ctx,
		awork.NewAPIUser{
			Name:      old.Name,
			RoleID:    before.role.ID,
			ClientID:  old.ClientID,
			AdminRole: before.role.IsAdminRole,
		},
	)
	if out.Outcome != result.Created {
		out.Message += fmt.Sprintf(" The API user %s that was to be replaced was not touched.", old.ID)
		return out, nil
	}
	out.SuccessorID = out.APIUser.ID.String()
	out.Warnings = nil // that both have one name is meant
	out.Message += fmt.Sprintf(" It is the successor of %s, which was not touched: when the new key is in use, "+
		"delete that one with delete_api_user.", old.ID)
	return out, nil
}

// readBeforeRotation reads what a successor of an API user needs, fresh.
func readBeforeRotation(ctx context.Context, c *call.Call, old awork.APIUser) (before, error) {
	b := before{clientID: old.ClientID}
	var g errgroup.Group
	g.Go(func() (err error) {
		if old.RoleID == uuid.Nil {
			// No API user is made without a role; the admin role is the same in effect.
			b.role, err = (&roleArgument{admin: true}).read(ctx, c, uuid.Nil)
		} else {
			b.role, err = c.Directory.ReadRoleOf(ctx, old)
		}
		return err
	})
	g.Go(func() (err error) { b.clients, err = c.Awork.ListClientApplications(ctx); return err })
	g.Go(func() (err error) { b.users, err = c.Directory.ReadUsers(ctx); return err })
	g.Go(func() (err error) { b.me, err = c.Directory.Me(ctx); return err })
	if err := g.Wait(); err != nil {
		return b, err
	}
	b.names = b.newNames()
	return b, nil
}

func (s secrets) rotationQuestion(c *call.Call, old awork.APIUser, names directory.Names, r directory.Role) string {
	facts := "It is named " + text.Quote(old.Name) + ".\n" + names.Facts(old) + "It stays as it is, and its keys " +
		"too, until you delete it.\n"
	if old.RoleID == uuid.Nil {
		facts += fmt.Sprintf("The successor gets the role %s.\n", text.Quote(r.Name))
	}
	return s.keyQuestion(c, "Make a successor of an API user, like it and with a key,", facts, r)
}
