package tools_test

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// dearest are the calls of each tool that make the most requests.
func dearest(d *fixture) map[string][]args {
	zapier, powerBI := args{"apiUserId": sandbox.ZapierSyncID}, args{"apiUserId": sandbox.PowerBIReportID}
	newOne, uris := args{"name": "x", "clientId": "zapier"}, []string{"https://x.example/"}
	and := func(a args, key string, value any) args {
		a = maps.Clone(a)
		a[key] = value
		return a
	}
	return map[string][]args{
		"list_api_users":            {nil},
		"get_api_user":              {zapier, powerBI},
		"create_api_user":           {and(newOne, "roleId", "Integration"), and(newOne, "admin", true)},
		"update_api_user":           {and(zapier, "admin", true), and(powerBI, "roleId", "Integration")},
		"delete_api_user":           {zapier, powerBI},
		"delete_api_users":          {{"apiUserIds": d.addMany(50)}},
		"audit_api_users":           {nil},
		"list_roles":                {{"includePermissions": true}},
		"list_client_applications":  {nil},
		"check_access":              {nil, and(zapier, "request", "GET /projects")},
		"suggest_role":              {{"needs": []string{"projects:read"}}},
		"create_role":               {{"name": "x", "needs": []string{"projects:read"}}},
		"issue_api_key":             {and(newOne, "roleId", "Integration"), zapier, powerBI},
		"rotate_api_key":            {zapier},
		"create_client_application": {{"clientId": "x", "displayName": "X", "redirectUris": uris, "isConfidential": true}},
		"update_client_application": {{"clientId": "zapier", "redirectUris": uris}},
		"delete_client_application": {{"clientId": "x-unused"}},
		"generate_client_secret":    {{"clientId": "zapier"}},
	}
}

// most is what a cell of README's table comes to, in a workspace with so many roles
// of which r are held, for a call about one feature.
func most(t *testing.T, cell string, roles, r int) int {
	t.Helper()
	number := func(s string) int {
		n, _ := strconv.Atoi(s)
		return n
	}
	if m := regexp.MustCompile(`^1 for each role( and feature)?, and (\d+)`).FindStringSubmatch(cell); m != nil {
		if m[1] != "" {
			roles++
		}
		return roles + number(m[2])
	}
	m := regexp.MustCompile(`^(\d+)( \+ r)?`).FindStringSubmatch(cell)
	if m == nil {
		t.Fatalf("what does %q come to?", cell)
	}
	if m[2] == "" {
		r = 0
	}
	return number(m[1]) + r
}

// README's numbers of requests are true of every tool's dearest call, with nothing
// cached, whether a human is asked or not.
func TestRequestsOfTheReadme(t *testing.T) {
	t.Parallel()
	row := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|.*\\| ([^|]+) \\|$")
	cells := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(readFile(t, "../README.md")), -1) {
		cells[m[1]] = m[2]
	}
	open := func(t *testing.T, e era) *fixture {
		d := open(t, setup{}).with(tools.Options{Policy: tools.Policy{Tools: everything()}, Delivery: &fakeDelivery{}})
		d.box.AddClientApplication(sandbox.ClientApplication{ClientID: "x-unused", DisplayName: "Unused"})
		d.era = e
		return d
	}
	for _, tool := range slices.Sorted(maps.Keys(cells)) {
		t.Run(tool, func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				counted := 0
				for i := range dearest(open(t, modern))[tool] {
					for _, e := range eras() {
						for _, asked := range []bool{true, false} {
							d := open(t, e)
							arguments := dearest(d)[tool][i]
							limit := most(t, cells[tool], len(d.box.Roles()), heldRoles(d))
							do := d.call
							if asked {
								do = func(tool string, arguments any) answer {
									return says(accepts(args{"confirm": true, "count": "50"})).call(d, tool, arguments)
								}
							}
							d.seen()
							a := do(tool, arguments)
							sent := d.seen()
							if !slices.Contains([]string{"found", "created", "updated", "deleted"}, a.outcome()) {
								t.Errorf("%v: %s", arguments, a.text)
							}
							if counted = max(counted, len(sent)); len(sent) > limit {
								t.Errorf("%v, %s, asked %v: %d requests, README has %s: %s",
									arguments, e, asked, len(sent), cells[tool], strings.Join(sent, ", "))
							}
						}
					}
				}
				t.Logf("%-25s %d, README has %s", tool, counted, cells[tool])
			})
		})
	}
	if len(cells) != len(dearest(open(t, modern))) {
		t.Errorf("README has numbers of %d tools", len(cells))
	}
}
