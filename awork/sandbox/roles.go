package sandbox

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"

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

func (s *Sandbox) listRoles(c *call) reply {
	archived, refusal := flag(c.r.URL.Query(), "showArchived")
	if refusal != nil {
		return *refusal
	}
	roles := []wireRole{}
	for _, r := range s.state.roles.all() {
		if archived || !r.Archived {
			roles = append(roles, r.wire())
		}
	}
	return whole(roles)
}

// getRole takes an id or a name: awork has two operations of the same shape.
// The one by name documents 400 as its only error, so that is what a name that
// no role has gets.
func (s *Sandbox) getRole(c *call) reply {
	text := c.r.PathValue("idOrName")
	if id, isGUID := parseGUID(text); isGUID {
		r, found := s.state.roles.get(id)
		if !found {
			return missing("role", id).reply()
		}
		return ok(r.wire())
	}
	r, found := s.state.roles.find(func(r Role) bool { return r.Name == text })
	if !found {
		e := missing("role", text)
		e.status = http.StatusBadRequest
		return e.reply()
	}
	return ok(r.wire())
}

func (s *Sandbox) listRolePermissions(c *call) reply {
	r, found := s.state.roles.get(c.id)
	if !found {
		return missing("role", c.id).reply()
	}
	return page(c, convert(r.Permissions, func(p Permission) wireRolePermission {
		return wireRolePermission{
			wirePermission: p.wire(),
			ID:             uuid.NewSHA1(uuid.MustParse(r.ID), []byte(p.Feature)).String(),
			CreatedOn:      stamp(r.CreatedOn), UpdatedOn: stamp(r.UpdatedOn),
		}
	}), defaultPageSize)
}

// myPermissions names the admin role for an API user that is an admin because
// it has no role; awork does not document what it names there.
func (s *Sandbox) myPermissions(c *call) reply {
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

func (s *Sandbox) listFeatures(*call) reply { return whole(features()) }

// features are the keys that awork's specification names.
func features() []string {
	return []string{
		"company-master-data", "project-create", "project-manage-config", "project-master-data",
		"project-planning-data", "project-timetracking", "task-manage-config", "user-manage-config",
		userData, "user-planning-data", workspaceConfig,
	}
}
