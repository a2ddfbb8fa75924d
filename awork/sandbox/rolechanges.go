package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// What changes roles: https://developers.awork.com/apiv1/roles/create-role. That
// it takes a plan which has custom roles is for a fault to show.

type roleForm struct {
	Name        *string `json:"name"`
	IsAdminRole bool    `json:"isAdminRole"`
	IsGuestRole bool    `json:"isGuestRole"`
}

// createRole makes a role that has no permissions yet, which awork does not
// document, unless the options say otherwise. Names are unique, as documented,
// and compared without regard to case; a second admin or guest role is refused.
func createRole(c *call) reply {
	var form roleForm
	if refusal := c.decode(&form); refusal != nil {
		return *refusal
	}
	name := value(form.Name)
	if strings.TrimSpace(name) == "" {
		return empty("Name").reply()
	}
	if form.IsAdminRole || form.IsGuestRole {
		return invalidOperation("Only one role can be the admin role and one the guest role.").reply()
	}
	for _, r := range c.workspace.roles.all() {
		if strings.EqualFold(r.Name, name) {
			return apiError{
				status: http.StatusBadRequest, code: "duplication-violation",
				description: "A role with the name '" + name + "' exists already.",
			}.reply()
		}
	}
	r := Role{
		ID: uuid.NewString(), Name: name, Permissions: slices.Clone(c.workspace.newRolePermissions),
		CreatedOn: c.at, CreatedBy: c.caller.id(), UpdatedOn: c.at, UpdatedBy: c.caller.id(),
	}
	c.workspace.roles.put(r.ID, r)
	c.effect = true
	return ok(r.wire())
}

// setRolePermission creates, replaces or, without levels, removes what a role
// may do with one feature. Unknown features and levels are refused, which awork
// does not document; the admin role can't be changed.
func setRolePermission(c *call) reply {
	var form struct {
		Feature      *string  `json:"feature"`
		AccessLevels []string `json:"accessLevels"`
	}
	if refusal := c.decode(&form); refusal != nil {
		return *refusal
	}
	r, found := c.workspace.roles.get(c.id)
	if !found {
		return missing("role", c.id).reply()
	}
	feature := value(form.Feature)
	if !slices.Contains(features(), feature) {
		return invalid("Feature", "The feature '"+feature+"' does not exist.").reply()
	}
	for _, level := range form.AccessLevels {
		if !slices.Contains([]string{"read", "write", "manage", "config", "delete"}, strings.ToLower(level)) {
			return invalid("AccessLevels", "The access level '"+level+"' does not exist.").reply()
		}
	}
	if r.IsAdmin {
		return invalidOperation("The admin role can't be changed.").reply()
	}
	c.effect = true
	p := Permission{feature, form.AccessLevels}
	permissions := []Permission{}
	replaced := false
	for _, old := range r.Permissions {
		if old.Feature == feature {
			old, replaced = p, true
		}
		if len(old.AccessLevels) > 0 {
			permissions = append(permissions, old)
		}
	}
	if !replaced && len(p.AccessLevels) > 0 {
		permissions = append(permissions, p)
	}
	r.Permissions, r.UpdatedOn, r.UpdatedBy = permissions, c.at, c.caller.id()
	c.workspace.roles.put(r.ID, r)
	if len(p.AccessLevels) == 0 {
		return noContent()
	}
	return ok(p.wireOf(r))
}

// deleteRole moves who is in the role to another one, which is required where
// there is anybody: people as documented, and API users too, which is not. The
// admin and the guest role stay.
func deleteRole(c *call) reply {
	var form struct {
		NewRoleID *string `json:"newRoleId"`
	}
	if refusal := c.decode(&form); refusal != nil {
		return *refusal
	}
	r, found := c.workspace.roles.get(c.id)
	if !found {
		return missing("role", c.id).reply()
	}
	if r.IsAdmin || r.IsGuest {
		return invalidOperation("The role can't be deleted.").reply()
	}
	target, isGUID := parseGUID(value(form.NewRoleID))
	if _, found := c.workspace.roles.get(target); form.NewRoleID != nil && (!isGUID || !found || target == r.ID) {
		return invalid("NewRoleId", "The role does not exist.").reply()
	}
	if form.NewRoleID == nil && c.workspace.inUse(r.ID) {
		return invalid("NewRoleId", "'NewRoleId' is required: there are users assigned.").reply()
	}
	c.workspace.moveUsers(r.ID, target)
	c.workspace.roles.remove(r.ID)
	c.effect = true
	return noContent()
}

// inUse reports whether a person or an API user is in a role.
func (ws *workspace) inUse(roleID string) bool {
	for _, u := range ws.users.all() {
		if u.RoleID == roleID {
			return true
		}
	}
	for _, u := range ws.apiUsers.all() {
		if u.RoleID == roleID {
			return true
		}
	}
	return false
}

func (ws *workspace) moveUsers(from, to string) {
	for _, u := range ws.users.all() {
		if u.RoleID == from {
			u.RoleID = to
			ws.users.put(u.ID, u)
		}
	}
	for _, u := range ws.apiUsers.all() {
		if u.RoleID == from {
			u.RoleID = to
			ws.apiUsers.put(u.ID, u)
		}
	}
}
