package main_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// An agent that does a job from start to end: who can do what through the API here, and
// what should go?
func TestAgentTidiesUp(t *testing.T) {
	t.Parallel()
	overBothEras(t, func(t *testing.T, era mcptest.Era) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		second := w.AddAPIUser(sandbox.APIUser{Name: "Old Newsletter", RoleID: sandbox.IntegrationRoleID, ClientID: "newsletter-gone", CreatedBy: sandbox.JonasBrandtID})
		h := s.stdio(era, nil, w.env(s, w.admin))
		do := func(outcome, tool string, arguments map[string]any) answer {
			t.Helper()
			a := call(t, h, tool, arguments)
			if a.Outcome != outcome {
				t.Fatalf("%s %v: want %s, got %s", tool, arguments, outcome, a.text)
			}
			return a
		}
		// refused is an outcome that says what to do.
		refused := func(outcome, tool string, arguments map[string]any, says ...string) {
			t.Helper()
			a := do(outcome, tool, arguments)
			for _, word := range says {
				if !strings.Contains(a.Message, word) {
					t.Errorf("%s %v: %q is not in %q", tool, arguments, word, a.Message)
				}
			}
		}

		if a := do("found", "check_access", nil); !a.CanWrite || !strings.Contains(a.Message, sandbox.WorkspaceName) {
			t.Errorf("check_access: %s", a.text)
		}
		list := do("found", "list_api_users", nil)
		if len(list.APIUsers) != 13 {
			t.Errorf("%d API users are listed", len(list.APIUsers))
		}

		audit := do("found", "audit_api_users", nil)
		omitted := findings(audit, "admin_by_omission")
		if len(omitted) != 2 {
			t.Fatalf("admins by omission: %s", audit.text)
		}
		power := omitted[slices.IndexFunc(omitted, func(f finding) bool { return f.APIUserIDs[0] == sandbox.PowerBIReportID })]

		// What is wrong is refused on the way, in words to go on with.
		refused("invalid_input", "update_api_user", map[string]any{"apiUserId": sandbox.PowerBIReportID, "roleId": "Time Tracking Raeder"}, "Time Tracking Reader")
		refused("invalid_input", "update_api_user", map[string]any{"apiUserId": sandbox.PowerBIReportID, "roleId": "Administrator"}, "admin: true")
		refused("invalid_input", "update_api_user", map[string]any{"apiUserId": sandbox.PowerBIReportID, "roleId": "Website Relaunch 2023"}, "archived")
		if u, _ := w.APIUser(sandbox.PowerBIReportID); u.RoleID != "" {
			t.Errorf("a refusal changed the role to %s", u.RoleID)
		}

		// Tighten an admin by omission to a role, as the audit proposes.
		a := do("updated", power.Fix.Tool, power.Fix.Arguments)
		if u, _ := w.APIUser(sandbox.PowerBIReportID); u.RoleID != power.Fix.Arguments["roleId"] || u.Name != "Power BI Report" || u.ClientID != sandbox.TimeDashboardClientID {
			t.Errorf("after tightening: %+v", u)
		}
		if a.Before == nil || !a.Before.Admin || a.APIUser == nil || a.APIUser.Admin {
			t.Errorf("before and after: %s", a.text)
		}

		// A rename leaves the role alone, that of an admin by omission too.
		do("updated", "update_api_user", map[string]any{"apiUserId": sandbox.TimeDashboardCopyID, "name": "Time Dashboard (2025)"})
		if u, _ := w.APIUser(sandbox.TimeDashboardCopyID); u.Name != "Time Dashboard (2025)" || u.RoleID != sandbox.TimeReaderRoleID || u.ClientID != sandbox.TimeDashboardClientID {
			t.Errorf("after the rename: %+v", u)
		}
		do("unchanged", "update_api_user", map[string]any{"apiUserId": sandbox.TimeDashboardCopyID, "name": "Time Dashboard (2025)"})
		do("updated", "update_api_user", map[string]any{"apiUserId": sandbox.AworkConnectorID, "name": "awork Connector (old)"})
		if u, _ := w.APIUser(sandbox.AworkConnectorID); u.RoleID != "" || u.Name != "awork Connector (old)" {
			t.Errorf("after the rename of an admin: %+v", u)
		}

		// Create one with a role.
		refused("invalid_input", "create_api_user", map[string]any{"name": "Invoice Sync"}, "roleId", "list_roles")
		refused("invalid_input", "create_api_user", map[string]any{"name": "Invoice Sync", "roleId": "Workspace Auditor"}, "admin: true")
		refused("invalid_input", "create_api_user", map[string]any{"name": "Invoice Sync", "roleId": "Integration", "clientId": "Zapppier"}, "Zapier")
		if n := len(w.APIUsers()); n != 13 {
			t.Errorf("a refusal made an API user: there are %d", n)
		}
		a = do("created", "create_api_user", map[string]any{"name": "Invoice Sync", "roleId": "Integration", "clientId": "DATEV Export"})
		if u, ok := w.APIUser(a.APIUserID); !ok || u.RoleID != sandbox.IntegrationRoleID || u.ClientID != sandbox.DatevClientID || u.Name != "Invoice Sync" {
			t.Errorf("created: %+v; %s", u, a.text)
		}

		// Delete the orphans in bulk.
		orphans := findings(audit, "orphan")
		var lost []string
		for _, f := range orphans {
			lost = append(lost, f.APIUserIDs...)
		}
		if len(lost) != 2 || !slices.Contains(lost, second.ID) || !slices.Contains(lost, sandbox.HubSpotBridgeID) {
			t.Fatalf("orphans: %s", audit.text)
		}
		refused("blocked", "delete_api_user", map[string]any{"apiUserId": sandbox.AdminUserID}, "this server", "another")
		a = do("deleted", "delete_api_users", map[string]any{"apiUserIds": lost})
		if len(a.Results) != 2 || a.Results[0].Outcome != "deleted" || a.Results[1].Outcome != "deleted" {
			t.Errorf("bulk: %s", a.text)
		}
		if w.has(second.ID) || w.has(sandbox.HubSpotBridgeID) {
			t.Error("the orphans are there")
		}
		refused("not_found", "delete_api_user", map[string]any{"apiUserId": sandbox.HubSpotBridgeID}, "list_api_users")
		refused("partial", "delete_api_users", map[string]any{"apiUserIds": []string{sandbox.HubSpotBridgeID, sandbox.AdminUserID}}, "results")

		again := do("found", "audit_api_users", nil)
		if len(findings(again, "orphan")) != 0 || len(findings(again, "duplicate_name")) != 0 {
			t.Errorf("the second audit: %s", again.text)
		}
		left := findings(again, "admin_by_omission")
		if len(left) != 1 || left[0].APIUserIDs[0] != sandbox.AworkConnectorID {
			t.Errorf("admins by omission that are left: %s", again.text)
		}
		if status := h.end(); status != 0 {
			t.Errorf("status %d", status)
		}

		// The same agent with a token that may not.
		reader := s.stdio(era, nil, w.env(s, w.reader))
		for tool, arguments := range map[string]map[string]any{
			"create_api_user":  {"name": "Robot", "roleId": "Integration"},
			"update_api_user":  {"apiUserId": sandbox.ZapierSyncID, "name": "Robot"},
			"delete_api_user":  {"apiUserId": sandbox.ZapierSyncID},
			"delete_api_users": {"apiUserIds": []string{sandbox.ZapierSyncID, sandbox.DatevExportID}},
		} {
			a := call(t, reader, tool, arguments)
			if a.Outcome != "permission_denied" && (tool != "delete_api_users" || a.Outcome != "partial") || a.RequiredPermission != "workspace-manage-config:write" ||
				!strings.Contains(a.Message, "admin") {
				t.Errorf("%s: %s", tool, a.text)
			}
		}
		if !w.has(sandbox.ZapierSyncID) || !w.has(sandbox.DatevExportID) {
			t.Error("the reader deleted")
		}
	})
}

func findings(a answer, rule string) (all []finding) {
	for _, f := range a.Findings {
		if f.Rule == rule {
			all = append(all, f)
		}
	}
	return all
}
