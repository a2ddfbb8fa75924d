package tools_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// A preview of every write leaves the workspace as it is and asks nobody, and the
// write after it does what was shown.
func TestPreviews(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tool      string
		arguments args
		outcome   string
		says      []string // of the message
		asks      string   // in the question
	}{
		"delete": {"delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}, "deleted", []string{`delete API user "Zapier Sync"`}, `It is named "Zapier Sync".`},
		"bulk": {"delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID, sandbox.DatevExportID}}, "deleted",
			[]string{"delete 2 API users"}, "these 2 API users"},
		"create":       {"create_api_user", args{"name": "Robot", "roleId": "Integration"}, "created", []string{`create API user "Robot"`, `has the role "Integration" and is not an admin`, "needs no confirmation"}, ""},
		"create admin": {"create_api_user", args{"name": "Robot", "admin": true}, "created", []string{`create API user "Robot"`}, "every right in the workspace"},
		"rename":       {"update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "name": "Z"}, "updated", []string{`update API user "Zapier Sync"`, `named "Z"`}, ""},
		"another role": {"update_api_user", args{"apiUserId": sandbox.PowerBIReportID, "roleId": "Integration"}, "updated",
			[]string{`has the role "Integration" and is not an admin`}, ""},
		"role": {"create_role", export("Nightly Export"), "created", []string{`create role "Nightly Export"`}, "project-timetracking (read)"},
	} {
		bothEras(t, name, setup{policy: tools.Policy{Tools: everything()}}, func(t *testing.T, d *fixture) {
			preview := maps.Clone(c.arguments)
			preview["preview"] = true
			p := says(yes)
			a := p.call(d, c.tool, preview).want("preview", append(c.says, "Nothing was changed")...)
			if question := a.str("question"); !strings.Contains(question, c.asks) || c.asks == "" && question != "" {
				t.Errorf("the question is %q", question)
			}
			if p.questions() > 0 {
				t.Error("a human was asked")
			}
			d.nothingWritten()
			says(accepts(args{"confirm": true, "count": "2"})).call(d, c.tool, c.arguments).want(c.outcome)
		})
	}
	bothEras(t, "what policy forbids", setup{policy: tools.Policy{Protect: []string{"Zapier*"}}}, func(t *testing.T, d *fixture) {
		a := d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID, "preview": true}).want("preview", "forbids")
		if !strings.Contains(a.str("forbidden"), "--protect") {
			t.Errorf("forbidden by %q", a.str("forbidden"))
		}
		if asked := a.str("confirmation"); !strings.HasPrefix(asked, "Nobody") {
			t.Errorf("what is forbidden says %q of who would be asked", asked)
		}
		a = d.call("delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID, sandbox.DatevExportID}, "preview": true}).want("preview", "forbids it for 1 API user")
		a.same("blocked", "results", 0, "outcome").same("preview", "results", 1, "outcome")
		d.nothingWritten()
	})
	bothEras(t, "whose token it is can't be read", setup{faults: []sandbox.Fault{on("GET", "/me", status(500))}}, func(_ *testing.T, d *fixture) {
		d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID, "preview": true}).want("upstream_error", "500", "/me")
		d.nothingWritten()
	})
	bothEras(t, "what there would be", setup{}, func(_ *testing.T, d *fixture) {
		a := d.call("update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "name": "Z", "preview": true}).want("preview")
		a.same("Zapier Sync", "apiUser", "name").same("Z", "after", "name").same("Integration", "after", "roleName")
		a = d.call("create_api_user", args{"name": "Robot", "admin": true, "clientId": "zapier", "preview": true}).want("preview")
		a.same("Robot", "after", "name").same(true, "after", "admin").same("Zapier", "after", "clientName").same(nil, "after", "id")
	})
	bothEras(t, "one of several", setup{}, func(_ *testing.T, d *fixture) {
		d.call("delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID}, "preview": true}).want("preview", "would delete 1 API user.")
	})
	bothEras(t, "what the write warns of", setup{policy: tools.Policy{Tools: everything()}}, func(_ *testing.T, d *fixture) {
		d.call("create_api_user", args{"name": "Zapier Sync", "roleId": "Integration", "preview": true}).want("preview").warns("people mix them up")
		d.call("create_role", args{"name": "R", "needs": []string{"projects:read"}, "preview": true}).want("preview").warns("Private projects")
		d.call("delete_api_user", args{"apiUserId": sandbox.HubSpotBridgeID, "preview": true}).want("preview").warns("hubspot-bridge")
		d.nothingWritten()
	})
	bothEras(t, "that no other admin is left", setup{owner: sandbox.JonasBrandtID}, func(_ *testing.T, d *fixture) {
		for _, u := range d.box.APIUsers() {
			if u.ID != sandbox.PowerBIReportID {
				d.box.RemoveAPIUser(u.ID)
			}
		}
		d.call("update_api_user", args{"apiUserId": sandbox.PowerBIReportID, "roleId": "Integration", "preview": true}).want("preview").warns("No API user that counts as an admin will be left")
		d.nothingWritten()
	})
	bothEras(t, "ids that awork does not know", setup{}, func(_ *testing.T, d *fixture) {
		const nobody = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
		a := d.call("delete_api_users", args{"apiUserIds": []string{nobody, sandbox.ZapierSyncID}, "preview": true}).want("preview", "1 of the ids")
		a.same("preview", "results", 0, "outcome").same(`The call would delete API user "Zapier Sync".`, "results", 0, "message")
		a.same("not_found", "results", 1, "outcome").same(nobody, "results", 1, "apiUserId")
		d.call("delete_api_users", args{"apiUserIds": []string{nobody}, "preview": true}).want("preview", "Nobody would be asked")
		d.nothingWritten()
	})
	bothEras(t, "a role that policy forbids", setup{policy: tools.Policy{Tools: everything(), AllowRoles: []string{"User"}}}, func(t *testing.T, d *fixture) {
		a := d.call("create_role", args{"name": "R", "needs": []string{"projects:read"}, "preview": true}).want("preview", "forbids")
		if !strings.Contains(a.str("forbidden"), "--allow-roles") {
			t.Errorf("forbidden by %q", a.str("forbidden"))
		}
		d.nothingWritten()
	})
}
