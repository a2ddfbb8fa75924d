package sandbox

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// The API users: https://developers.awork.com/apiv1/api-users/get-api-users.

type apiUserForm struct {
	Name     *string `json:"name"`
	RoleID   *string `json:"roleId"`
	ClientID *string `json:"clientId"` // on POST only
}

func (u APIUser) wire() wireAPIUser {
	return wireAPIUser{
		Name: u.Name, RoleID: u.RoleID, ClientID: u.ClientID, ID: u.ID,
		wireStamps: stamps(u.CreatedOn, u.CreatedBy, u.UpdatedOn, u.UpdatedBy),
	}
}

func listAPIUsers(c *call) reply {
	records := convert(c.workspace.apiUsers.all(), APIUser.wire)
	if c.workspace.apiUsersPerPage > 0 {
		return page(c, records, c.workspace.apiUsersPerPage)
	}
	return unpaged(records)
}

func getAPIUser(c *call) reply {
	u, found := c.workspace.apiUsers.get(c.id)
	if !found {
		return missing("API user", c.id).reply()
	}
	return ok(u.wire())
}

// createAPIUser makes an admin when no role is given, as awork says it does. It
// stores, and so shows, such an API user without roleId; what awork shows is not
// documented. Names need not be unique, which is not documented either.
func createAPIUser(c *call) reply {
	form, refusal := readAPIUserForm(c, "")
	if refusal != nil {
		return *refusal
	}
	clientID := value(form.ClientID)
	if clientID != "" {
		if _, found := c.workspace.clients.get(clientID); !found {
			return missing("client application", clientID).reply()
		}
	}
	u := APIUser{
		ID: uuid.NewString(), Name: *form.Name, RoleID: value(form.RoleID), ClientID: clientID,
		CreatedOn: c.at, CreatedBy: c.caller.id(), UpdatedOn: c.at, UpdatedBy: c.caller.id(),
	}
	c.workspace.apiUsers.put(u.ID, u)
	c.effect = true
	return ok(u.wire())
}

// updateAPIUser replaces name and role, so that a PUT without roleId makes an
// admin. The client application stays: the form has no clientId.
func updateAPIUser(c *call) reply {
	u, found := c.workspace.apiUsers.get(c.id)
	form, refusal := readAPIUserForm(c, u.RoleID)
	if refusal != nil {
		return *refusal
	}
	if !found {
		return missing("API user", c.id).reply()
	}
	u.Name, u.RoleID = *form.Name, value(form.RoleID)
	u.UpdatedOn, u.UpdatedBy = c.at, c.caller.id()
	c.workspace.apiUsers.put(u.ID, u)
	c.effect = true
	return ok(u.wire())
}

// deleteAPIUser lets a token delete its own API user, and the last admin: awork
// documents no guard.
func deleteAPIUser(c *call) reply {
	if !c.workspace.apiUsers.remove(c.id) {
		return missing("API user", c.id).reply()
	}
	c.effect = true
	return noContent()
}

// readAPIUserForm checks name and role. Fields it does not know are ignored.
// The role the API user is in already may be archived: awork says that such a
// role lives on for who is in it, and takes nobody new.
func readAPIUserForm(c *call, current string) (apiUserForm, *reply) {
	var form apiUserForm
	if refusal := c.decode(&form); refusal != nil {
		return form, refusal
	}
	if strings.TrimSpace(value(form.Name)) == "" {
		return form, refuse(empty("Name"))
	}
	if form.RoleID == nil {
		return form, nil
	}
	id, isGUID := parseGUID(*form.RoleID)
	if !isGUID {
		const message = "The JSON value could not be converted to System.Nullable`1[System.Guid]."
		return form, refuse(invalid("$.roleId", message))
	}
	form.RoleID = &id
	role, found := c.workspace.roles.get(id)
	if !found {
		return form, refuse(missing("role", id))
	}
	if role.Archived && id != current {
		return form, refuse(apiError{
			status: http.StatusBadRequest, code: "entity-archived",
			description: "The role '" + role.Name + "' is archived: users can no longer be assigned to it.",
		})
	}
	return form, nil
}
