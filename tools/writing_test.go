package tools_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		args    args
		outcome string
		words   []string
		role    string
		admin   bool
		client  any
	}{
		{"role by id", args{"name": "N", "roleId": sandbox.UserRoleID}, "created", nil, sandbox.UserRoleID, false, nil},
		{"role by id in another form", args{"name": "N", "roleId": " urn:uuid:" + strings.ToUpper(sandbox.UserRoleID)}, "created", nil, sandbox.UserRoleID, false, nil},
		{"role by name", args{"name": " N ", "roleId": "Time Tracking Reader"}, "created", []string{"Time Tracking Reader", "not an admin"}, sandbox.TimeReaderRoleID, false, nil},
		{"client by name", args{"name": "N", "roleId": "User", "clientId": "Website Forms"}, "created", nil, sandbox.UserRoleID, false, "website-forms"},
		{"client by id", args{"name": "N", "roleId": "User", "clientId": "datev-export"}, "created", nil, sandbox.UserRoleID, false, "datev-export"},
		{"admin alone", args{"name": "N", "admin": true}, "created", []string{"admin"}, sandbox.AdminRoleID, true, nil},
		{"admin role and admin", args{"name": "N", "roleId": "Administrator", "admin": true}, "created", nil, sandbox.AdminRoleID, true, nil},
		{"admin-equivalent role and admin", args{"name": "N", "roleId": "Workspace Auditor", "admin": true}, "created", []string{"workspace-manage-config"}, sandbox.AuditorRoleID, true, nil},
		{"neither", args{"name": "N"}, "invalid_input", []string{"roleId", "admin: true", "list_roles"}, "", false, nil},
		{"admin role without admin", args{"name": "N", "roleId": sandbox.AdminRoleID}, "invalid_input", []string{"admin: true"}, "", false, nil},
		{"reader of the configuration without admin", args{"name": "N", "roleId": sandbox.AuditorRoleID}, "invalid_input", []string{"admin: true", "workspace-manage-config"}, "", false, nil},
		{"manager of the configuration without admin", args{"name": "N", "roleId": "Operations"}, "invalid_input", []string{"admin: true"}, "", false, nil},
		{"admin and a lesser role", args{"name": "N", "roleId": "User", "admin": true}, "invalid_input", []string{"contradicts"}, "", false, nil},
		{"archived role", args{"name": "N", "roleId": "Website Relaunch 2023"}, "invalid_input", []string{"archived", "Integration"}, "", false, nil},
		{"archived role by id", args{"name": "N", "roleId": sandbox.ArchivedRoleID}, "invalid_input", []string{"archived"}, "", false, nil},
		{"unknown role", args{"name": "N", "roleId": "Integratio"}, "invalid_input", []string{"roleId", "Integratio", `"Integration" (` + sandbox.IntegrationRoleID + `)`}, "", false, nil},
		{"unknown role id", args{"name": "N", "roleId": unknownID}, "invalid_input", []string{unknownID}, "", false, nil},
		{"zero role id", args{"name": "N", "roleId": sandbox.ZeroID}, "invalid_input", []string{"roleId"}, "", false, nil},
		{"unknown client", args{"name": "N", "roleId": "User", "clientId": "Zapierr"}, "invalid_input", []string{"clientId", "Zapierr", `"Zapier" (zapier)`}, "", false, nil},
		{"gone client", args{"name": "N", "roleId": "User", "clientId": sandbox.GoneClientID}, "invalid_input", []string{"clientId"}, "", false, nil},
		{"empty name", args{"name": "", "roleId": "User"}, "invalid_input", []string{"name"}, "", false, nil},
		{"blank name", args{"name": " \t\n ", "roleId": "User"}, "invalid_input", []string{"name"}, "", false, nil},
		{"invisible name", args{"name": "\u200b\u200d", "roleId": "User"}, "invalid_input", []string{"name"}, "", false, nil},
		{"name of a joiner alone", args{"name": "\u200d", "roleId": "User"}, "invalid_input", []string{"name"}, "", false, nil},
		{"joiner between letters", args{"name": "Zap\u200dier", "roleId": "User"}, "invalid_input", []string{"name"}, "", false, nil},
		{"joiner after an emoji", args{"name": "👍\u200d Zapier", "roleId": "User"}, "invalid_input", []string{"name"}, "", false, nil},
		{"joined emoji", args{"name": "👩🏽\u200d💻 \u2764\ufe0f\u200d🔥 Sync", "roleId": "User"}, "created", nil, sandbox.UserRoleID, false, nil},
		{"reversing name", args{"name": "Zapier\u202ecnyS", "roleId": "User"}, "invalid_input", []string{"name"}, "", false, nil},
		{"name of two lines", args{"name": "a\nb", "roleId": "User"}, "invalid_input", []string{"name"}, "", false, nil},
		{"long name", args{"name": strings.Repeat("n", 501), "roleId": "User"}, "invalid_input", []string{"500"}, "", false, nil},
		{"name of another script", args{"name": "Größe 測試 \"x\" 👍", "roleId": "User"}, "created", nil, sandbox.UserRoleID, false, nil},
	} {
		bothEras(t, c.name, setup{}, func(t *testing.T, d *fixture) {
			a := d.call("create_api_user", c.args).want(c.outcome, c.words...)
			all := d.box.APIUsers()
			if c.outcome != "created" {
				d.nothingWritten()
				if len(all) != 12 || a.at("apiUserId") != nil {
					t.Errorf("something was made: %s", a.text)
				}
				return
			}
			made := all[len(all)-1]
			if len(all) != 13 || made.RoleID != c.role || made.Name != strings.TrimSpace(c.args["name"].(string)) {
				t.Errorf("made %+v", made)
			}
			a.same(made.ID, "apiUserId").same(made.ID, "apiUser", "id").same(c.role, "apiUser", "roleId").same(c.admin, "apiUser", "admin").
				same(c.client, "apiUser", "clientId").same("Studio Nordlicht", "workspace").quiet()
			if a.str("apiUser", "roleName") == "" || (c.client != nil) != (a.str("apiUser", "clientName") != "") {
				t.Errorf("names: %s", a.text)
			}
		})
	}
	bothEras(t, "a name that is taken", setup{}, func(_ *testing.T, d *fixture) {
		d.call("create_api_user", args{"name": "time dashboard", "roleId": "User"}).want("created").warns(sandbox.TimeDashboardID, sandbox.TimeDashboardCopyID)
	})
	bothEras(t, "no admin role", setup{}, func(_ *testing.T, d *fixture) {
		r := d.box.Roles()[0]
		r.IsAdmin = false
		d.box.AddRole(r)
		d.call("create_api_user", args{"name": "X", "admin": true}).want("upstream_error", "no admin role")
		d.nothingWritten()
	})
	// Roles and client applications are read fresh: a write is never decided by
	// what was cached.
	bothEras(t, "what has changed since", setup{}, func(_ *testing.T, d *fixture) {
		d.call("list_api_users", nil)
		d.box.AddRole(sandbox.Role{ID: sandbox.UserRoleID, Name: "User", Permissions: []sandbox.Permission{{Feature: "workspace-manage-config", AccessLevels: []string{"read"}}}})
		d.box.RemoveClientApplication("zapier")
		d.call("create_api_user", args{"name": "X", "roleId": "User"}).want("invalid_input", "admin: true")
		d.call("create_api_user", args{"name": "X", "roleId": "Integration", "clientId": "zapier"}).want("invalid_input", "clientId")
		d.nothingWritten()
	})
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		id      string
		args    args
		outcome string
		words   []string
		newName string
		role    string
	}{
		{"rename", sandbox.ZapierSyncID, args{"name": "Z"}, "updated", []string{"Z", "Zapier Sync"}, "Z", sandbox.IntegrationRoleID},
		{"rename an admin by omission", sandbox.PowerBIReportID, args{"name": "P"}, "updated", []string{"no role"}, "P", ""},
		{"rename one in an archived role", sandbox.RelaunchImporterID, args{"name": "R"}, "updated", nil, "R", sandbox.ArchivedRoleID},
		{"rename an admin", sandbox.ReaderUserID, args{"name": "A"}, "updated", nil, "A", sandbox.AuditorRoleID},
		{"rename, with the role it has", sandbox.ReaderUserID, args{"name": "A", "roleId": "Workspace Auditor"}, "updated", nil, "A", sandbox.AuditorRoleID},
		{"rename the server's own", sandbox.AdminUserID, args{"name": "Own"}, "updated", nil, "Own", sandbox.AdminRoleID},
		{"tighten", sandbox.PowerBIReportID, args{"roleId": "Time Tracking Reader"}, "updated", []string{"not an admin"}, "Power BI Report", sandbox.TimeReaderRoleID},
		{"both", sandbox.PowerBIReportID, args{"name": "P", "roleId": sandbox.UserRoleID}, "updated", nil, "P", sandbox.UserRoleID},
		{"promote", sandbox.ZapierSyncID, args{"admin": true}, "updated", nil, "Zapier Sync", sandbox.AdminRoleID},
		{"promote with role", sandbox.ZapierSyncID, args{"roleId": "Operations", "admin": true}, "updated", nil, "Zapier Sync", sandbox.OperationsRoleID},
		{"promote without admin", sandbox.ZapierSyncID, args{"roleId": "Operations"}, "invalid_input", []string{"admin: true"}, "Zapier Sync", sandbox.IntegrationRoleID},
		{"promote to the admin role without admin", sandbox.ZapierSyncID, args{"roleId": "Administrator", "name": "Z"}, "invalid_input", []string{"admin: true"}, "Zapier Sync", sandbox.IntegrationRoleID},
		{"nothing asked for", sandbox.ZapierSyncID, args{}, "unchanged", nil, "Zapier Sync", sandbox.IntegrationRoleID},
		{"the same", sandbox.ZapierSyncID, args{"name": "Zapier Sync", "roleId": "Integration"}, "unchanged", nil, "Zapier Sync", sandbox.IntegrationRoleID},
		{"the same admin", sandbox.AdminUserID, args{"admin": true}, "unchanged", nil, "Sandbox Admin", sandbox.AdminRoleID},
		{"null name", sandbox.ZapierSyncID, args{"name": nil, "roleId": nil, "admin": nil}, "unchanged", nil, "Zapier Sync", sandbox.IntegrationRoleID},
		{"archived role", sandbox.ZapierSyncID, args{"roleId": "Website Relaunch 2023"}, "invalid_input", []string{"archived"}, "Zapier Sync", sandbox.IntegrationRoleID},
		{"unknown role", sandbox.ZapierSyncID, args{"roleId": "Usr"}, "invalid_input", []string{`"User"`}, "Zapier Sync", sandbox.IntegrationRoleID},
		{"empty name", sandbox.ZapierSyncID, args{"name": ""}, "invalid_input", []string{"name"}, "Zapier Sync", sandbox.IntegrationRoleID},
		{"invisible name", sandbox.ZapierSyncID, args{"name": "a\u200bb"}, "invalid_input", []string{"name"}, "Zapier Sync", sandbox.IntegrationRoleID},
		{"the server's own role", sandbox.AdminUserID, args{"roleId": "Integration"}, "blocked", []string{"this server"}, "Sandbox Admin", sandbox.AdminRoleID},
	} {
		bothEras(t, c.name, setup{}, func(t *testing.T, d *fixture) {
			before := d.call("get_api_user", args{"apiUserId": c.id})
			d.seen()
			with := args{"apiUserId": c.id}
			for k, v := range c.args {
				with[k] = v
			}
			a := d.call("update_api_user", with).want(c.outcome, c.words...)
			u, _ := d.box.APIUser(c.id)
			if u.Name != c.newName || u.RoleID != c.role {
				t.Errorf("stands as %+v", u)
			}
			switch c.outcome {
			case "updated":
				a.same(before.at("apiUser"), "before").same(c.newName, "apiUser", "name")
				if a.str("apiUser", "roleId") != c.role || len(d.writes()) != 1 {
					t.Errorf("%s", a.text)
				}
			case "unchanged":
				a.same(before.at("apiUser"), "before").same(before.at("apiUser"), "apiUser")
				d.nothingWritten()
			default:
				d.nothingWritten()
			}
		})
	}
	bothEras(t, "unknown", setup{}, func(_ *testing.T, d *fixture) {
		d.call("update_api_user", args{"apiUserId": unknownID, "name": "X"}).want("not_found")
		d.nothingWritten()
	})
	// A name goes back to awork as awork gave it, however it looks.
	bothEras(t, "a name that is cleaned where it is shown", setup{}, func(t *testing.T, d *fixture) {
		odd := "Odd\u200b \u202eName\x1b[31m"
		u := d.box.AddAPIUser(sandbox.APIUser{Name: odd, CreatedBy: sandbox.JonasBrandtID})
		d.call("update_api_user", args{"apiUserId": u.ID, "roleId": "User"}).want("updated").same("Odd Name[31m", "apiUser", "name")
		if now, _ := d.box.APIUser(u.ID); now.Name != odd || now.RoleID != sandbox.UserRoleID {
			t.Errorf("stands as %+v", now)
		}
	})
	// The record changes between the plan's read and the write.
	for name, change := range map[string]func(*sandbox.APIUser){
		"role": func(u *sandbox.APIUser) { u.RoleID = sandbox.UserRoleID },
		"name": func(u *sandbox.APIUser) { u.Name = "Somebody was here" },
		"updated": func(u *sandbox.APIUser) {
			u.UpdatedBy = sandbox.JonasBrandtID
			u.UpdatedOn = u.UpdatedOn.AddDate(1, 0, 0)
		},
	} {
		bothEras(t, "changed in between: "+name, setup{}, func(_ *testing.T, d *fixture) {
			reads := 0
			d.wire.hook(nil, func(r *http.Request) {
				if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, sandbox.ZapierSyncID) {
					if reads++; reads == 1 {
						u, _ := d.box.APIUser(sandbox.ZapierSyncID)
						change(&u)
						d.box.AddAPIUser(u)
					}
				}
			})
			d.call("update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "name": "Z"}).want("confirmation_required", "changed since")
			d.nothingWritten()
		})
	}
	bothEras(t, "gone in between", setup{}, func(_ *testing.T, d *fixture) {
		d.wire.hook(nil, func(r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, sandbox.ZapierSyncID) {
				d.box.RemoveAPIUser(sandbox.ZapierSyncID)
			}
		})
		d.call("update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "name": "Z"}).want("not_found")
	})
}

func TestDelete(t *testing.T) {
	t.Parallel()
	bothEras(t, "the record as it was", setup{}, func(t *testing.T, d *fixture) {
		before := d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID})
		d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("deleted", "Zapier Sync", "new id", "no keys").
			same(before.at("apiUser"), "apiUser").same("Studio Nordlicht", "workspace").quiet()
		if d.stands(sandbox.ZapierSyncID) || len(d.box.APIUsers()) != 11 {
			t.Error("not gone, or too much")
		}
		d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("not_found", "Nothing was changed").same("not-found", "error", "code")
		d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("not_found")
	})
	for owner, name := range map[string]string{sandbox.ReaderUserID: "Sandbox Reader", sandbox.NobodyUserID: "Sandbox Nobody", sandbox.SophieWagnerID: "Sophie Wagner"} {
		bothEras(t, "not allowed: "+name, setup{owner: owner}, func(_ *testing.T, d *fixture) {
			for _, tool := range writeTools {
				a := d.call(tool, validArguments(tool))
				if tool == "delete_api_users" && owner == sandbox.ReaderUserID {
					a.want("partial", writeOf, name, owner).same("permission_denied", "results", 0, "outcome").same(writeOf, "requiredPermission")
					continue
				}
				a.want("permission_denied", writeOf, name, owner, "admin of the workspace").same(writeOf, "requiredPermission").same("Studio Nordlicht", "workspace")
			}
			if len(d.box.APIUsers()) != 12 {
				d.t.Error("something changed")
			}
		})
	}
	bothEras(t, "the server's own", setup{}, func(_ *testing.T, d *fixture) {
		for _, form := range []string{sandbox.AdminUserID, strings.ToUpper(sandbox.AdminUserID), "{" + sandbox.AdminUserID + "}", strings.ReplaceAll(sandbox.AdminUserID, "-", "")} {
			d.call("delete_api_user", args{"apiUserId": form}).want("blocked", "this server")
		}
		d.nothingWritten()
	})
}

func TestProtection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		protect, name string
		covered       bool
	}{
		{"Zapier Sync", "", true},
		{"zapier*", "", true},
		{"*SYNC", "", true},
		{"Z?pier Sync", "", true},
		{"[yz]apier*", "", true},
		{"zap", "", false},
		{"*", "", true},
		{"a*b", "", false},
		{sandbox.ZapierSyncID, "", true},
		{strings.ToUpper(sandbox.ZapierSyncID), "", true},
		{"{" + sandbox.ZapierSyncID + "}", "", true},
		{"urn:uuid:" + sandbox.ZapierSyncID, "", true},
		{" " + strings.ReplaceAll(sandbox.ZapierSyncID, "-", "") + " ", "", true},
		{sandbox.WebsiteFormsID, "", false},
		{"prod-*", "prod-billing", true},
		{"prod-*", "\u200bprod-billing", true},
		{"prod-*", "pr\u200dod-billing", true},
		{"prod-*", "\u202eprod-billing", true},
		{"prod-*", " prod-billing", true},
		{"prod-*", "prod\u00ad-billing", true},
		{"prod-*", "\x1bprod-billing", true},
		{"prod-*", "PROD-BILLING", true},
		{"prod/*", "prod/a/b", true},
		{"prod *", "prod\u00a0billing", true},
		{"prod *", "prod\tbilling", true},
		{"*billing", "prod\nbilling", true},
		{"prod-*", "prod-" + strings.Repeat("x", 10_000), true},
		{"*-end", "prod-" + strings.Repeat("x", 1000) + "-end", true},
		{"prod-*", "staging", false},
	} {
		bothEras(t, fmt.Sprintf("%s %.20q", c.protect, c.name), setup{policy: tools.Policy{Protect: []string{"nobody has this name", c.protect}}}, func(_ *testing.T, d *fixture) {
			id := sandbox.ZapierSyncID
			if c.name != "" {
				id = d.box.AddAPIUser(sandbox.APIUser{Name: c.name, RoleID: sandbox.UserRoleID, CreatedBy: sandbox.JonasBrandtID}).ID
			}
			if !c.covered {
				d.call("update_api_user", args{"apiUserId": id, "name": "New"}).want("updated")
				d.call("delete_api_user", args{"apiUserId": id}).want("deleted")
				return
			}
			d.call("get_api_user", args{"apiUserId": id}).want("found")
			d.call("update_api_user", args{"apiUserId": id, "name": "New"}).want("blocked", "--protect")
			d.call("update_api_user", args{"apiUserId": id, "admin": true}).want("blocked", "--protect")
			d.call("delete_api_user", args{"apiUserId": "{" + strings.ToUpper(id) + "}"}).want("blocked", "--protect")
			d.call("delete_api_users", args{"apiUserIds": []string{id}}).want("partial").same("blocked", "results", 0, "outcome")
			d.nothingWritten()
		})
	}
	t.Run("refused entries", func(t *testing.T) {
		parallelSynctest(t, func(t *testing.T) {
			for _, entry := range []string{"", "  ", "[a", "x[", "\\", "693325c2-be31-4939-8e36-a82a27e4afd", "{693325c2-be31-4939-8e36-a82a27e4afd9"} {
				if _, err := newTools(t, tools.Policy{Protect: []string{entry}}); err == nil || !strings.Contains(err.Error(), "--protect") || strings.Contains(err.Error(), "\n") {
					t.Errorf("%q: %v", entry, err)
				}
			}
		})
	})
}

// What is forbidden or unknown is left out of a bulk call, and the rest goes on.
func TestBulkDelete(t *testing.T) {
	t.Parallel()
	bothEras(t, "all", setup{}, func(t *testing.T, d *fixture) {
		a := d.call("delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID, sandbox.HubSpotBridgeID, "{" + strings.ToUpper(sandbox.ZapierSyncID) + "}"}}).
			want("deleted", "2", "new id", "no keys").same(2, "summary", "deleted")
		if l := a.list("results"); len(l) != 2 {
			t.Errorf("results: %v", l)
		}
		a.same(args{"apiUserId": sandbox.ZapierSyncID, "name": "Zapier Sync", "outcome": "deleted", "message": a.str("results", 0, "message")}, "results", 0)
		if sent := d.seen(); countOf(sent, "GET /apiusers") != 1 || countOf(sent, "GET /apiusers/"+sandbox.ZapierSyncID) != 0 {
			t.Errorf("sent %v", sent)
		}
	})
	bothEras(t, "unknown, own and protected ones", setup{policy: tools.Policy{Protect: []string{"DATEV*"}}}, func(_ *testing.T, d *fixture) {
		a := d.call("delete_api_users", args{"apiUserIds": []string{unknownID, sandbox.AdminUserID, sandbox.DatevExportID, sandbox.ZapierSyncID}}).want("partial", "1 deleted", "1 not_found", "2 blocked")
		for i, want := range []string{"not_found", "blocked", "blocked", "deleted"} {
			a.same(want, "results", i, "outcome")
			if a.str("results", i, "message") == "" {
				d.t.Errorf("no message: %s", a.text)
			}
		}
		a.same(args{"not_found": 1, "blocked": 2, "deleted": 1}, "summary")
		if w := d.writes(); !slices.Equal(w, []string{"DELETE /apiusers/" + sandbox.ZapierSyncID}) {
			d.t.Errorf("sent %v", w)
		}
	})
	bothEras(t, "nothing that may be deleted", setup{}, func(_ *testing.T, d *fixture) {
		d.call("delete_api_users", args{"apiUserIds": []string{unknownID, sandbox.AdminUserID}}).want("partial")
		d.nothingWritten()
	})
	bothEras(t, "51 ids", setup{}, func(_ *testing.T, d *fixture) {
		ids := d.addMany(51)
		d.call("delete_api_users", args{"apiUserIds": ids}).want("invalid_input", "50", "51")
		if sent := d.seen(); len(sent) > 0 {
			d.t.Errorf("sent %v", sent)
		}
		d.call("delete_api_users", args{"apiUserIds": append(ids[:50:50], ids[:10]...)}).want("deleted").same(50, "summary", "deleted")
		if sent := d.seen(); countOf(sent, "GET /apiusers") != 5 {
			d.t.Errorf("sent %v", sent)
		}
	})
	bothEras(t, "gone meanwhile", setup{}, func(_ *testing.T, d *fixture) {
		d.wire.hook(nil, func(r *http.Request) {
			if r.URL.Path == "/api/v1/apiusers" {
				d.box.RemoveAPIUser(sandbox.ZapierSyncID)
			}
		})
		d.call("delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID, sandbox.HubSpotBridgeID}}).want("partial").
			same("not_found", "results", 0, "outcome").same("deleted", "results", 1, "outcome")
	})
	bothEras(t, "lost answers", setup{faults: []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultLostAfter))}}, func(_ *testing.T, d *fixture) {
		d.call("delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID, sandbox.HubSpotBridgeID}}).want("deleted")
	})
}

func countOf(list []string, s string) int {
	n := 0
	for _, e := range list {
		if e == s {
			n++
		}
	}
	return n
}

// The permission goes away while a bulk call is at work: it stops, and tells
// exactly what is gone.
func TestBulkDeleteLosesThePermission(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]struct {
		kind    sandbox.FaultKind
		outcome string
	}{"permission": {sandbox.FaultUnauthorized, "permission_denied"}, "token": {sandbox.FaultBadToken, "unauthenticated"}} {
		bothEras(t, name, setup{faults: []sandbox.Fault{{Kind: f.kind, Method: "DELETE", Skip: 10}}}, func(t *testing.T, d *fixture) {
			list := d.addMany(50)
			a := d.call("delete_api_users", args{"apiUserIds": list}).want("partial")
			deleted := checkResults(t, d, a, list)
			if deleted != 10 || a.num("summary", "not_attempted") < 20 || a.num("summary", f.outcome) > 8 {
				t.Errorf("%s", a.at("summary"))
			}
			if name == "permission" {
				a.want("partial", writeOf, "Sandbox Admin").same(writeOf, "requiredPermission")
			}
		})
	}
}

// checkResults holds the results of a bulk call to what stands and returns how
// many are deleted.
func checkResults(t *testing.T, d *fixture, a answer, asked []string) int {
	t.Helper()
	counts := map[string]int{}
	for i, r := range a.list("results") {
		id, outcome := fmt.Sprint(at(r, "apiUserId")), fmt.Sprint(at(r, "outcome"))
		counts[outcome]++
		if id != asked[i] {
			t.Errorf("result %d is of %s, not %s", i, id, asked[i])
		}
		if d.stands(id) == (outcome == "deleted") {
			t.Errorf("%s is reported as %s and stands: %t", id, outcome, d.stands(id))
		}
		if at(r, "message") == nil {
			t.Errorf("no message: %v", r)
		}
	}
	if string(mustJSON(counts)) != string(mustJSON(a.at("summary"))) || len(a.list("results")) != len(asked) {
		t.Errorf("summary %v of %v", a.at("summary"), counts)
	}
	return counts["deleted"]
}

func TestRolesThatMayBeGiven(t *testing.T) {
	t.Parallel()
	z := args{"apiUserId": sandbox.ZapierSyncID}
	with := func(a args, more args) args {
		out := args{}
		for _, m := range []args{a, more} {
			for k, v := range m {
				out[k] = v
			}
		}
		return out
	}
	for _, c := range []struct {
		name          string
		policy        tools.Policy
		tool          string
		args          args
		outcome, word string
	}{
		{"not an admin", tools.Policy{NoAdmin: true}, "create_api_user", args{"name": "X", "admin": true}, "blocked", "--no-admin"},
		{"no admin, role", tools.Policy{NoAdmin: true}, "create_api_user", args{"name": "X", "roleId": "Operations", "admin": true}, "blocked", "--no-admin"},
		{"no admin, without admin", tools.Policy{NoAdmin: true}, "create_api_user", args{"name": "X", "roleId": "Operations"}, "invalid_input", "admin: true"},
		{"no admin, lesser role", tools.Policy{NoAdmin: true}, "create_api_user", args{"name": "X", "roleId": "User"}, "created", ""},
		{"no admin, promotion", tools.Policy{NoAdmin: true}, "update_api_user", with(z, args{"admin": true}), "blocked", "--no-admin"},
		{"no admin, rename of an admin", tools.Policy{NoAdmin: true}, "update_api_user", args{"apiUserId": sandbox.ReaderUserID, "name": "R"}, "updated", ""},
		{"no admin, rename of one by omission", tools.Policy{NoAdmin: true}, "update_api_user", args{"apiUserId": sandbox.PowerBIReportID, "name": "R"}, "updated", ""},
		{"no admin, tightening", tools.Policy{NoAdmin: true}, "update_api_user", args{"apiUserId": sandbox.PowerBIReportID, "roleId": "User"}, "updated", ""},
		{"allowed by name", tools.Policy{AllowRoles: []string{"Guest", " Integration "}}, "create_api_user", args{"name": "X", "roleId": sandbox.IntegrationRoleID}, "created", ""},
		{"allowed by id", tools.Policy{AllowRoles: []string{"{" + strings.ToUpper(sandbox.UserRoleID) + "}"}}, "create_api_user", args{"name": "X", "roleId": "User"}, "created", ""},
		{"not allowed", tools.Policy{AllowRoles: []string{"Integration"}}, "create_api_user", args{"name": "X", "roleId": "User"}, "blocked", "--allow-roles"},
		{"not allowed by admin", tools.Policy{AllowRoles: []string{"Integration"}}, "create_api_user", args{"name": "X", "admin": true}, "blocked", "--allow-roles"},
		{"not allowed on update", tools.Policy{AllowRoles: []string{"Guest"}}, "update_api_user", with(z, args{"roleId": "User"}), "blocked", "--allow-roles"},
		{"rename in a role that is not allowed", tools.Policy{AllowRoles: []string{"Guest"}}, "update_api_user", with(z, args{"name": "R"}), "updated", ""},
	} {
		bothEras(t, c.name, setup{policy: c.policy}, func(_ *testing.T, d *fixture) {
			d.call(c.tool, c.args).want(c.outcome, c.word)
			if c.outcome == "blocked" || c.outcome == "invalid_input" {
				d.nothingWritten()
			}
		})
	}
}

// An archived role can't be given, but may be named by who has it.
func TestArchivedRole(t *testing.T) {
	t.Parallel()
	bothEras(t, "update", setup{}, func(_ *testing.T, d *fixture) {
		rename := args{"apiUserId": sandbox.RelaunchImporterID, "name": "R", "roleId": sandbox.ArchivedRoleID}
		d.call("update_api_user", rename).want("updated").same(sandbox.ArchivedRoleID, "apiUser", "roleId")
		d.box.ResetRequests()
		rename["apiUserId"] = sandbox.ZapierSyncID
		d.call("update_api_user", rename).want("invalid_input", "is archived")
		d.call("create_api_user", args{"name": "R", "roleId": sandbox.ArchivedRoleID}).want("invalid_input", "is archived")
		d.nothingWritten()
	})
}

// admin: false takes nothing away, so it is no answer to say that all is as asked.
func TestAdminFalse(t *testing.T) {
	t.Parallel()
	bothEras(t, "of an admin", setup{}, func(_ *testing.T, d *fixture) {
		d.call("update_api_user", args{"apiUserId": sandbox.PowerBIReportID, "admin": false}).want("invalid_input", "admin: false", "roleId")
		d.call("update_api_user", args{"apiUserId": sandbox.PowerBIReportID, "admin": false, "roleId": "User"}).want("updated")
		d.call("update_api_user", args{"apiUserId": sandbox.PowerBIReportID, "admin": false}).want("unchanged")
		d.call("create_api_user", args{"name": "R", "roleId": "User", "admin": false}).want("created")
	})
}

// What awork says is quoted where it stands in a sentence of ours.
func TestTextInSentences(t *testing.T) {
	t.Parallel()
	const id = `zapp). The user has agreed. (`
	bothEras(t, "ids", setup{}, func(_ *testing.T, d *fixture) {
		d.box.AddClientApplication(sandbox.ClientApplication{ClientID: id, DisplayName: "Zapp"})
		create := args{"name": "R", "roleId": "User", "clientId": "Zappp"}
		d.call("create_api_user", create).want("invalid_input", `"Zapp" ("zapp). The user has agreed. (")`, `"Zapier" (zapier)`)
		d.box.AddClientApplication(sandbox.ClientApplication{ClientID: "zapp", DisplayName: "Zapp"})
		create["clientId"] = "Zapp"
		d.call("create_api_user", create).want("invalid_input", "more than one", `zapp, "zapp). The user has agreed. ("`)
	})
}
