package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// Role is a role with what the rules ask of it.
type Role struct {
	awork.Role
	// Admin says why the role is admin-equivalent, in words that complete "counts
	// as an admin: "; empty where it is not.
	Admin string
	// Permissions are what it may do, as far as that was read.
	Permissions []awork.Permission
}

// Why an API user counts as an admin.
const (
	AdminByOmission = "it has no role, and awork makes an API user without a role an admin"
	AdminRole       = "its role is the workspace's admin role"
	AdminByConfig   = "its role has access to workspace-manage-config, which lets its holder create a key of any admin"
	AdminByRoles    = "its role has more than reading on project-manage-config, which lets its holder change what " +
		"every role may do"
	AdminUnreadable = "what its role may do can't be read, so it is taken for an admin"
)

// maxRolesRead bounds the requests for roles' permissions. awork has no answer
// with those of all roles.
const maxRolesRead = 100

// NoRole is what an API user without a role has.
func NoRole() Role { return Role{Role: awork.Role{Name: "none"}, Admin: AdminByOmission} }

// Rights says what a role may do, in words that complete "What it may do: …".
func (r Role) Rights() string {
	switch r.Admin {
	case AdminRole, AdminByOmission:
		return "everything in the workspace, as an admin"
	case AdminUnreadable:
		return "it can't be read, so take it for everything"
	}
	var features []string
	for i, p := range ShowPermissions(r.Permissions) {
		if i == text.MaxList {
			features = append(features, "and more")
			break
		}
		features = append(features, fmt.Sprintf("%s (%s)", text.Word(p.Feature), text.WordList(p.AccessLevels)))
	}
	rights := strings.Join(features, ", ")
	if rights == "" {
		rights = "nothing that the API names"
	}
	if r.Admin != "" {
		rights += "; that amounts to everything, for " + r.Admin
	}
	return rights
}

// ReadRole reads what a role may do, fresh, and says why that makes it
// admin-equivalent. One that can't be read counts as such; the error says why it
// can't.
func (d *Directory) ReadRole(ctx context.Context, r awork.Role) (Role, error) {
	if r.IsAdminRole {
		return Role{Role: r, Admin: AdminRole}, nil
	}
	permissions, err := d.client.RolePermissions(ctx, r.ID)
	return judge(r, permissions, err), err
}

// ReadRoleOf reads the role of an API user fresh.
func (d *Directory) ReadRoleOf(ctx context.Context, u awork.APIUser) (Role, error) {
	if u.RoleID == uuid.Nil {
		return NoRole(), nil
	}
	list, err := IgnoreIncomplete(d.client.ListRoles(ctx))
	if err != nil {
		return Role{}, err
	}
	for _, r := range list {
		if r.ID == u.RoleID {
			role, _ := d.ReadRole(ctx, r) // one that can't be read counts as an admin's
			return role, nil
		}
	}
	return Role{Role: awork.Role{ID: u.RoleID, Name: u.RoleID.String()}, Admin: AdminUnreadable}, nil
}

func judge(r awork.Role, permissions []awork.Permission, err error) Role {
	role := Role{Role: r, Permissions: permissions}
	switch {
	case r.IsAdminRole:
		role.Admin = AdminRole
	case err != nil:
		role.Admin = AdminUnreadable
	case awork.ManagesConfig(permissions):
		role.Admin = AdminByConfig
	case awork.ManagesRoles(permissions):
		role.Admin = AdminByRoles
	}
	return role
}

// roles returns the workspace's roles by id, without what they may do.
func (d *Directory) roles(ctx context.Context) (map[uuid.UUID]awork.Role, error) {
	return lookUp(ctx, d.cache, "roles", lifetimes{lookupTimeout, errorTTL}, d.readRoles)
}

func (d *Directory) readRoles(ctx context.Context) (map[uuid.UUID]awork.Role, error) {
	list, err := IgnoreIncomplete(d.client.ListRoles(ctx))
	if err != nil {
		return nil, err
	}
	m := make(map[uuid.UUID]awork.Role, len(list))
	for _, r := range list {
		m[r.ID] = r
	}
	return m, nil
}

// permissionsKey is where the cache has what a role may do.
func permissionsKey(id uuid.UUID) string { return "permissions " + id.String() }

// role returns a role with what it may do.
func (d *Directory) role(ctx context.Context, r awork.Role) Role {
	if r.IsAdminRole {
		return Role{Role: r, Admin: AdminRole}
	}
	permissions, err := lookUp(ctx, d.cache, permissionsKey(r.ID), lifetimes{lookupTimeout, errorTTL},
		func(ctx context.Context) ([]awork.Permission, error) { return d.client.RolePermissions(ctx, r.ID) })
	return judge(r, permissions, err)
}

// describe returns roles with what they may do, the first hundred of them; the
// rest count as admins'.
func (d *Directory) describe(ctx context.Context, roles []awork.Role) map[uuid.UUID]Role {
	described := make([]Role, len(roles))
	var g errgroup.Group
	g.SetLimit(parallel)
	for i, r := range roles {
		if i >= maxRolesRead && !r.IsAdminRole {
			described[i] = Role{Role: r, Admin: AdminUnreadable}
			continue
		}
		g.Go(func() error {
			described[i] = d.role(ctx, r)
			return nil
		})
	}
	_ = g.Wait()
	m := make(map[uuid.UUID]Role, len(described))
	for _, r := range described {
		m[r.ID] = r
	}
	return m
}

// Roles returns all roles of the workspace with what they may do.
func (d *Directory) Roles(ctx context.Context) ([]Role, error) {
	list, err := d.roles(ctx)
	if err != nil {
		return nil, err
	}
	var roles []awork.Role
	for _, r := range list {
		roles = append(roles, r)
	}
	var all []Role
	for _, r := range d.describe(ctx, roles) {
		all = append(all, r)
	}
	return all, nil
}

// IgnoreIncomplete takes a list that is not complete for what it is, where
// nothing is concluded from what is not in it.
func IgnoreIncomplete[T any](list []T, err error) ([]T, error) {
	if errors.Is(err, awork.ErrIncomplete) {
		err = nil
	}
	return list, err
}
