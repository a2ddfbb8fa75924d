package tools

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// roleArgument is the role that a create or an update asks for.
type roleArgument struct {
	role     string // id or exact name; empty where left out
	admin    bool
	notAdmin bool // admin was given, and is false
}

func (w *roleArgument) fields() []args.Field {
	return []args.Field{
		args.String("roleId", "role id or exact name", &w.role),
		args.Admin(&w.admin, &w.notAdmin),
	}
}

func (w *roleArgument) given() bool { return w.role != "" || w.admin }

const roleMissing = "roleId is missing: awork makes an admin of an API user without a role. "

// read reads the role fresh, for it decides what the API user may do: a role that
// exists and is not archived, admin-equivalent only if that was asked for in so
// many words. admin alone is the workspace's admin role. The role that the API
// user has already, current, may be named whatever it is.
func (w *roleArgument) read(ctx context.Context, c *call.Call, current uuid.UUID) (directory.Role, error) {
	list, err := c.Awork.ListRoles(ctx)
	if err != nil {
		return directory.Role{}, err
	}
	if w.role == "" {
		return adminRoleIn(list)
	}
	r, err := directory.FindRole("roleId", w.role, list)
	if err != nil {
		return directory.Role{}, err
	}
	if r.IsArchived && r.ID != current {
		return directory.Role{}, result.Refuse(result.InvalidInput, "roleId: the role %s is archived, so nobody can be "+
			"given it. Roles that can be given are %s.",
			text.Quote(r.Name), assignable(list))
	}
	role, _ := c.Directory.ReadRole(ctx, r) // one that can't be read counts as an admin's
	switch {
	case r.ID == current && !w.admin:
	case role.Admin != "" && !w.admin:
		return role, result.Refuse(result.InvalidInput, "roleId: the role %s would make an admin: %s. If that is "+
			"meant, give admin: true beside it; else choose another with list_roles.",
			text.Quote(role.Name), role.Admin)
	case role.Admin == "" && w.admin:
		return role, result.Refuse(result.InvalidInput, "admin: true contradicts roleId: the role %s does not make an "+
			"admin. Leave one of the two out.", text.Quote(role.Name))
	}
	return role, nil
}

func adminRoleIn(list []awork.Role) (directory.Role, error) {
	for _, r := range list {
		if r.IsAdminRole {
			return directory.Role{Role: r, Admin: directory.AdminRole}, nil
		}
	}
	return directory.Role{}, result.Refuse(result.UpstreamError, "awork shows no admin role in this workspace.")
}

func assignable(list []awork.Role) string {
	var names []string
	for _, r := range list {
		if !r.IsArchived && !r.IsAdminRole && len(names) < text.MaxList {
			names = append(names, text.Quote(r.Name))
		}
	}
	return strings.Join(names, ", ")
}

// emoji is one emoji. What joins its parts is invisible, and belongs to it.
var emoji = regexp.MustCompile(`[\p{So}\x{1F3FB}-\x{1F3FF}]\x{FE0F}?(\x{200D}?[\p{So}\x{1F3FB}-\x{1F3FF}]\x{FE0F}?)*`)

// checkName refuses names that a person could not read as they are; argument is
// what the refusal calls it.
func checkName(argument, name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", result.Refuse(result.InvalidInput, "%s must not be empty; give one that says what it is for, such as "+
			"Time export.", argument)
	case emoji.ReplaceAllStringFunc(name, text.Clean) != text.Clean(name):
		return "", result.Refuse(result.InvalidInput, "%s must not hold line breaks or control, bidirectional or "+
			"invisible characters, nor be longer than %d; received %s.",
			argument, text.MaxLength, text.Quote(name))
	}
	return name, nil
}

// namesakes warns of other API users with the same name.
func namesakes(name string, except uuid.UUID, all []awork.APIUser) []string {
	var ids []string
	for _, u := range all {
		if u.ID != except && text.Fold(text.Clean(u.Name)) == text.Fold(text.Clean(name)) {
			ids = append(ids, u.ID.String())
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("The name %s is also that of %s, and people mix them up.",
		text.Quote(name), strings.Join(ids[:min(text.MaxList, len(ids))], ", "))}
}
