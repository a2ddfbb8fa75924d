package tools_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// What check_access says of each role and each route is what the sandbox allows.
func TestCheckRequestAgreesWithTheSandbox(t *testing.T) {
	t.Parallel()
	d := open(t, setup{})
	roles := append(d.box.Roles(), sandbox.Role{})
	answers := map[string]int{}
	for _, role := range roles {
		u := sandbox.APIUser{ID: sandbox.ZapierSyncID, Name: "Probe", RoleID: role.ID, ClientID: "zapier"}
		d.box.AddAPIUser(u)
		d.box.AddToken("probe", u.ID)
		for _, route := range sandbox.Routes() {
			method, path, _ := strings.Cut(route, " ")
			path = strings.NewReplacer("{id}", unknownID, "{clientId}", "no-such-client").Replace(path)
			a := d.call("check_access", args{"apiUserId": u.ID, "request": method + " " + path}).want("found")
			answer := a.str("answer")
			answers[answer]++
			req, err := http.NewRequestWithContext(t.Context(), method, baseURL+path, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer probe")
			req.Header.Set("Content-Type", "application/json")
			resp, err := d.box.RoundTripper().RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if answer == "cut" && strings.Contains(route, "{") {
				continue // a single record may be refused
			}
			if allowed := resp.StatusCode != http.StatusUnauthorized; allowed != (answer == "yes" || answer == "cut") {
				t.Errorf("role %q, %s: %s, and the sandbox answers %d: %s", role.Name, route, answer, resp.StatusCode, a.text)
			}
		}
	}
	if answers["unknown"] > 0 || answers["yes"] == 0 || answers["no"] == 0 || answers["cut"] == 0 {
		t.Errorf("the answers were %v", answers)
	}
}

func TestCheckRequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id, request, answer, requirement string
		words                            []string
	}{
		"an address":      {sandbox.AdminUserID, "DELETE https://api.awork.com/api/v1/apiusers/" + sandbox.ZapierSyncID, "yes", "admin or workspace-manage-config:write", []string{"it is an admin"}},
		"without a role":  {sandbox.PowerBIReportID, "get /apiusers", "yes", "admin or workspace-manage-config:read", []string{`"Power BI Report" (no role)`}},
		"lacks it":        {sandbox.DatevExportID, "GET /companies", "no", "admin or company-master-data:read", []string{"DATEV Export", "lacks"}},
		"cut":             {sandbox.DatevExportID, "GET /projects", "cut", "any", nil},
		"unknown request": {sandbox.AdminUserID, "GET /secrets", "unknown", "", []string{"no such request"}},
		"for itself":      {sandbox.DatevExportID, "POST /users/" + sandbox.DatevExportID + "/timetracking/pause", "cut", "owner", nil},
	} {
		bothEras(t, name, setup{}, func(_ *testing.T, d *fixture) {
			a := d.call("check_access", args{"apiUserId": c.id, "request": c.request}).want("found", c.words...)
			a.same(c.answer, "answer").same(c.id, "apiUserId")
			if a.str("requirement") != c.requirement || a.str("page") == "" || a.str("roleName") == "" || a.str("level") == "" {
				t.Errorf("got %s", a.text)
			}
			d.nothingWritten()
		})
	}
	bothEras(t, "one without the other", setup{}, func(_ *testing.T, d *fixture) {
		d.call("check_access", args{"apiUserId": sandbox.AdminUserID}).want("invalid_input", "request is missing")
		d.call("check_access", args{"request": "GET /projects"}).want("invalid_input", "apiUserId is missing")
		d.call("check_access", args{"apiUserId": sandbox.AdminUserID, "request": "projects"}).want("invalid_input", "request can't be read", "projects")
		d.call("check_access", args{"apiUserId": unknownID, "request": "GET /projects"}).want("not_found")
	})
	// A role that can't be read proves nothing.
	bothEras(t, "an unreadable role", setup{faults: []sandbox.Fault{{Kind: sandbox.FaultStatus, Status: 500, Path: "/roles/*/permissions"}}}, func(_ *testing.T, d *fixture) {
		d.call("check_access", args{"apiUserId": sandbox.DatevExportID, "request": "GET /companies"}).want("found").same("unknown", "answer")
	})
}
