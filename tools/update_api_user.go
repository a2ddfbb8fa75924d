package tools

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

type updateInput struct {
	id   uuid.UUID
	name *string
	wantedRole
}

func (in *updateInput) subject() uuid.UUID { return in.id }

type updateResult struct {
	Result
	Before *APIUser `json:"before,omitempty"`
}

func updateAPIUser() *tool {
	return writing(spec{
		name: "update_api_user", title: "Update API user", destructive: true, idempotent: true,
		description: "Rename an API user or give it another role; what is left out stays as it is. Making it an admin needs admin: true. " +
			"Its client application can't be changed. Shows the record before and after.",
		output: []property{{"workspace", "string"}, {"apiUserId", "string"}, {"apiUser", "object"}, {"before", "object"}, {"error", "object"}},
	}, func(in *updateInput) []field {
		fields := []field{
			apiUserIDField("id of the API user", &in.id).must(),
			optional(stringField, "name", "new name", &in.name),
		}
		return append(fields, in.fields()...)
	}, planUpdate)
}

func planUpdate(ctx context.Context, c *call, in updateInput) (*change, error) {
	c.doing = "update API user " + in.id.String()
	was, err := c.account.client.GetAPIUser(ctx, in.id)
	if err != nil {
		return nil, err
	}
	c.doing = "update API user " + quoted(was.Name)
	name, roleID := was.Name, was.RoleID
	if in.name != nil {
		if name, err = checkName(*in.name); err != nil {
			return nil, err
		}
		in.name = &name
	}
	c.notDone = "API user " + quoted(was.Name) + " was not changed."
	ch := &change{targets: []awork.APIUser{*was}, decided: []any{in.id, in.name}}
	n := c.account.directory.names(ctx, roster{})
	c.names = n
	ch.newRole, err = in.newRole(ctx, c, *was)
	if err != nil {
		return nil, err
	}
	var demoted []string
	if r := ch.newRole; r != nil {
		ch.decided = append(ch.decided, r.ID)
		roleID, n = r.ID, n.with(*r)
		if last := n.lastAdmin([]awork.APIUser{*was}); last != "" && r.admin == "" {
			demoted = []string{strings.TrimSpace(last)}
		}
	}
	before := n.show(*was)
	if ch.newRole == nil && in.notAdmin {
		r, err := c.roleOf(ctx, *was)
		if err == nil && r.admin != "" && r.admin != adminUnreadable {
			return nil, refuse(InvalidInput, "admin: false does not take admin away: API user %s counts as an admin, since %s. Give a roleId that is no admin's; list_roles shows them.", quoted(was.Name), r.admin)
		}
	}
	if name == was.Name && roleID == was.RoleID {
		ch.done = &updateResult{Before: before, Result: Result{Outcome: Unchanged, APIUser: before, Warnings: n.warningsFor(*was),
			Message: fmt.Sprintf("API user %s already is as asked: it %s. Nothing was sent.", quoted(was.Name), n.standing(*was))}}
		return ch, nil
	}
	if ch.newRole != nil && ch.newRole.admin != "" {
		ch.question = func(ctx context.Context) string {
			about := n.about(*was)
			if webhooks, err := c.webhooksBy(ctx); err != nil {
				about += "Whether it made webhooks could not be read.\n"
			} else if made := webhooks[was.ID]; len(made) > 0 {
				about += fmt.Sprintf("It made %s: %s.\n", count(len(made), "webhook"), strings.Join(made[:min(5, len(made))], ", "))
			}
			if name != was.Name {
				about += "It will be named " + quoted(name) + ".\n"
			}
			return c.adminQuestion(ctx, "Make the API user "+quoted(was.Name)+" an admin", about, *ch.newRole)
		}
	}
	ch.commit = func(ctx context.Context) (reply, error) {
		u, err := c.writeUser(ctx, n, *was, Updated, func(ctx context.Context) (*awork.APIUser, error) {
			return c.account.client.UpdateAPIUser(ctx, *was, name, roleID, ch.newRole != nil && ch.newRole.IsAdminRole)
		})
		if err != nil {
			return nil, err
		}
		return &updateResult{Before: before, Result: Result{Outcome: Updated, APIUser: n.show(*u), Warnings: append(demoted, n.warningsFor(*u)...),
			Message: fmt.Sprintf("API user %s is updated: %s. It %s.", quoted(u.Name), differences(*was, *u), n.standing(*u))}}, nil
	}
	return ch, nil
}

// newRole is the role that the API user is to get; nil where it keeps its own.
func (in updateInput) newRole(ctx context.Context, c *call, was awork.APIUser) (*role, error) {
	if in.role == "" && !in.admin {
		return nil, nil
	}
	r, err := in.resolve(ctx, c, was.RoleID)
	if err != nil || r.ID == was.RoleID {
		return nil, err
	}
	return &r, nil
}
