package tools

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

type rotateInput struct{ id uuid.UUID }

func (in *rotateInput) subject() uuid.UUID { return in.id }

func rotateAPIKey() *tool {
	return writing(spec{
		name: "rotate_api_key", title: "Rotate API key", family: familyCredentials, destructive: true,
		description: "Make a successor of an API user, with the same name, role and client application, and hand its key to where the operator wants secrets to go. " +
			"The old API user and its keys stay as they are: when the new key is in use, delete the old one with delete_api_user.",
		output: []property{{"workspace", "string"}, {"apiUserId", "string"}, {"apiUser", "object"}, {"successorId", "string"}, {"delivered", "object"}, {"exists", "array"}, {"candidates", "array"}, {"error", "object"}},
	}, func(in *rotateInput) []field {
		return []field{apiUserIDField("id of the API user to replace", &in.id).must()}
	}, planRotate)
}

func planRotate(ctx context.Context, c *call, in rotateInput) (*change, error) {
	if err := c.tools.needDelivery(); err != nil {
		return nil, err
	}
	c.doing, c.notDone = "rotate the key of API user "+in.id.String(), "No key was made."
	old, err := c.account.client.GetAPIUser(ctx, in.id)
	if err != nil {
		return nil, err
	}
	c.doing = "rotate the key of API user " + quoted(old.Name)
	if old.ClientID == "" {
		return nil, refuse(InvalidInput, "API user %s belongs to no client application, so it can't have a successor like itself. Make a new one with issue_api_key.", quoted(old.Name))
	}
	var r role
	if old.RoleID == uuid.Nil {
		// No API user is made without a role; the admin role is the same in effect.
		r, err = wantedRole{admin: true}.resolve(ctx, c, uuid.Nil)
	} else {
		r, err = c.roleOf(ctx, *old)
	}
	if err != nil {
		return nil, err
	}
	if r.IsArchived {
		return nil, refuse(InvalidInput, "The role %s of API user %s is archived, so no successor can be given it. Give the API user another role first, with update_api_user.", quoted(r.Name), quoted(old.Name))
	}
	apps, err := c.account.client.ListClientApplications(ctx)
	if err != nil {
		return nil, err
	}
	before, err := c.account.roster(ctx)
	if err != nil {
		return nil, err
	}
	n := names{clients: clientNames(apps), apiUsers: before}.with(r)
	if _, ok := n.clients[old.ClientID]; !ok {
		return nil, refuse(InvalidInput, "The client application %s of API user %s is gone, so no successor can belong to it. Make a new one with issue_api_key.", quoted(old.ClientID), quoted(old.Name))
	}
	ch := &change{decided: []any{in.id}, targets: []awork.APIUser{*old}, newRole: &r, issues: true}
	ch.question = func(ctx context.Context) string {
		facts := n.facts(*old) + "It stays as it is, and its keys too, until you delete it.\n"
		if old.RoleID == uuid.Nil {
			facts += fmt.Sprintf("The successor gets the role %s.\n", quoted(r.Name))
		}
		return c.keyQuestion(ctx, "Make a successor of an API user, like it and with a key,", facts, r)
	}
	ch.commit = func(ctx context.Context) (reply, error) {
		p := newProvision(c, n, before, apps)
		out := p.make(ctx, awork.NewAPIUser{Name: old.Name, RoleID: r.ID, ClientID: old.ClientID, AdminRole: r.IsAdminRole}, r)
		if out.Outcome != Created {
			out.Message += fmt.Sprintf(" The API user %s that was to be replaced was not touched.", old.ID)
			return out, nil
		}
		out.SuccessorID = out.APIUser.ID.String()
		out.Warnings = nil // that both have one name is meant
		out.Message += fmt.Sprintf(" It is the successor of %s, which was not touched: when the new key is in use, delete that one with delete_api_user.", old.ID)
		return out, nil
	}
	return ch, nil
}
