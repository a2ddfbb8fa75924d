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
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

func updateAPIUserTool() *tool {
	return writing(spec{
		name:        "update_api_user",
		title:       "Update API user",
		destructive: true,
		idempotent:  true,
		description: "Rename an API user or give it another role; what is left out stays as it is. Making it an admin " +
			"needs admin: true. " +
			"Its client application can't be changed. Shows the record before and after. A new one: create_api_user.",
		output: []property{
			{"workspace", "string"},
			{"apiUserId", "string"},
			{"apiUser", "object"},
			{"before", "object"},
			{"error", "object"},
		},
	}, (*updateInput).fields, updateAPIUser)
}

type updateInput struct {
	id   uuid.UUID
	name *string
	roleArgument
}

func (in *updateInput) fields() []args.Field {
	return append([]args.Field{
		args.APIUserID("id of the API user", &in.id).Require(),
		args.OptionalString("name", "new name", &in.name),
	}, in.roleArgument.fields()...)
}

func (in *updateInput) target() uuid.UUID { return in.id }

type updateResult struct {
	result.Result
	Before *result.APIUser `json:"before,omitempty"`
}

func updateAPIUser(ctx context.Context, c *call.Call, in updateInput) (result.Reply, error) {
	was, names, err := c.ReadAPIUser(ctx, in.id)
	if err != nil {
		return nil, err
	}
	name := was.Name
	if in.name != nil {
		if name, err = checkName("name", *in.name); err != nil {
			return nil, err
		}
	}
	newRole, err := in.newRole(ctx, c, *was, names)
	if err != nil {
		return nil, err
	}
	shownBefore, roleID, adminRole := names.Show(*was), was.RoleID, false
	var warnings []string
	if newRole != nil {
		roleID, adminRole = newRole.ID, newRole.IsAdminRole
		if newRole.Admin == "" && c.Directory.TakesLastAdmin(ctx, names, []awork.APIUser{*was}) {
			warnings = []string{lastAdmin}
		}
		names = names.WithRole(*newRole)
	}
	if name == was.Name && roleID == was.RoleID {
		return in.unchanged(*was, shownBefore, names), nil
	}
	planned := *was
	planned.Name, planned.RoleID = name, roleID
	change := call.Change{
		Kind:      policy.Update,
		Action:    "update API user " + text.Quote(was.Name),
		Unchanged: "API user " + text.Quote(was.Name) + " was not changed.",
		Effect:    fmt.Sprintf("Then it is named %s; it %s.", text.Quote(name), names.DescribeRole(planned)),
		Warnings:  warnings,
		After:     &planned,
		Targets:   []awork.APIUser{*was},
		Names:     names,
		NewRole:   newRole,
		Decided:   in.decided(name, newRole),
	}
	if newRole != nil && newRole.Admin != "" {
		change.Question = func(ctx context.Context, _ []awork.APIUser) string {
			return promotionQuestion(ctx, c, *was, name, names, *newRole)
		}
	}
	ctx, grant, err := c.Authorize(ctx, change)
	if err != nil {
		return nil, err
	}
	var user *awork.APIUser
	err = c.Write(
		ctx,
		grant,
		call.About(names, *was, result.Updated),
		func(ctx context.Context, client *awork.Client, e *journal.Entry) (err error) {
			if user, err = client.UpdateAPIUser(ctx, *was, name, roleID, adminRole); err != nil {
				return err
			}
			e.After = names.Show(*user)
			return nil
		},
	)
	if err != nil {
		return nil, err
	}
	return &updateResult{Before: shownBefore, Result: result.Result{
		Outcome:  result.Updated,
		APIUser:  names.Show(*user),
		Warnings: append(warnings, names.Warnings(*user)...),
		Message: fmt.Sprintf(
			"API user %s was updated: %s. It %s.",
			text.Quote(user.Name),
			names.Differences(*was, *user),
			names.DescribeRole(*user),
		),
	}}, nil
}

// decided is what the arguments came to: what is left out stays as it is, whatever
// that is.
func (in updateInput) decided(name string, newRole *directory.Role) []any {
	decided := []any{in.id, nil, nil}
	if in.name != nil {
		decided[1] = name
	}
	if newRole != nil {
		decided[2] = newRole.ID
	}
	return decided
}

// newRole reads the role that the API user is to get; nil where it keeps its own.
func (in updateInput) newRole(
	ctx context.Context,
	c *call.Call,
	was awork.APIUser,
	names directory.Names,
) (*directory.Role, error) {
	if in.given() {
		r, err := in.read(ctx, c, was.RoleID)
		if err != nil || r.ID == was.RoleID {
			return nil, err
		}
		return &r, nil
	}
	if why := names.WhyAdmin(was); in.notAdmin && why != "" && why != directory.AdminUnreadable {
		return nil, result.Refuse(result.InvalidInput, "admin: false does not take admin away: API user %s counts as "+
			"an admin, since %s. Give a roleId that does not make an admin; list_roles shows them.",
			text.Quote(was.Name), why)
	}
	return nil, nil
}

// unchanged answers a call that asks for what is there already.
func (in updateInput) unchanged(was awork.APIUser, shown *result.APIUser, names directory.Names) result.Reply {
	message := fmt.Sprintf("API user %s already is as asked: it %s. Nothing "+
		"was sent.", text.Quote(was.Name), names.DescribeRole(was))
	if in.name == nil && !in.given() {
		message = fmt.Sprintf("Nothing to change: give name, roleId or admin. API user "+
			"%s %s.", text.Quote(was.Name), names.DescribeRole(was))
	}
	return &updateResult{
		Before: shown,
		Result: result.Result{Outcome: result.Unchanged, APIUser: shown, Warnings: names.Warnings(was), Message: message},
	}
}

// promotionQuestion says what would happen when an API user that exists becomes an
// admin.
func promotionQuestion(
	ctx context.Context,
	c *call.Call,
	was awork.APIUser,
	name string,
	names directory.Names,
	r directory.Role,
) string {
	about := names.Facts(was)
	if webhooks, err := webhooksByCreator(ctx, c); err != nil {
		about += "Whether it made webhooks could not be read.\n"
	} else {
		about += webhookLine(webhooks[was.ID])
	}
	if name != was.Name {
		about += "It will be named " + text.Quote(name) + ".\n"
	}
	return adminQuestion(c, "Make the API user "+text.Quote(was.Name)+" an admin", about, r)
}
