package sandbox

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"

	"github.com/google/uuid"
)

// Roles and permissions: https://developers.awork.com/apiv1/roles/get-roles and
// https://developers.awork.com/permissions.

func (r Role) wire() wireRole {
	return wireRole{
		Name: r.Name, IsAdminRole: r.IsAdmin, IsGuestRole: r.IsGuest, ID: r.ID,
		IsPreset: r.IsPreset, IsArchived: r.Archived,
		wireStamps: stamps(r.CreatedOn, r.CreatedBy, r.UpdatedOn, r.UpdatedBy),
	}
}

func (p Permission) wire() wirePermission {
	return wirePermission{Feature: p.Feature, AccessLevels: append([]string{}, p.AccessLevels...)}
}

// wireOf is a permission of a role's list, with an id made of both.
func (p Permission) wireOf(r Role) wireRolePermission {
	return wireRolePermission{
		wirePermission: p.wire(),
		ID:             uuid.NewSHA1(uuid.MustParse(r.ID), []byte(p.Feature)).String(),
		CreatedOn:      stamp(r.CreatedOn), UpdatedOn: stamp(r.UpdatedOn),
	}
}

func listRoles(c *call) reply {
	archived, refusal := flag(c.query, "showArchived")
	if refusal != nil {
		return *refusal
	}
	roles := []wireRole{}
	for _, r := range c.workspace.roles.all() {
		if archived || !r.Archived {
			roles = append(roles, r.wire())
		}
	}
	return unpaged(roles)
}

func getRole(c *call) reply {
	r, found := c.workspace.roles.get(c.id)
	if !found {
		return missing("role", c.id).reply()
	}
	return ok(r.wire())
}

func listRolePermissions(c *call) reply {
	r, found := c.workspace.roles.get(c.id)
	if !found {
		return missing("role", c.id).reply()
	}
	var permissions []wireRolePermission
	for _, p := range r.Permissions {
		permissions = append(permissions, p.wireOf(r))
	}
	return page(c, permissions, defaultPageSize)
}

// myPermissions names the admin role for an API user that is an admin because
// it has no role; awork does not document what it names there.
func myPermissions(c *call) reply {
	mac := hmac.New(sha1.New, []byte("sandbox")) // the algorithm awork names
	mac.Write([]byte(c.caller.id()))
	return ok(wireMyPermissions{
		Signature: base64.StdEncoding.EncodeToString(mac.Sum(nil)),
		UserPermission: wireUserPermissions{
			UserID: c.caller.id(), RoleID: c.caller.role.ID,
			IsAdmin: c.caller.role.IsAdmin, IsGuest: c.caller.role.IsGuest,
			Permissions:             convert(c.caller.role.Permissions, Permission.wire),
			ProjectRolesPermissions: []struct{}{},
		},
	})
}

func listFeatures(*call) reply { return unpaged(features()) }
