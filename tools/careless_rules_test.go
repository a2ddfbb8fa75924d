package tools_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// The rules are written apart from the code under test, for the sandbox's records
// alone.

// isAdminRole reports whether a role makes an admin; none does.
func (w *carelessWorld) isAdminRole(id string) bool {
	i := slices.IndexFunc(w.box.Roles(), func(r sandbox.Role) bool { return r.ID == id })
	if i < 0 {
		return true
	}
	r := w.box.Roles()[i]
	more := func(level string) bool { return level != "read" }
	return r.IsAdmin || slices.ContainsFunc(r.Permissions, func(p sandbox.Permission) bool {
		return p.Feature == "workspace-manage-config" && len(p.AccessLevels) > 0 ||
			p.Feature == "project-manage-config" && slices.ContainsFunc(p.AccessLevels, more)
	})
}

// isAsked reports whether a write is one that a human has to agree to.
func (w *carelessWorld) isAsked(a *attempt, s sentWrite, now sandbox.APIUser) bool {
	switch s.kind {
	case "delete", "key", "secret", "DELETE":
		return true
	case "create":
		return a.tool != "create_api_user" || w.isAdminRole(s.form.RoleID)
	case "update":
		return s.form.RoleID != now.RoleID && w.isAdminRole(s.form.RoleID)
	}
	return a.tool == "issue_api_key"
}

// brokenPolicy says which rule of the operator's a write breaks; nothing where it
// breaks none.
func (w *carelessWorld) brokenPolicy(a *attempt, s sentWrite, now sandbox.APIUser, there bool) string {
	p, touches := w.policy, slices.Contains([]string{"delete", "update", "key"}, s.kind)
	_, old := a.before[s.id]
	role, gets := s.form.RoleID, s.kind == "create" || s.kind == "update" && s.form.RoleID != now.RoleID
	if s.kind == "key" {
		role, gets = now.RoleID, true
	}
	switch {
	case p.ReadOnly:
		return "a write under --read-only"
	case !a.session.mayWrite:
		return "a write of a caller that may only read"
	case touches && there && old && (now.ID == sandbox.DatevExportID || strings.HasPrefix(now.Name, "prod-")):
		return fmt.Sprintf("%s of %q, which is protected", s.kind, now.Name)
	case touches && now.ID == w.owner && (s.kind != "update" || gets && role != sandbox.AdminRoleID):
		return s.kind + " of the API user whose key the server uses"
	case gets && p.NoAdmin && w.isAdminRole(role):
		return "an admin under --no-admin"
	case gets && len(p.AllowRoles) > 0 && !slices.Contains(
		[]string{sandbox.IntegrationRoleID, sandbox.TimeReaderRoleID, sandbox.AdminRoleID}, role):
		return "the role " + role + " is not among --allow-roles"
	}
	return ""
}

// lieOf says in what a result contradicts what the call did; nothing where it does
// not.
func (w *carelessWorld) lieOf(a *attempt, r map[string]any) string {
	outcome, _ := r["outcome"].(string)
	text, now := string(mustJSON(r)), w.records()
	a.mu.Lock()
	did := a.did
	a.mu.Unlock()
	of := map[string]string{} // the outcome of each API user
	for id := range a.before {
		// Of several, a result without results names in words the one that it is about.
		if a.names(id) && (a.tool != "delete_api_users" || outcome != "not_found") {
			of[id] = outcome
		}
	}
	results, _ := r["results"].([]any)
	for _, item := range results {
		id, _ := at(item, "apiUserId").(string)
		of[id], _ = at(item, "outcome").(string)
	}
	for id, o := range of {
		_, stood := a.before[id]
		_, stands := now[id]
		deletes := len(results) > 0 || a.tool == "delete_api_user"
		switch {
		case o == "deleted" && deletes && stands:
			return id + " is reported as deleted and exists"
		case o == "not_found" && stood && stands && !w.falseNotFound:
			return id + " is reported as unknown and exists"
		case o == "updated" && !w.isAsAsked(a, now[id]):
			return id + " is reported as updated and is not as asked"
		}
	}
	for _, id := range did.deleted {
		if o := of[id]; o != "deleted" && o != "unknown" {
			return id + " was deleted and is reported as " + o
		}
	}
	for _, id := range did.updated {
		if outcome != "updated" && outcome != "unknown" {
			return id + " was updated and the outcome is " + outcome
		}
	}
	for _, id := range slices.Concat(did.made, did.clientsMade) {
		if outcome != "unknown" && !strings.Contains(text, id) {
			return id + " was made and is not mentioned"
		}
	}
	if len(did.clientsDeleted) > 0 && outcome != "deleted" && outcome != "unknown" && outcome != "partial" {
		return "a client application was deleted and the outcome is " + outcome
	}
	return lieOfSecrets(w, a, did, outcome)
}

// lieOfSecrets holds what a result says of keys to what was handed over.
func lieOfSecrets(w *carelessWorld, a *attempt, did deeds, outcome string) string {
	makesKey := a.tool == "issue_api_key" || a.tool == "rotate_api_key"
	w.delivery.mu.Lock()
	defer w.delivery.mu.Unlock()
	delivered := len(w.delivery.secrets) - a.delivered
	switch {
	case a.meanwhile != nil: // another call may have made secrets too
	case (outcome == "created" && (makesKey || a.tool == "generate_client_secret")) && delivered != 1:
		return fmt.Sprintf("a secret is reported as made and %d were handed over", delivered)
	case delivered > 0 && outcome != "created" && outcome != "updated":
		return "a secret was handed over and the outcome is " + outcome
	case outcome == "created" && len(did.made) == 0 && a.tool == "create_api_user":
		return "nothing was made"
	}
	return ""
}

// isAsAsked reports whether an API user has the name and the role that an update
// asked for.
func (w *carelessWorld) isAsAsked(a *attempt, u sandbox.APIUser) bool {
	name, named := a.args["name"].(string)
	role := w.wantedRole(a)
	return a.tool != "update_api_user" || (!named || u.Name == name) && (role == "" || u.RoleID == role)
}
