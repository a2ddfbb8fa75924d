package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// Role is a role as results show it.
type Role struct {
	ID          uuid.UUID `json:"id"`
	Name        string    `json:"name"`
	Admin       bool      `json:"admin"`
	WhyAdmin    string    `json:"whyAdmin,omitempty"`
	IsAdminRole bool      `json:"isAdminRole,omitempty"`
	IsGuestRole bool      `json:"isGuestRole,omitempty"`
	IsArchived  bool      `json:"isArchived,omitempty"`
	// APIUsers counts the API users in the role.
	APIUsers    int                `json:"apiUsers"`
	Permissions []awork.Permission `json:"permissions,omitempty"`
}

type rolesResult struct {
	Result
	Roles []Role `json:"roles"`
}

type rolesInput struct{ includePermissions bool }

func listRoles() *tool {
	return reading(spec{
		name: "list_roles", title: "List roles", idempotent: true,
		description: "List the workspace's roles: which make an admin and why, which are archived and can't be given, how many API users have each, and on request what each may do.",
		output:      []property{{"roles", "array"}},
	}, func(in *rolesInput) []field {
		return []field{boolField("includePermissions", "also say what each role may do", &in.includePermissions)}
	}, func(ctx context.Context, c *call, in rolesInput) (reply, error) {
		c.doing = "list the roles"
		roles, err := c.account.directory.roles.get(ctx, c.account.client, c.account.directory.readRoles)
		if err != nil {
			return nil, err
		}
		users, err := c.account.roster(ctx)
		if err != nil {
			return nil, err
		}
		uses := map[uuid.UUID]int{}
		for _, u := range users.all {
			uses[u.RoleID]++
		}
		r := &rolesResult{Roles: []Role{}}
		for _, full := range roles {
			shown := Role{ID: full.ID, Name: clean(full.Name), Admin: full.admin != "", WhyAdmin: full.admin,
				IsAdminRole: full.IsAdminRole, IsGuestRole: full.IsGuestRole, IsArchived: full.IsArchived, APIUsers: uses[full.ID]}
			if in.includePermissions {
				shown.Permissions = showPermissions(full.permissions)
			}
			r.Roles = append(r.Roles, shown)
		}
		slices.SortFunc(r.Roles, func(a, b Role) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID.String(), b.ID.String()))
		})
		r.Warnings = users.warnings("more may have a role than are counted here")
		r.Outcome, r.Message = Found, fmt.Sprintf("%d roles.", len(r.Roles))
		if none := uses[uuid.Nil]; none > 0 {
			r.Message += fmt.Sprintf(" %d API users have no role, which makes them admins.", none)
		}
		return r, nil
	})
}

func showPermissions(permissions []awork.Permission) []awork.Permission {
	var shown []awork.Permission
	for _, p := range permissions {
		shown = append(shown, awork.Permission{Feature: clean(p.Feature), AccessLevels: cleanList(p.AccessLevels)})
	}
	slices.SortFunc(shown, func(a, b awork.Permission) int { return cmp.Compare(a.Feature, b.Feature) })
	return shown
}
