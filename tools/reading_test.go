package tools_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// sorted are the seeded API users by name, as they are listed.
func sorted() []string {
	return []string{sandbox.AworkConnectorID, sandbox.DatevExportID, sandbox.HubSpotBridgeID, sandbox.PowerBIReportID, sandbox.RelaunchImporterID,
		sandbox.AdminUserID, sandbox.NobodyUserID, sandbox.ReaderUserID, sandbox.TimeDashboardCopyID, sandbox.TimeDashboardID, sandbox.WebsiteFormsID, sandbox.ZapierSyncID}
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	dashboards := []string{sandbox.TimeDashboardCopyID, sandbox.TimeDashboardID}
	admins := []string{sandbox.AworkConnectorID, sandbox.PowerBIReportID, sandbox.AdminUserID, sandbox.ReaderUserID}
	for _, c := range []struct {
		name string
		args args
		want []string
	}{
		{"none", args{}, sorted()},
		{"empty strings", args{"text": "", "role": "", "client": "", "cursor": ""}, sorted()},
		{"text", args{"text": "DASH"}, append([]string{sandbox.PowerBIReportID}, dashboards...)},
		{"text of a name", args{"text": "e dashb"}, dashboards},
		{"text of an id", args{"text": strings.ToUpper(sandbox.ZapierSyncID[:13])}, []string{sandbox.ZapierSyncID}},
		{"text of a client id", args{"text": "website-f"}, []string{sandbox.RelaunchImporterID, sandbox.WebsiteFormsID}},
		{"text of none", args{"text": "no such"}, nil},
		{"role by id", args{"role": sandbox.TimeReaderRoleID}, append([]string{sandbox.DatevExportID}, dashboards...)},
		{"role by id in another form", args{"role": " {" + strings.ToUpper(sandbox.TimeReaderRoleID) + "} "}, append([]string{sandbox.DatevExportID}, dashboards...)},
		{"role by name", args{"role": "Time Tracking Reader"}, append([]string{sandbox.DatevExportID}, dashboards...)},
		{"archived role", args{"role": "Website Relaunch 2023"}, []string{sandbox.RelaunchImporterID}},
		{"client by id", args{"client": "time-dashboard"}, append([]string{sandbox.PowerBIReportID}, dashboards...)},
		{"client by name", args{"client": "Time Dashboard"}, append([]string{sandbox.PowerBIReportID}, dashboards...)},
		{"client that is gone", args{"client": sandbox.GoneClientID}, []string{sandbox.HubSpotBridgeID}},
		{"admins", args{"adminOnly": true}, admins},
		{"all together", args{"adminOnly": "true", "client": "Time Dashboard", "text": "power", "createdBefore": "2025-01-21"}, []string{sandbox.PowerBIReportID}},
		{"before a date", args{"createdBefore": "2022-12-01"}, []string{sandbox.AworkConnectorID, sandbox.ZapierSyncID}},
	} {
		bothEras(t, c.name, setup{}, func(t *testing.T, d *fixture) {
			a := d.call("list_api_users", c.args).want("found").same(len(c.want), "total").same(nil, "nextCursor")
			if got := ids(a.list("apiUsers")); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	for _, c := range []struct {
		args  args
		words []string
	}{
		{args{"role": "Integratoin"}, []string{"role", "Integratoin", "Integration"}},
		{args{"role": unknownID}, []string{"role", unknownID}},
		{args{"client": "Zapir"}, []string{"client", "Zapir", "Zapier"}},
	} {
		bothEras(t, fmt.Sprint("refused ", c.args), setup{}, func(_ *testing.T, d *fixture) {
			d.call("list_api_users", c.args).want("invalid_input", c.words...)
		})
	}
}

// Two roles or client applications of one name can only be distinguished by id.
func TestAmbiguousNames(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		d := open(t, setup{})
		twin := d.box.AddRole(sandbox.Role{Name: "Integration", CreatedBy: sandbox.JonasBrandtID})
		d.box.AddClientApplication(sandbox.ClientApplication{ClientID: "zapier-two", DisplayName: "Zapier"})
		for _, c := range []struct {
			tool string
			args args
		}{
			{"list_api_users", args{"role": "Integration"}},
			{"create_api_user", args{"name": "X", "roleId": "Integration"}},
			{"update_api_user", args{"apiUserId": sandbox.TimeDashboardID, "roleId": "Integration"}},
		} {
			d.call(c.tool, c.args).want("invalid_input", "more than one", twin.ID, sandbox.IntegrationRoleID)
		}
		d.call("list_api_users", args{"client": "Zapier"}).want("invalid_input", "more than one", "zapier-two")
		d.call("list_api_users", args{"role": sandbox.IntegrationRoleID, "client": "zapier"}).want("found").same(1, "total")
		d.call("create_api_user", args{"name": "X", "roleId": twin.ID, "clientId": "Zapier"}).want("invalid_input", "more than one")
		d.nothingWritten()
		d.call("create_api_user", args{"name": "X", "roleId": twin.ID, "clientId": "zapier-two"}).want("created").same(twin.ID, "apiUser", "roleId")
	})
}

func TestPaging(t *testing.T) {
	bothEras(t, "complete", setup{}, func(t *testing.T, d *fixture) {
		for _, limit := range []any{1, 5, "7", 12, 200} {
			var got []string
			cursor := ""
			for range 13 {
				a := d.call("list_api_users", args{"limit": limit, "cursor": cursor}).want("found").same(12, "total")
				got = append(got, ids(a.list("apiUsers"))...)
				if cursor = a.str("nextCursor"); cursor == "" {
					break
				}
			}
			if !slices.Equal(got, sorted()) {
				t.Errorf("by %v: %v", limit, got)
			}
		}
	})
	bothEras(t, "50 unless limit says otherwise", setup{}, func(t *testing.T, d *fixture) {
		d.addMany(60)
		a := d.call("list_api_users", nil).same(72, "total")
		if len(a.list("apiUsers")) != 50 || a.str("nextCursor") == "" {
			t.Errorf("%d, cursor %q", len(a.list("apiUsers")), a.str("nextCursor"))
		}
	})
	// The one that the cursor names goes, others come before and after it.
	bothEras(t, "while records come and go", setup{}, func(t *testing.T, d *fixture) {
		first := d.call("list_api_users", args{"limit": 4})
		d.box.RemoveAPIUser(sandbox.PowerBIReportID) // the last one shown
		d.box.AddAPIUser(sandbox.APIUser{Name: "Aaa", RoleID: sandbox.IntegrationRoleID, CreatedBy: sandbox.JonasBrandtID})
		late := d.box.AddAPIUser(sandbox.APIUser{Name: "Quick", RoleID: sandbox.IntegrationRoleID, CreatedBy: sandbox.JonasBrandtID})
		a := d.call("list_api_users", args{"limit": 200, "cursor": first.str("nextCursor")}).same(13, "total")
		want := slices.Insert(slices.Clone(sorted()[4:]), 0, late.ID)
		if got := ids(a.list("apiUsers")); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
	bothEras(t, "same names", setup{}, func(t *testing.T, d *fixture) {
		for range 9 {
			d.box.AddAPIUser(sandbox.APIUser{Name: "time dashboard", RoleID: sandbox.TimeReaderRoleID, CreatedBy: sandbox.JonasBrandtID})
		}
		seen := map[string]bool{}
		cursor := ""
		for range 21 {
			a := d.call("list_api_users", args{"limit": 1, "cursor": cursor})
			seen[ids(a.list("apiUsers"))[0]] = true
			cursor = a.str("nextCursor")
		}
		if len(seen) != 21 || cursor != "" {
			t.Errorf("%d were shown, cursor %q", len(seen), cursor)
		}
	})
	bothEras(t, "cursors that are refused", setup{}, func(_ *testing.T, d *fixture) {
		given := d.call("list_api_users", args{"limit": 2, "adminOnly": true}).str("nextCursor")
		d.call("list_api_users", args{"limit": 5, "adminOnly": "true", "cursor": given}).want("found")
		d.seen()
		for _, other := range []args{{}, {"adminOnly": false}, {"adminOnly": true, "text": "a"}, {"adminOnly": true, "role": "Integration"}, {"adminOnly": true, "client": "x"}, {"adminOnly": true, "createdBefore": "2025-01-01"}} {
			other["cursor"] = given
			d.call("list_api_users", other).want("invalid_input", "cursor", "filters")
		}
		for _, bad := range []string{"x", "e30", given[1:], given + "!", strings.ToUpper(given), base64.RawURLEncoding.EncodeToString([]byte(`{"f":"","n":"a","i":"x"}`)),
			base64.RawURLEncoding.EncodeToString([]byte(`null`)), base64.RawURLEncoding.EncodeToString([]byte(`[1]`)), "awork", "50"} {
			d.call("list_api_users", args{"adminOnly": true, "cursor": bad}).want("invalid_input", "cursor")
		}
		if sent := d.seen(); len(sent) > 0 {
			d.t.Errorf("a refused cursor led to %v", sent)
		}
	})
}

func TestAwTotalItemsSaysMore(t *testing.T) {
	t.Parallel()
	s := setup{sandbox: sandbox.Options{APIUsersPerPage: 5}}
	bothEras(t, "list", s, func(_ *testing.T, d *fixture) {
		d.call("list_api_users", nil).want("found").warns("12", "5")
	})
	bothEras(t, "audit", s, func(_ *testing.T, d *fixture) {
		d.call("audit_api_users", nil).want("found").warns("12", "5")
	})
	bothEras(t, "complete", setup{}, func(_ *testing.T, d *fixture) {
		d.call("list_api_users", args{"text": "zapier"}).quiet()
	})
}

func TestRecords(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]map[string]any{
		sandbox.ZapierSyncID: {"id": sandbox.ZapierSyncID, "name": "Zapier Sync", "roleId": sandbox.IntegrationRoleID, "roleName": "Integration", "admin": false,
			"clientId": "zapier", "clientName": "Zapier", "createdOn": "2022-11-21T14:05:33.1182904Z", "createdBy": sandbox.JonasBrandtID, "createdByName": "Jonas Brandt",
			"updatedOn": "2025-08-12T07:55:02.4471983Z", "updatedBy": sandbox.JonasBrandtID},
		sandbox.AworkConnectorID:   {"roleId": nil, "roleName": nil, "admin": true, "clientId": nil, "clientName": nil, "createdBy": nil, "createdByName": nil},
		sandbox.HubSpotBridgeID:    {"clientId": "hubspot-bridge", "clientName": nil, "admin": false},
		sandbox.RelaunchImporterID: {"roleName": "Website Relaunch 2023", "roleArchived": true, "createdByName": "Tobias Kern", "createdByState": "deactivated"},
		sandbox.DatevExportID:      {"createdBy": sandbox.DepartedUserID, "createdByName": nil, "createdByState": "gone"},
		sandbox.WebsiteFormsID:     {"createdBy": sandbox.AworkConnectorID, "createdByName": "awork Connector", "createdByState": "api_user"},
		sandbox.ReaderUserID:       {"roleName": "Workspace Auditor", "admin": true},
		sandbox.AdminUserID:        {"roleName": "Administrator", "admin": true},
	} {
		bothEras(t, id, setup{}, func(t *testing.T, d *fixture) {
			a := d.call("get_api_user", args{"apiUserId": id}).want("found")
			for field, value := range want {
				a.same(value, "apiUser", field)
			}
			list := d.call("list_api_users", args{"text": id})
			if string(mustJSON(list.at("apiUsers", 0))) != string(mustJSON(a.at("apiUser"))) {
				t.Errorf("list and get differ: %s %s", list.text, a.text)
			}
		})
	}
	bothEras(t, "creator archived", setup{}, func(_ *testing.T, d *fixture) {
		u := d.box.AddAPIUser(sandbox.APIUser{Name: "Old", RoleID: sandbox.UserRoleID, CreatedBy: sandbox.KlaraVossID})
		d.call("get_api_user", args{"apiUserId": u.ID}).same("archived", "apiUser", "createdByState").same("Klara Voss", "apiUser", "createdByName")
	})
	bothEras(t, "role and client application gone", setup{}, func(_ *testing.T, d *fixture) {
		u := d.box.AddAPIUser(sandbox.APIUser{Name: "Lost", RoleID: unknownID, ClientID: "nowhere", CreatedBy: sandbox.JonasBrandtID})
		d.call("get_api_user", args{"apiUserId": u.ID}).same(true, "apiUser", "admin").same(nil, "apiUser", "roleName").warns(unknownID).warns("nowhere")
	})
}

func TestAccessLevelsThatMakeAnAdmin(t *testing.T) {
	t.Parallel()
	for _, level := range []string{"read", "write", "manage", "config", "READ", "anything"} {
		bothEras(t, level, setup{}, func(_ *testing.T, d *fixture) {
			r := d.box.AddRole(sandbox.Role{Name: "Almost", Permissions: []sandbox.Permission{{Feature: "workspace-manage-config", AccessLevels: []string{level}}}})
			u := d.box.AddAPIUser(sandbox.APIUser{Name: "U", RoleID: r.ID, CreatedBy: sandbox.JonasBrandtID})
			d.call("get_api_user", args{"apiUserId": u.ID}).want("found", "admin").same(true, "apiUser", "admin")
			d.call("create_api_user", args{"name": "V", "roleId": "Almost"}).want("invalid_input", "admin: true")
		})
	}
	bothEras(t, "none", setup{}, func(_ *testing.T, d *fixture) {
		r := d.box.AddRole(sandbox.Role{Name: "Plain", Permissions: []sandbox.Permission{{Feature: "workspace-manage-config"}, {Feature: "user-manage-config", AccessLevels: []string{"manage"}}}})
		u := d.box.AddAPIUser(sandbox.APIUser{Name: "U", RoleID: r.ID, CreatedBy: sandbox.JonasBrandtID})
		d.call("get_api_user", args{"apiUserId": u.ID}).want("found").same(false, "apiUser", "admin")
	})
	bothEras(t, "unreadable", setup{faults: []sandbox.Fault{on("", "/roles/*/permissions", status(500))}}, func(_ *testing.T, d *fixture) {
		d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("found").same(true, "apiUser", "admin")
		d.call("create_api_user", args{"name": "V", "roleId": "Integration"}).want("invalid_input", "admin: true")
		d.nothingWritten()
	})
}

func TestIncludeWebhooks(t *testing.T) {
	t.Parallel()
	bothEras(t, "made", setup{}, func(t *testing.T, d *fixture) {
		d.box.AddRole(sandbox.Role{Name: "Its own", CreatedBy: sandbox.WebsiteFormsID})
		d.box.AddAPIUser(sandbox.APIUser{Name: "Child", RoleID: sandbox.UserRoleID, CreatedBy: sandbox.WebsiteFormsID})
		a := d.call("get_api_user", args{"apiUserId": sandbox.WebsiteFormsID, "includeWebhooks": true}).want("found").quiet()
		a.same(sandbox.FormsWebhookID, "made", "webhooks", 0, "id").same("studio-nordlicht.example", "made", "webhooks", 0, "host")
		a.same("Child", "made", "apiUsers", 0, "name").same("Its own", "made", "roles", 0, "name")
		if n := len(a.list("made", "webhooks")); n != 1 || a.str("made", "unknown") == "" {
			t.Errorf("%s", a.text)
		}
	})
	bothEras(t, "not asked for", setup{}, func(_ *testing.T, d *fixture) {
		d.call("get_api_user", args{"apiUserId": sandbox.WebsiteFormsID}).same(nil, "made")
		if sent := d.seen(); slices.Contains(sent, "GET /webhooks") {
			d.t.Errorf("sent %v", sent)
		}
	})
	bothEras(t, "unreadable", setup{faults: []sandbox.Fault{on("", "/webhooks", status(500))}}, func(_ *testing.T, d *fixture) {
		d.call("get_api_user", args{"apiUserId": sandbox.WebsiteFormsID, "includeWebhooks": true}).want("found").warns("webhooks")
	})
	bothEras(t, "secrets in an address", setup{}, func(t *testing.T, d *fixture) {
		for _, uri := range []string{"https://user:s3cr3tpart@h.example/p?key=s3cr3tpart", "https://h.example/s3cr3tpart#s3cr3tpart", "s3cr3tpart", "://s3cr3tpart"} {
			d.box.AddWebhook(sandbox.Webhook{Name: "W", URI: uri, CreatedBy: sandbox.ZapierSyncID, Authentication: "X-Key=s3cr3tpart"})
		}
		if a := d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID, "includeWebhooks": true}); strings.Contains(a.text, "s3cr3tpart") {
			t.Errorf("a secret is shown: %s", a.text)
		}
	})
}

// What can't be read is left out and named, and the rest goes on.
func TestNamesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for path, c := range map[string]struct{ word, left string }{
		"/roles":              {"roles", "roleName"},
		"/users":              {"users", "createdByName"},
		"/clientapplications": {"client applications", "clientName"},
	} {
		for _, f := range []sandbox.Fault{fault(sandbox.FaultUnauthorized), status(500), fault(sandbox.FaultHang), fault(sandbox.FaultBroken)} {
			f.Path = path
			bothEras(t, path+" "+string(f.Kind), setup{faults: []sandbox.Fault{f}}, func(t *testing.T, d *fixture) {
				for _, tool := range []string{"list_api_users", "get_api_user"} {
					a := d.call(tool, args{"list_api_users": args{"text": "zapier sync"}, "get_api_user": args{"apiUserId": sandbox.ZapierSyncID}}[tool]).want("found").warns(c.word)
					record := a.at("apiUser")
					if record == nil {
						record = a.at("apiUsers", 0)
					}
					if at(record, "id") != sandbox.ZapierSyncID || at(record, c.left) != nil {
						t.Errorf("%v", record)
					}
					if path == "/roles" && at(record, "admin") != true {
						t.Error("a role that can't be read counts as admin")
					}
				}
				d.call("audit_api_users", nil).want("found").warns(c.word)
			})
		}
	}
	bothEras(t, "a creator that is gone", setup{}, func(_ *testing.T, d *fixture) {
		d.call("get_api_user", args{"apiUserId": sandbox.DatevExportID}).want("found").warns(sandbox.DepartedUserID, "no person and no API user")
		d.call("list_api_users", nil).want("found").warns(sandbox.DepartedUserID)
	})
	bothEras(t, "a token that sees no user but its own", setup{}, func(_ *testing.T, d *fixture) {
		r := d.box.AddRole(sandbox.Role{Name: "Config only", Permissions: []sandbox.Permission{{Feature: "workspace-manage-config", AccessLevels: []string{"read"}}}})
		u, _ := d.box.APIUser(sandbox.AdminUserID)
		u.RoleID = r.ID
		d.box.AddAPIUser(u)
		d.call("get_api_user", args{"apiUserId": sandbox.DatevExportID}).want("found").warns("no user but its own").same(nil, "apiUser", "createdByState")
	})
}

func TestRequestCounts(t *testing.T) {
	t.Parallel()
	bothEras(t, "a repeated get", setup{}, func(t *testing.T, d *fixture) {
		d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID})
		d.seen()
		for _, id := range []string{sandbox.ZapierSyncID, sandbox.WebsiteFormsID} {
			d.call("get_api_user", args{"apiUserId": id})
			if sent := d.seen(); !slices.Equal(sent, []string{"GET /apiusers/" + id}) {
				t.Errorf("sent %v", sent)
			}
		}
		time.Sleep(61 * time.Second)
		d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID})
		if sent := d.seen(); len(sent) < 4 {
			t.Errorf("names are cached for more than a minute: %v", sent)
		}
	})
	bothEras(t, "a long list", setup{}, func(t *testing.T, d *fixture) {
		const heldRoles = 4 // whose permissions are read; the admin role's are not
		d.addMany(200)
		d.call("list_api_users", args{"limit": 200}).want("found").same(212, "total")
		if sent := d.seen(); len(sent) > 4+heldRoles {
			t.Errorf("%d requests for 212 API users: %v", len(sent), sent)
		}
		d.call("list_api_users", args{"limit": 200})
		if sent := d.seen(); !slices.Equal(sent, []string{"GET /apiusers"}) {
			t.Errorf("the second time: %v", sent)
		}
	})
	// Several calls at once read names once.
	bothEras(t, "at once", setup{sandbox: sandbox.Options{Latency: 150 * time.Millisecond}}, func(t *testing.T, d *fixture) {
		start := time.Now()
		done := make(chan bool)
		for range 8 {
			go func() {
				raw := mustJSON(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": map[string]any{"name": "get_api_user", "arguments": args{"apiUserId": sandbox.ZapierSyncID}}})
				d.server.HandleMessage(t.Context(), raw)
				done <- true
			}()
		}
		for range 8 {
			<-done
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %v", took)
		}
		count := map[string]int{}
		for _, r := range d.seen() {
			count[r]++
		}
		if count["GET /roles"] != 1 || count["GET /users"] != 1 || count["GET /clientapplications"] != 1 {
			t.Errorf("sent %v", count)
		}
	})
	bothEras(t, "a delete", setup{}, func(t *testing.T, d *fixture) {
		d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("deleted")
		d.seen()
		d.call("delete_api_user", args{"apiUserId": sandbox.HubSpotBridgeID}).want("deleted")
		if sent := d.seen(); len(sent) > 3 {
			t.Errorf("sent %v", sent)
		}
	})
}

func TestListRoles(t *testing.T) {
	t.Parallel()
	bothEras(t, "all", setup{}, func(t *testing.T, d *fixture) {
		a := d.call("list_roles", nil).want("found", "8 roles")
		var got []string
		for _, r := range a.list("roles") {
			got = append(got, fmt.Sprint(at(r, "name"), " admin=", at(r, "admin"), " archived=", at(r, "isArchived") == true, " ", at(r, "apiUsers")))
			if (at(r, "admin") == true) != (at(r, "whyAdmin") != nil) {
				t.Errorf("admin without a reason or a reason without admin: %v", r)
			}
			if at(r, "permissions") != nil {
				t.Errorf("permissions nobody asked for: %v", r)
			}
		}
		want := []string{"Administrator admin=true archived=false 1", "Guest admin=false archived=false 0", "Integration admin=false archived=false 4",
			"Operations admin=true archived=false 0", "Time Tracking Reader admin=false archived=false 3", "User admin=false archived=false 0",
			"Website Relaunch 2023 admin=false archived=true 1", "Workspace Auditor admin=true archived=false 1"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
	})
	bothEras(t, "permissions", setup{}, func(t *testing.T, d *fixture) {
		a := d.call("list_roles", args{"includePermissions": "true"}).want("found")
		i := slices.IndexFunc(a.list("roles"), func(r any) bool { return at(r, "id") == sandbox.AuditorRoleID })
		if i < 0 {
			t.Fatal("no auditor")
		}
		a.same([]any{args{"feature": "user-master-data", "accessLevels": []string{"read"}}, args{"feature": "workspace-manage-config", "accessLevels": []string{"read"}}}, "roles", i, "permissions")
	})
}

func TestListClientApplications(t *testing.T) {
	t.Parallel()
	bothEras(t, "all", setup{}, func(_ *testing.T, d *fixture) {
		a := d.call("list_client_applications", nil).want("found", "5 client applications")
		for i, id := range []string{"datev-export", "operations-console", "time-dashboard", "website-forms", "zapier"} {
			a.same(id, "clientApplications", i, "clientId")
		}
		a.same(3, "clientApplications", 1, "apiUsers").same(true, "clientApplications", 1, "isConfidential").same("DATEV Export", "clientApplications", 0, "displayName")
	})
}

func TestCheckAccess(t *testing.T) {
	t.Parallel()
	bothEras(t, "admin", setup{}, func(_ *testing.T, d *fixture) {
		a := d.call("check_access", nil).want("found", "Sandbox Admin", "Studio Nordlicht").same("api_user", "user", "kind").same(sandbox.AdminUserID, "user", "id").
			same("Studio Nordlicht", "workspace").same(true, "canRead").same(true, "canWrite")
		works(a, allTools)
	})
	for owner, c := range map[string]struct {
		read, write bool
		works       []string
		word        string
	}{
		sandbox.ReaderUserID:  {true, false, []string{"list_api_users", "get_api_user", "audit_api_users", "list_roles", "list_client_applications", "check_access"}, writeOf},
		sandbox.NobodyUserID:  {false, false, []string{"check_access"}, readOf},
		sandbox.JonasBrandtID: {true, true, allTools, "person"},
		sandbox.SophieWagnerID: {false, false, []string{"check_access"},
			"Sophie Wagner"},
	} {
		bothEras(t, owner, setup{owner: owner}, func(_ *testing.T, d *fixture) {
			a := d.call("check_access", nil).want("found", c.word).same(c.read, "canRead").same(c.write, "canWrite").same(owner, "user", "id")
			works(a, c.works)
		})
	}
}

// works wants check_access to name every tool and to say, with a reason, that
// these work and no other.
func works(a answer, want []string) {
	a.t.Helper()
	var all, working []string
	for _, tool := range a.list("tools") {
		name, why := fmt.Sprint(at(tool, "name")), fmt.Sprint(at(tool, "why"))
		all = append(all, name)
		if at(tool, "works") == true {
			working = append(working, name)
		}
		if !strings.HasSuffix(why, ".") {
			a.t.Errorf("%s: why is %q", name, why)
		}
	}
	if !slices.Equal(working, want) {
		a.t.Errorf("these work: %v, want %v", working, want)
	}
	for _, name := range allTools {
		if !slices.Contains(all, name) {
			a.t.Errorf("%s is not named", name)
		}
	}
}

// A token of a person works as well as one of an API user.
func TestATokenOfAPerson(t *testing.T) {
	t.Parallel()
	bothEras(t, "deletes", setup{owner: sandbox.JonasBrandtID}, func(_ *testing.T, d *fixture) {
		d.call("delete_api_user", args{"apiUserId": sandbox.AdminUserID}).want("deleted").same("Studio Nordlicht", "workspace")
		d.call("create_api_user", args{"name": "X", "roleId": "User"}).want("created").same("Jonas Brandt", "apiUser", "createdByName")
	})
}

func TestCancellationOfARead(t *testing.T) {
	t.Parallel()
	bothEras(t, "hang", setup{faults: []sandbox.Fault{fault(sandbox.FaultHang)}}, func(t *testing.T, d *fixture) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		d.callCtx(ctx, "get_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("unavailable")
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestEveryRequestGoesToTheConfiguredAddress(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		d := open(t, setup{})
		d.wire.hook(func(r *http.Request) {
			if r.URL.Host != "sandbox.invalid" || !strings.HasPrefix(r.URL.Path, "/api/v1/") || r.Header.Get("Authorization") == "" {
				t.Errorf("sent %s %s", r.Method, r.URL)
			}
		}, nil)
		for _, tool := range allTools {
			d.call(tool, validArguments(tool))
		}
	})
}
