package tools_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// latency is the time that each answer takes in these tests; in a bubble of
// synctest it counts the requests that are made one after the other.
const latency = 50 * time.Millisecond

// cost is what a call may cost at most: requests and those one after the other,
// with nothing cached, and requests for the same again within a minute.
type cost struct{ requests, steps, again int }

// heldRoles is how many different roles, the admin role apart, the API users hold
// that a list shows.
func heldRoles(d *fixture) int {
	roles := map[string]bool{}
	for _, u := range d.box.APIUsers() {
		roles[u.RoleID] = true
	}
	delete(roles, "")
	delete(roles, sandbox.AdminRoleID)
	return len(roles)
}

func (d *fixture) measure(call func()) (requests, steps int) {
	d.seen()
	start := time.Now()
	call()
	return len(d.seen()), int((time.Since(start) + latency - 1) / latency)
}

// auditingTraces costs more with every API user that has traces: its bound is for
// the small workspace.
const auditingTraces = "audit_api_users with traces"

// costly is a call whose cost is bounded.
type costly struct {
	name, tool string
	arguments  func(d *fixture) args
	asked      bool
	// limit depends on the number of different roles that the API users hold.
	limit func(d *fixture, r int) cost
}

func costlyCalls() []costly {
	with := func(a args) func(*fixture) args { return func(*fixture) args { return a } }
	atMost := func(c cost) func(*fixture, int) cost { return func(*fixture, int) cost { return c } }
	id := args{"apiUserId": sandbox.ZapierSyncID}
	return []costly{
		{"get_api_user", "get_api_user", with(id), false, atMost(cost{6, 3, 1})},
		{"get_api_user with traces", "get_api_user",
			with(args{"apiUserId": sandbox.ZapierSyncID, "includeTraces": true}), false, atMost(cost{37, 10, 32})},
		{"list_api_users", "list_api_users", with(nil), false, func(_ *fixture, r int) cost { return cost{4 + r, 3, 1} }},
		{"audit_api_users", "audit_api_users", with(nil), false,
			func(_ *fixture, r int) cost { return cost{5 + r, 3, 5 + r} }},
		{auditingTraces, "audit_api_users", with(args{"includeTraces": true}), false, atMost(cost{90, 0, 90})},
		{"check_access", "check_access", with(nil), false, atMost(cost{3, 2, 3})},
		{"check_access with a request", "check_access",
			with(args{"apiUserId": sandbox.ZapierSyncID, "request": "GET /projects"}), false, atMost(cost{3, 3, 3})},
		{"suggest_role", "suggest_role", with(args{"needs": []string{"GET /projects"}}), false,
			func(d *fixture, _ int) cost { return cost{2 + len(d.box.Roles()), 2, 1} }},
		{"create_role with 2 features, asked", "create_role", with(export("Nightly Export")), true,
			func(d *fixture, _ int) cost { return cost{13 + len(d.box.Roles()), 11, 5} }},
		{"delete_api_user, nobody asked", "delete_api_user", with(id), false, atMost(cost{8, 3, 2})},
		{"delete_api_user, asked", "delete_api_user", with(id), true, atMost(cost{11, 5, 6})},
		{"delete_api_users of 50", "delete_api_users",
			func(d *fixture) args { return args{"apiUserIds": d.withRoles(d.addMany(50))} }, true,
			func(_ *fixture, r int) cost { return cost{65 + r, 99, 99} }},
	}
}

// withRoles gives API users all roles of the workspace, one after the other.
func (d *fixture) withRoles(ids []string) []string {
	roles := d.box.Roles()
	for i, id := range ids {
		u, _ := d.box.APIUser(id)
		u.RoleID = roles[i%len(roles)].ID
		d.box.AddAPIUser(u)
	}
	return ids
}

// What a call costs holds in a small workspace and in a large one.
func TestCosts(t *testing.T) {
	t.Parallel()
	large := sandbox.Size{Roles: 100, Users: 40, ClientApplications: 40, APIUsers: 1000}
	for _, c := range costlyCalls() {
		for size, extent := range map[string]sandbox.Size{"small": {}, "large": large} {
			if c.name == auditingTraces && extent == large {
				continue
			}
			s := setup{sandbox: sandbox.Options{Latency: latency, Size: extent}, policy: tools.Policy{Tools: everything()}}
			bothEras(t, c.name+" "+size, s, func(t *testing.T, d *fixture) {
				// Another like the first, which costs what is not cached.
				twin, _ := d.box.APIUser(sandbox.ZapierSyncID)
				twin.ID = "11111111-2222-4333-8444-666666666666"
				d.box.AddAPIUser(twin)
				arguments := c.arguments(d)
				limit := c.limit(d, heldRoles(d))
				do := func(arguments args) answer {
					if c.asked {
						return says(accepts(args{"confirm": true, "count": 50})).call(d, c.tool, arguments)
					}
					return d.call(c.tool, arguments)
				}
				requests, steps := d.measure(func() { do(arguments) })
				// Beyond 50 requests, awork's rate limit itself takes its time.
				if requests > limit.requests || steps > limit.steps && requests <= 50 {
					t.Errorf("%d requests in %d steps, at most %d in %d", requests, steps, limit.requests, limit.steps)
				}
				again := 0
				if c.tool != "delete_api_users" {
					if _, ok := arguments["apiUserId"]; ok {
						arguments = maps.Clone(arguments)
						arguments["apiUserId"] = twin.ID
					}
					again, _ = d.measure(func() { do(arguments) })
				}
				if again > limit.again {
					t.Errorf("%d requests again, at most %d", again, limit.again)
				}
				t.Logf("%-30s %-5s %s: %3d requests, %2d one after the other, %3d again",
					c.name, size, d.era, requests, steps, again)
			})
		}
	}
}

// One role whose permissions can't be read does not make every call ask again.
func TestOneUnreadableRoleIsAskedForOnce(t *testing.T) {
	t.Parallel()
	bothEras(t, "role", setup{policy: tools.Policy{}, faults: []sandbox.Fault{
		{Kind: sandbox.FaultStatus, Status: 500, Method: "GET", Path: "/roles/" + sandbox.IntegrationRoleID + "/permissions"}}},
		func(t *testing.T, d *fixture) {
			d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID})
			d.seen()
			for range 64 {
				d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID})
			}
			if sent := d.seen(); len(sent) != 64 {
				t.Errorf("%d requests for 64 calls: %s", len(sent), strings.Join(sent, " "))
			}
		})
}
