package tools_test

import (
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// Who is protected is written to by no tool, confirmed or not, whichever way the
// operator named it.
func TestProtected(t *testing.T) {
	t.Parallel()
	id := sandbox.ZapierSyncID
	for name, c := range map[string]struct {
		entry, name string
	}{
		"canonical": {id, "Zapier Sync"}, "upper case": {strings.ToUpper(id), "Zapier Sync"}, "braces": {"{" + id + "}", "Zapier Sync"}, "URN": {"urn:uuid:" + id, "Zapier Sync"},
		"digits": {strings.ReplaceAll(id, "-", ""), "Zapier Sync"}, "white space": {" " + id + "\t", "Zapier Sync"},
		"name": {"Zapier Sync", "Zapier Sync"}, "other case": {"zapier sync", "ZAPIER Sync"}, "glob": {"zap*", "Zapier Sync"}, "class": {"Zapier [RS]ync", "Zapier Sync"}, "one": {"Zapier?Sync", "Zapier Sync"},
		"all": {"*", "Zapier Sync"}, "a slash": {"zap*", "Zapier/Sync"}, "a slash in it": {"*/prod", "Zapier/Sync/prod"}, "invisible": {"Zapier Sync", "Zap\u200bier Sync\u202e"}, "a line break": {"Zapier Sync", "Zapier\nSync"},
		"as awork has it": {"Zap\u200bier*", "Zap\u200bier Sync"}, "long": {"*end", strings.Repeat("x", 10_000) + "end"}, "no break": {"Zapier Sync", "Zapier\u00a0Sync"},
	} {
		for _, mode := range []tools.ConfirmMode{"never", "auto"} {
			bothEras(t, name+" "+string(mode), setup{policy: tools.Policy{Protect: []string{"nobody", c.entry}, Confirm: mode}}, func(t *testing.T, d *fixture) {
				u, _ := d.box.APIUser(id)
				u.Name = c.name
				d.box.AddAPIUser(u)
				p := says(yes)
				for _, a := range []answer{
					p.call(d, "delete_api_user", args{"apiUserId": id}),
					p.call(d, "update_api_user", args{"apiUserId": id, "name": "Free"}),
					p.call(d, "update_api_user", args{"apiUserId": id, "roleId": "User"}),
					p.call(d, "update_api_user", args{"apiUserId": id, "admin": true}),
				} {
					a.want("blocked", "--protect", "was not ")
				}
				bulk := p.call(d, "delete_api_users", args{"apiUserIds": []string{id}}).want("partial")
				bulk.same("blocked", "results", 0, "outcome")
				if p.questions() > 0 {
					t.Errorf("asked %d times about what can't be", p.questions())
				}
				d.nothingWritten()
			})
		}
	}
	// The rest of a bulk call goes on, and only the rest is asked about.
	bothEras(t, "spared", setup{policy: tools.Policy{Protect: []string{id}}}, func(t *testing.T, d *fixture) {
		p := says(accepts(args{"confirm": true, "count": 2}))
		a := p.call(d, "delete_api_users", args{"apiUserIds": append([]string{sandbox.AdminUserID}, three...)}).want("partial")
		a.same(2, "summary", "deleted").same(2, "summary", "blocked").same("blocked", "results", 0, "outcome").same("blocked", "results", 1, "outcome")
		if q := p.heard[0].Message; strings.Contains(q, "Zapier Sync") || strings.Contains(q, "Sandbox Admin") || !strings.Contains(q, "these 2 API users") && !strings.Contains(q, "DATEV") {
			t.Errorf("asked %s", q)
		}
		if n := len(d.writes()); n != 2 {
			t.Errorf("%d writes", n)
		}
	})
	// A name that merely holds another is not protected.
	bothEras(t, "others", setup{policy: tools.Policy{Protect: []string{"Zapier", "zapier sync ?", sandbox.DatevExportID}}}, func(_ *testing.T, d *fixture) {
		says(yes).call(d, "delete_api_user", args{"apiUserId": id}).want("deleted")
	})
}

// The API user whose key the server uses keeps its key and its rights.
// A name that looks the same is protected the same, however its accents are
// written.
func TestProtectedInAnotherNormalForm(t *testing.T) {
	t.Parallel()
	bothEras(t, "decomposed", setup{policy: tools.Policy{Protect: []string{"B\u00fccherei*"}}}, func(_ *testing.T, d *fixture) {
		u := d.box.AddAPIUser(sandbox.APIUser{Name: "BU\u0308CHEREI Sync", RoleID: sandbox.UserRoleID})
		d.call("delete_api_user", args{"apiUserId": u.ID}).want("blocked", "--protect")
		d.nothingWritten()
	})
}

func TestOwnAPIUser(t *testing.T) {
	t.Parallel()
	own := sandbox.AdminUserID
	for _, mode := range []tools.ConfirmMode{"never", "auto"} {
		bothEras(t, string(mode), setup{policy: tools.Policy{Confirm: mode}}, func(t *testing.T, d *fixture) {
			p := says(yes)
			p.call(d, "delete_api_user", args{"apiUserId": own}).want("blocked", "this server itself uses", "was not deleted")
			for _, role := range []args{{"roleId": "User"}, {"roleId": "Operations", "admin": true}, {"roleId": sandbox.AuditorRoleID, "admin": true}} {
				role["apiUserId"] = own
				p.call(d, "update_api_user", role).want("blocked", "lock the server out", "was not changed")
			}
			p.call(d, "delete_api_users", args{"apiUserIds": []string{own}}).want("partial").same("blocked", "results", 0, "outcome")
			if p.questions() > 0 {
				t.Error("asked about what can't be")
			}
			d.nothingWritten()
			p.call(d, "update_api_user", args{"apiUserId": own, "name": "Ours"}).want("updated")
		})
	}
}

func TestRolesOfThePolicy(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]tools.Policy{
		"ids":   {AllowRoles: []string{"nothing", strings.ToUpper(sandbox.IntegrationRoleID), " {" + sandbox.OperationsRoleID + "} "}, Confirm: "never"},
		"names": {AllowRoles: []string{" Integration", "Operations"}, Confirm: "never"},
	} {
		bothEras(t, name, setup{policy: policy}, func(_ *testing.T, d *fixture) {
			for _, role := range []args{{"roleId": "User"}, {"roleId": sandbox.UserRoleID}, {"admin": true}, {"roleId": "Workspace Auditor", "admin": true}} {
				role["name"] = "R"
				d.call("create_api_user", role).want("blocked", "--allow-roles", "No API user was created.")
				role["apiUserId"] = sandbox.DatevExportID
				d.call("update_api_user", role).want("blocked", "--allow-roles", "was not changed")
			}
			d.nothingWritten()
			d.call("create_api_user", args{"name": "R", "roleId": "Integration"}).want("created")
			d.call("create_api_user", args{"name": "R", "roleId": "Operations", "admin": true}).want("created")
			// A role that it has already is not given.
			d.call("update_api_user", args{"apiUserId": sandbox.DatevExportID, "name": "D"}).want("updated")
		})
	}
	bothEras(t, "no admins", setup{policy: tools.Policy{NoAdmin: true, Confirm: "never"}}, func(_ *testing.T, d *fixture) {
		for _, role := range []args{{"admin": true}, {"roleId": "Administrator", "admin": true}, {"roleId": "Workspace Auditor", "admin": true}, {"roleId": sandbox.OperationsRoleID, "admin": true}} {
			role["name"] = "R"
			d.call("create_api_user", role).want("blocked", "--no-admin", "No API user was created.")
			role["apiUserId"] = sandbox.DatevExportID
			d.call("update_api_user", role).want("blocked", "--no-admin", "was not changed")
		}
		// What can't be read counts as an admin's.
		d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 400, Path: "/roles/*/permissions"})
		d.call("create_api_user", args{"name": "R", "roleId": "User", "admin": true}).want("blocked", "--no-admin")
		d.box.ClearFaults()
		d.nothingWritten()
		d.call("update_api_user", args{"apiUserId": sandbox.PowerBIReportID, "name": "P"}).want("updated")
	})
	if _, err := newTools(t, tools.Policy{AllowRoles: []string{"User", " "}}); err == nil || !strings.Contains(err.Error(), "--allow-roles") {
		t.Errorf("an empty entry: %v", err)
	}
}

var credentials = []string{"create_client_application", "update_client_application", "delete_client_application", "generate_client_secret", "issue_api_key", "rotate_api_key", "create_role"}

// The tools that make secrets exist where they are asked for by name, and are
// unknown otherwise.
func TestCredentialsAreOptIn(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]tools.Policy{
		"nothing": {}, "default": {Tools: []string{"default"}}, "all": {Tools: []string{"*"}}, "globs": {Tools: []string{"*_api_*", "[a-z]*", "*e*"}}, "one": {Tools: []string{"delete_api_user"}},
		"read-only": {ReadOnly: true},
	} {
		bothEras(t, name, setup{policy: policy}, func(t *testing.T, d *fixture) {
			for _, tool := range credentials {
				for _, spelled := range []string{tool, strings.ToUpper(tool), " " + tool} {
					r := d.rpc(t.Context(), "tools/call", args{"name": spelled, "arguments": args{"apiUserId": sandbox.ZapierSyncID, "clientId": "zapier", "name": "R", "displayName": "R", "roleId": "User"}})
					if r.Error == nil || r.Error.Code != -32602 {
						t.Errorf("%q: %+v %s", spelled, r.Error, r.Result)
					}
				}
			}
			if list := string(d.rpc(t.Context(), "tools/list", nil).Result); strings.Contains(list, "client_secret") || strings.Contains(list, "issue_api_key") {
				t.Errorf("listed: %s", list)
			}
			if sent := d.seen(); len(sent) > 0 {
				t.Errorf("%v", sent)
			}
		})
	}
	for name, list := range map[string][]string{"family": {"credentials"}, "names": credentials, "both": {"default", "credentials"}} {
		all, err := newTools(t, tools.Policy{Tools: list})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, tool := range all.List() {
			for _, c := range credentials {
				if tool.Name == c {
					n++
				}
			}
		}
		if n != len(credentials) {
			t.Errorf("%s: %d of them exist", name, n)
		}
	}
	for _, list := range [][]string{{"issue*"}, {"cred*"}, {"*_secret"}, {"credential"}, {"CREDENTIALS"}} {
		if _, err := newTools(t, tools.Policy{Tools: list}); err == nil {
			t.Errorf("%v opens something", list)
		}
	}
	for _, c := range credentials {
		if _, err := newTools(t, tools.Policy{Tools: []string{c}, ReadOnly: true}); err == nil || !strings.Contains(err.Error(), "--read-only") {
			t.Errorf("%s beside --read-only: %v", c, err)
		}
	}
}
