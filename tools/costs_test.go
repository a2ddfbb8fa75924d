package tools_test

import (
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

// What a call costs holds in a small workspace and in a large one.
func TestCosts(t *testing.T) {
	t.Parallel()
	large := sandbox.Size{Roles: 100, Users: 40, ClientApplications: 40, APIUsers: 1000}
	id := args{"apiUserId": sandbox.ZapierSyncID}
	for name, c := range map[string]struct {
		tool      string
		arguments func(d *fixture) args
		asked     bool
		limit     func(r int) cost
	}{
		"get_api_user":    {"get_api_user", func(*fixture) args { return id }, false, func(int) cost { return cost{6, 3, 1} }},
		"list_api_users":  {"list_api_users", func(*fixture) args { return nil }, false, func(r int) cost { return cost{4 + r, 3, 1} }},
		"audit_api_users": {"audit_api_users", func(*fixture) args { return nil }, false, func(r int) cost { return cost{5 + r, 3, 5 + r} }},
		"delete_api_user, nobody asked": {"delete_api_user", func(*fixture) args { return id }, false,
			func(int) cost { return cost{8, 3, 2} }},
		"delete_api_user, asked": {"delete_api_user", func(*fixture) args { return id }, true,
			func(int) cost { return cost{11, 5, 6} }},
		"create_role": {"create_role", func(*fixture) args {
			return args{"name": "R", "needs": []string{"projects:read", "timeentries:read"}}
		}, true, func(int) cost { return cost{115, 12, 5} }},
		"delete_api_users of 50": {"delete_api_users", func(d *fixture) args { return args{"apiUserIds": d.addMany(50)} }, true,
			func(r int) cost { return cost{65 + r, 99, 99} }},
	} {
		for size, options := range map[string]sandbox.Options{"small": {Latency: latency}, "large": {Latency: latency, Size: large}} {
			bothEras(t, name+" "+size, setup{sandbox: options, policy: tools.Policy{Tools: everything()}}, func(t *testing.T, d *fixture) {
				// Another like the first, which costs what is not cached.
				twin, _ := d.box.APIUser(sandbox.ZapierSyncID)
				twin.ID = "11111111-2222-4333-8444-666666666666"
				d.box.AddAPIUser(twin)
				arguments := c.arguments(d)
				limit := c.limit(heldRoles(d))
				do := func(arguments args) answer {
					if c.asked {
						return says(accepts(args{"confirm": true, "count": 50})).call(d, c.tool, arguments)
					}
					return d.call(c.tool, arguments)
				}
				requests, steps := d.measure(func() { do(arguments) })
				// Beyond 50 requests, awork's rate limit itself takes its time.
				if requests > limit.requests || steps > limit.steps && requests <= 50 {
					t.Errorf("%d requests in %d steps, at most %d in %d: %v", requests, steps, limit.requests, limit.steps, d.seen())
				}
				again := 0
				if c.tool != "delete_api_users" {
					if _, ok := arguments["apiUserId"]; ok {
						arguments = args{"apiUserId": twin.ID}
					}
					again, _ = d.measure(func() { do(arguments) })
				}
				if again > limit.again {
					t.Errorf("%d requests again, at most %d", again, limit.again)
				}
				t.Logf("%-30s %-5s %s: %3d requests, %2d one after the other, %3d again", name, size, d.era, requests, steps, again)
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
