package sandbox

import (
	"slices"
	"strings"
)

// The features that the seeded roles and several endpoints name.
const (
	workspaceConfig = "workspace-manage-config"
	userData        = "user-master-data"
)

// features are the keys that awork's specification names.
func features() []string {
	return []string{
		"company-master-data", "project-create", "project-manage-config", "project-master-data",
		"project-planning-data", "project-timetracking", "task-manage-config", "user-manage-config",
		userData, "user-planning-data", workspaceConfig,
	}
}

// caller is who a token belongs to and what the role of that moment lets them
// do. One of apiUser and person is set once the token is known.
type caller struct {
	apiUser *APIUser
	person  *User
	role    Role // the admin role for an API user without one
}

func (c caller) id() string {
	if c.apiUser != nil {
		return c.apiUser.ID
	}
	if c.person != nil {
		return c.person.ID
	}
	return ""
}

// access is what an endpoint asks of its caller: a feature and a level, as in
// "workspace-manage-config:read", or nothing. Who is admin may do everything.
type access string

const (
	anyone      access = ""
	readConfig  access = workspaceConfig + ":read"
	writeConfig access = workspaceConfig + ":write"
	readUsers   access = userData + ":read"

	readCompanies      access = "company-master-data:read"
	readProjects       access = "project-master-data:read"
	readPlanning       access = "project-planning-data:read"
	writeTimes         access = "project-timetracking:write"
	readUserPlanning   access = "user-planning-data:read"
	writeProjectConfig access = "project-manage-config:write"
)

func (c caller) may(a access) bool {
	feature, level, needs := strings.Cut(string(a), ":")
	if !needs || c.role.IsAdmin {
		return true
	}
	for _, p := range c.role.Permissions {
		if p.Feature != feature {
			continue
		}
		if level == "read" && len(p.AccessLevels) > 0 || slices.ContainsFunc(p.AccessLevels, letsWrite) {
			return true
		}
	}
	return false
}

func letsWrite(level string) bool {
	return slices.Contains([]string{"write", "manage", "config"}, strings.ToLower(level))
}

// authenticate finds the caller behind an Authorization header, or the answer
// that refuses it. The token of an API user that is gone answers "token
// expired": awork documents nothing on what becomes of the keys of a deleted
// API user, so that they die, and how, is the sandbox's choice.
func (ws *workspace) authenticate(authorization string) (caller, *reply) {
	refused := badToken("Bad token; invalid JSON")
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return caller{}, &refused
	}
	id, known := ws.tokens[strings.TrimSpace(token)]
	if !known {
		return caller{}, &refused
	}
	if u, found := ws.apiUsers.get(id); found {
		role, _ := ws.roles.get(u.RoleID)
		if u.RoleID == "" {
			role, _ = ws.adminRole()
			role.IsAdmin = true // also where the workspace has lost that role
		}
		return caller{apiUser: &u, role: role}, nil
	}
	if u, found := ws.users.get(id); found {
		role, _ := ws.roles.get(u.RoleID)
		return caller{person: &u, role: role}, nil
	}
	expired := badToken("token expired")
	return caller{}, &expired
}
