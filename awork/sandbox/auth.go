package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// The features that the sandbox's endpoints ask for.
const (
	workspaceConfig = "workspace-manage-config"
	userData        = "user-master-data"
)

// caller is who a token belongs to and what the role of that moment lets them
// do. Exactly one of apiUser and person is set.
type caller struct {
	apiUser *APIUser
	person  *User
	role    Role // the admin role for an API user without one
}

func (c caller) id() string {
	if c.apiUser != nil {
		return c.apiUser.ID
	}
	return c.person.ID
}

func (c caller) mayRead(feature string) bool {
	return c.may(feature, func(string) bool { return true })
}

func (c caller) mayWrite(feature string) bool {
	return c.may(feature, func(level string) bool {
		return slices.Contains([]string{"write", "manage", "config"}, strings.ToLower(level))
	})
}

func (c caller) may(feature string, level func(string) bool) bool {
	return c.role.IsAdmin || slices.ContainsFunc(c.role.Permissions, func(p Permission) bool {
		return p.Feature == feature && slices.ContainsFunc(p.AccessLevels, level)
	})
}

// authenticate finds the caller behind an Authorization header, or the answer
// that refuses it. The token of an API user that is gone answers "token
// expired": awork documents nothing on what becomes of the keys of a deleted
// API user, so that they die, and how, is the sandbox's choice.
func (s *Sandbox) authenticate(authorization string) (caller, *reply) {
	refused := badToken("Bad token; invalid JSON")
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return caller{}, &refused
	}
	id, known := s.state.tokens[strings.TrimSpace(token)]
	if !known {
		return caller{}, &refused
	}
	if u, found := s.state.apiUsers.get(id); found {
		role, _ := s.state.roles.get(u.RoleID)
		if u.RoleID == "" {
			if role, found = s.state.adminRole(); !found {
				role = Role{IsAdmin: true}
			}
		}
		return caller{apiUser: &u, role: role}, nil
	}
	if u, found := s.state.users.get(id); found {
		role, _ := s.state.roles.get(u.RoleID)
		return caller{person: &u, role: role}, nil
	}
	expired := badToken("token expired")
	return caller{}, &expired
}

// AddToken makes token the bearer token of an API user or a person. It works as
// long as that record exists, with the rights of its role at the time of use.
func (s *Sandbox) AddToken(token, userID string) {
	with(s, func(st *state) bool { st.tokens[token] = userID; return true })
}

// RemoveToken makes token unknown.
func (s *Sandbox) RemoveToken(token string) {
	with(s, func(st *state) bool { delete(st.tokens, token); return true })
}

// access is what an endpoint asks of its caller. The zero value lets any token
// in.
type access struct {
	entity string // what a refusal names
	allows func(caller) bool
}

func (a access) refuse(c caller) *reply {
	if a.allows == nil || a.allows(c) {
		return nil
	}
	return refuse(denied(a.entity))
}

func anyone() access { return access{} }

func configRead(entity string) access {
	return access{entity, func(c caller) bool { return c.mayRead(workspaceConfig) }}
}

func configWrite(entity string) access {
	return access{entity, func(c caller) bool { return c.mayWrite(workspaceConfig) }}
}

// internal refuses everyone: the endpoint is awork's own.
func (s *Sandbox) internal(*call) reply {
	return apiError{
		status: http.StatusUnauthorized, code: "unauthorized",
		description: "No permissions to access this endpoint.",
	}.reply()
}
