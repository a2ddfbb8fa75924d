package tools

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// wantedRole is the role that a create or an update asks for.
type wantedRole struct {
	role     string // id or exact name; empty where left out
	admin    bool
	notAdmin bool // admin was given, and is false
}

func (w *wantedRole) fields() []field {
	return []field{
		stringField("roleId", "role id or exact name", &w.role),
		adminField(&w.admin, &w.notAdmin),
	}
}

// resolve reads the role fresh, for it decides what the API user may do: a role
// that exists and is not archived, admin-equivalent only if that was asked for
// in so many words. admin alone is the workspace's admin role. The role that the
// API user has already, current, may be named whatever it is.
func (w wantedRole) resolve(ctx context.Context, c *call, current uuid.UUID) (role, error) {
	list, err := c.account.client.ListRoles(ctx)
	if err != nil {
		return role{}, err
	}
	if w.role == "" {
		for _, r := range list {
			if r.IsAdminRole {
				return role{Role: r, admin: adminRole}, nil
			}
		}
		return role{}, refuse(UpstreamError, "awork shows no admin role in this workspace.")
	}
	n := names{roles: map[uuid.UUID]role{}}
	var assignable []string
	for _, r := range list {
		n.roles[r.ID] = role{Role: r}
		if !r.IsArchived {
			assignable = append(assignable, quoted(r.Name))
		}
	}
	id, err := n.findRole("roleId", w.role)
	if err != nil {
		return role{}, err
	}
	if n.roles[id].IsArchived && id != current {
		return role{}, refuse(InvalidInput, "roleId: the role %s is archived, so nobody can be given it. Roles that can be given are %s.", quoted(n.roles[id].Name), strings.Join(assignable[:min(maxList, len(assignable))], ", "))
	}
	full, _ := c.account.directory.readRole(ctx, n.roles[id].Role)
	switch {
	case id == current && !w.admin:
	case full.admin != "" && !w.admin:
		return role{}, refuse(InvalidInput, "roleId: the role %s would make an admin: %s. If that is meant, give admin: true beside it; else choose another with list_roles.", quoted(full.Name), full.admin)
	case full.admin == "" && w.admin:
		return role{}, refuse(InvalidInput, "admin: true contradicts roleId: the role %s is no admin's. Leave one of the two out.", quoted(full.Name))
	}
	return full, nil
}

// emoji is one emoji. What joins its parts is invisible, and belongs to it.
var emoji = regexp.MustCompile(`[\p{So}\x{1F3FB}-\x{1F3FF}]\x{FE0F}?(\x{200D}?[\p{So}\x{1F3FB}-\x{1F3FF}]\x{FE0F}?)*`)

// checkName refuses names that a person could not read as they are.
func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", refuse(InvalidInput, "name must not be empty.")
	case emoji.ReplaceAllStringFunc(name, clean) != clean(name):
		return "", refuse(InvalidInput, "name must not hold line breaks or control, bidirectional or invisible characters, nor be longer than %d; received %s.", maxText, quoted(name))
	}
	return name, nil
}

// namesakes warns of other API users with the same name.
func namesakes(name string, except uuid.UUID, all []awork.APIUser) []string {
	var ids []string
	for _, u := range all {
		if u.ID != except && folded(clean(u.Name)) == folded(clean(name)) {
			ids = append(ids, u.ID.String())
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("The name %s is also that of %s; awork allows it, people mix them up.", quoted(name), strings.Join(ids[:min(maxList, len(ids))], ", "))}
}
