package tools_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// finding is a finding in one line: rule, severity, whom, and the fix.
func finding(f any) string {
	return fmt.Sprintf("%v %v %v %v %s", at(f, "rule"), at(f, "severity"), at(f, "apiUserIds"), at(f, "fix", "tool"), mustJSON(at(f, "fix", "arguments")))
}

func TestAuditOfTheSeededWorkspace(t *testing.T) {
	t.Parallel()
	lesser := func(id string) string {
		return string(mustJSON(args{"apiUserId": id, "roleId": sandbox.IntegrationRoleID}))
	}
	look := func(id string) string { return string(mustJSON(args{"apiUserId": id, "includeWebhooks": true})) }
	one := func(id string) string { return string(mustJSON(args{"apiUserId": id})) }
	want := []string{
		"admin_by_omission high [" + sandbox.AworkConnectorID + "] update_api_user " + lesser(sandbox.AworkConnectorID),
		"admin_by_omission high [" + sandbox.PowerBIReportID + "] update_api_user " + lesser(sandbox.PowerBIReportID),
		"admin medium [" + sandbox.ReaderUserID + "] update_api_user " + lesser(sandbox.ReaderUserID),
		"creator_left medium [" + sandbox.DatevExportID + "] delete_api_user " + one(sandbox.DatevExportID),
		"creator_left medium [" + sandbox.RelaunchImporterID + "] delete_api_user " + one(sandbox.RelaunchImporterID),
		"orphan medium [" + sandbox.HubSpotBridgeID + "] delete_api_users " + string(mustJSON(args{"apiUserIds": []string{sandbox.HubSpotBridgeID}})),
		"archived_role low [" + sandbox.RelaunchImporterID + "] update_api_user " + lesser(sandbox.RelaunchImporterID),
		"duplicate_name low [" + sandbox.TimeDashboardID + " " + sandbox.TimeDashboardCopyID + "] update_api_user " +
			string(mustJSON(args{"apiUserId": sandbox.TimeDashboardCopyID, "name": "Time Dashboard (2025-06-02)"})),
		"made_by_api_user low [" + sandbox.WebsiteFormsID + "] get_api_user " + look(sandbox.AworkConnectorID),
		"no_client low [" + sandbox.AworkConnectorID + "] get_api_user " + look(sandbox.AworkConnectorID),
	}
	bothEras(t, "findings", setup{}, func(t *testing.T, d *fixture) {
		a := d.call("audit_api_users", nil).want("found", "10 findings", "12 API users", "last use").quiet()
		var got []string
		for _, f := range a.list("findings") {
			got = append(got, finding(f))
			if m, _ := at(f, "message").(string); !strings.HasSuffix(m, ".") {
				t.Errorf("message %q", m)
			}
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		for range 5 {
			if again := d.call("audit_api_users", nil); again.text != a.text {
				t.Errorf("differs from call to call:\n%s\n%s", a.text, again.text)
			}
		}
		for range 5 {
			if again := open(t, setup{}).call("audit_api_users", nil); again.text != a.text {
				t.Errorf("differs from server to server:\n%s\n%s", a.text, again.text)
			}
		}
		d.nothingWritten()
	})
	// Whoever follows the fixes gets rid of the findings.
	bothEras(t, "fixes", setup{}, func(t *testing.T, d *fixture) {
		for _, f := range d.call("audit_api_users", nil).list("findings") {
			tool := fmt.Sprint(at(f, "fix", "tool"))
			a := d.call(tool, at(f, "fix", "arguments"))
			switch a.outcome() {
			case "updated", "deleted", "found":
			case "not_found": // another finding's fix deleted it
			default:
				t.Errorf("%s: %s", finding(f), a.text)
			}
		}
		a := d.call("audit_api_users", nil)
		for _, f := range a.list("findings") {
			switch at(f, "rule") {
			case "made_by_api_user", "no_client": // facts that no call changes
			default:
				t.Errorf("still there: %s", finding(f))
			}
		}
	})
	bothEras(t, "nothing to find", setup{sandbox: sandbox.Options{Empty: true}}, func(_ *testing.T, d *fixture) {
		d.box.RemoveAPIUser(sandbox.ReaderUserID)
		d.call("audit_api_users", nil).want("found", "0 findings").same([]any{}, "findings")
	})
}

// What is found comes with calls that delete: it does not go by names of a minute
// ago.
func TestAuditOfFreshNames(t *testing.T) {
	t.Parallel()
	bothEras(t, "a new client application", setup{}, func(t *testing.T, d *fixture) {
		d.call("list_api_users", args{})
		d.box.AddClientApplication(sandbox.ClientApplication{ClientID: "export", DisplayName: "Export"})
		u := d.box.AddAPIUser(sandbox.APIUser{Name: "Exporter", RoleID: sandbox.IntegrationRoleID, ClientID: "export"})
		for _, f := range d.call("audit_api_users", args{}).want("found").list("findings") {
			if at(f, "rule") == "orphan" && strings.Contains(string(mustJSON(f)), u.ID) {
				t.Error(finding(f))
			}
		}
	})
	bothEras(t, "no roles", setup{faults: []sandbox.Fault{{Kind: sandbox.FaultStatus, Status: 500, Method: "GET", Path: "/roles"}}}, func(t *testing.T, d *fixture) {
		admins := 0
		for _, f := range d.call("audit_api_users", args{}).want("found").list("findings") {
			if at(f, "rule") == "admin" {
				admins++
			}
		}
		if admins == 0 {
			t.Error("those whose role can't be read are not taken for admins")
		}
	})
}

func TestAuditRules(t *testing.T) {
	t.Parallel()
	has := func(a answer, rule, id string) bool {
		for _, f := range a.list("findings") {
			if at(f, "rule") == rule && strings.Contains(fmt.Sprint(at(f, "apiUserIds")), id) {
				return true
			}
		}
		return false
	}
	for _, c := range []struct {
		name, rule string
		user       sandbox.APIUser
	}{
		{"unknown role", "unknown_role", sandbox.APIUser{Name: "U", RoleID: unknownID, ClientID: "zapier", CreatedBy: sandbox.JonasBrandtID}},
		{"archived creator", "creator_left", sandbox.APIUser{Name: "U", RoleID: sandbox.UserRoleID, ClientID: "zapier", CreatedBy: sandbox.KlaraVossID}},
		{"a name in another case", "duplicate_name", sandbox.APIUser{Name: "zapier SYNC", RoleID: sandbox.UserRoleID, ClientID: "zapier", CreatedBy: sandbox.JonasBrandtID}},
		{"a name with invisible characters", "duplicate_name", sandbox.APIUser{Name: "Zapier\u200b Sync", RoleID: sandbox.UserRoleID, ClientID: "zapier", CreatedBy: sandbox.JonasBrandtID}},
		{"operations", "admin", sandbox.APIUser{Name: "U", RoleID: sandbox.OperationsRoleID, ClientID: "zapier", CreatedBy: sandbox.JonasBrandtID}},
		{"no role", "admin_by_omission", sandbox.APIUser{Name: "U", ClientID: "zapier", CreatedBy: sandbox.JonasBrandtID}},
		{"orphan", "orphan", sandbox.APIUser{Name: "U", RoleID: sandbox.UserRoleID, ClientID: "gone too", CreatedBy: sandbox.JonasBrandtID}},
	} {
		bothEras(t, c.name, setup{}, func(t *testing.T, d *fixture) {
			u := d.box.AddAPIUser(c.user)
			if a := d.call("audit_api_users", nil); !has(a, c.rule, u.ID) {
				t.Errorf("no %s: %s", c.rule, a.text)
			}
			d.box.RemoveAPIUser(u.ID)
			if a := d.call("audit_api_users", nil); strings.Contains(a.text, u.ID) {
				t.Errorf("still there: %s", a.text)
			}
		})
	}
	// More orphans than one call deletes.
	bothEras(t, "many orphans", setup{}, func(t *testing.T, d *fixture) {
		for _, id := range d.addMany(70) {
			u, _ := d.box.APIUser(id)
			u.ClientID = "gone"
			d.box.AddAPIUser(u)
		}
		for _, f := range d.call("audit_api_users", nil).list("findings") {
			if at(f, "id") == "orphan:gone" {
				if n := len(at(f, "fix", "arguments", "apiUserIds").([]any)); n != 50 {
					t.Errorf("%d in one call", n)
				}
				d.call("delete_api_users", at(f, "fix", "arguments")).want("deleted")
			}
		}
	})
	// No role to suggest but admins' and archived ones.
	bothEras(t, "no lesser role", setup{}, func(t *testing.T, d *fixture) {
		for _, r := range d.box.Roles() {
			if r.ID != sandbox.AdminRoleID && r.ID != sandbox.ArchivedRoleID && r.ID != sandbox.AuditorRoleID {
				d.box.RemoveRole(r.ID)
			}
		}
		for _, f := range d.call("audit_api_users", nil).list("findings") {
			if at(f, "rule") == "admin_by_omission" && at(f, "fix", "tool") != "list_roles" {
				t.Errorf("%s", finding(f))
			}
		}
	})
	bothEras(t, "read-only", setup{policy: tools.Policy{ReadOnly: true}}, func(_ *testing.T, d *fixture) {
		d.call("audit_api_users", nil).want("found", "10 findings")
	})
}
