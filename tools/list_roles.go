package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

func listRolesTool() *tool {
	return reading(spec{
		name: "list_roles", title: "List roles", idempotent: true,
		description: "List the workspace's roles: which make an admin and why, which are archived and can't be given, " +
			"how many API users have each, and on request what each may do.",
		output: []property{{"roles", "array"}},
	}, (*rolesInput).fields, listRoles)
}

type rolesInput struct{ includePermissions bool }

func (in *rolesInput) fields() []args.Field {
	return []args.Field{args.Bool("includePermissions", "also say what each role may do", &in.includePermissions)}
}

// role is a role as results show it.
type role struct {
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
	result.Result
	Roles []role `json:"roles"`
}

func listRoles(ctx context.Context, c *call.Call, in rolesInput) (result.Reply, error) {
	var roles []directory.Role
	var users directory.UserList
	var g errgroup.Group
	g.Go(func() (err error) { roles, err = c.Directory.Roles(ctx); return err })
	g.Go(func() (err error) { users, err = c.Directory.ReadUsers(ctx); return err })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	holders := map[uuid.UUID]int{}
	for _, u := range users.All {
		holders[u.RoleID]++
	}
	r := &rolesResult{Roles: []role{}}
	for _, full := range roles {
		shown := role{
			ID:          full.ID,
			Name:        text.Clean(full.Name),
			Admin:       full.Admin != "",
			WhyAdmin:    full.Admin,
			IsAdminRole: full.IsAdminRole,
			IsGuestRole: full.IsGuestRole,
			IsArchived:  full.IsArchived,
			APIUsers:    holders[full.ID],
		}
		if in.includePermissions {
			shown.Permissions = directory.ShowPermissions(full.Permissions)
		}
		r.Roles = append(r.Roles, shown)
	}
	slices.SortFunc(r.Roles, func(a, b role) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	r.Warnings = users.Warnings("more may have a role than are counted here")
	r.Outcome, r.Message = result.Found, text.Count(len(r.Roles), "role")+"."
	if none := holders[uuid.Nil]; none > 0 {
		r.Message += fmt.Sprintf(" %s without a role, which makes an admin.", text.Count(none, "API user"))
	}
	return r, nil
}
