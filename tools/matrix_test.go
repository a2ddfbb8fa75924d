package tools_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// scenario is a call of a tool that succeeds where nothing goes wrong.
type scenario struct {
	tool string
	args args
}

func scenarios() []scenario {
	return []scenario{
		{"list_api_users", args{}},
		{"get_api_user", args{"apiUserId": sandbox.ZapierSyncID, "includeWebhooks": true}},
		{"create_api_user", args{"name": "Made in a matrix", "roleId": "Integration", "clientId": "zapier"}},
		{"create_api_user", args{"name": "Admin made in a matrix", "admin": true}},
		{"update_api_user", args{"apiUserId": sandbox.PowerBIReportID, "roleId": sandbox.TimeReaderRoleID}},
		{"update_api_user", args{"apiUserId": sandbox.AworkConnectorID, "name": "Renamed in a matrix"}},
		{"delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}},
		{"delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID, sandbox.HubSpotBridgeID, unknownID}}},
		{"audit_api_users", args{}},
		{"list_roles", args{"includePermissions": true}},
		{"list_client_applications", args{}},
		{"check_access", args{}},
	}
}

// upstream is a request that a tool makes: the nth of its method and path.
type upstream struct {
	method, path string
	nth          int
}

func (u upstream) String() string { return fmt.Sprintf("%s %s #%d", u.method, u.path, u.nth+1) }

// upstreamOf are the requests that a call makes where nothing goes wrong.
func upstreamOf(t *testing.T, s scenario) []upstream {
	d := open(t, setup{})
	d.call(s.tool, s.args)
	seen := map[string]int{}
	var all []upstream
	for _, r := range d.box.Requests() {
		key := r.Method + " " + r.Path
		all = append(all, upstream{r.Method, r.Path, seen[key]})
		seen[key]++
	}
	return all
}

// Every tool against every fault of the sandbox at every request it makes: what
// the outcome says must be what the sandbox's state says happened.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	var cells atomic.Int64
	t.Run("cells", func(t *testing.T) {
		for i, s := range scenarios() {
			t.Run(fmt.Sprintf("%d %s", i, s.tool), func(t *testing.T) {
				t.Parallel()
				// With time of its own, even a hang is over at once.
				synctest.Test(t, func(t *testing.T) {
					for _, u := range upstreamOf(t, s) {
						for _, f := range faultsAt(u) {
							if n := cells.Add(1); withRace && n%8 != 0 {
								continue // the detector needs the code run, not every cell of it
							}
							d := open(t, setup{})
							before := stateOf(d)
							d.box.AddFaults(f)
							a := d.call(s.tool, s.args)
							d.box.ClearFaults()
							if lie := lieOf(a, s, before, stateOf(d)); lie != "" {
								t.Errorf("%s at %s: %s: %s", f.String(), u, lie, a.text)
							}
							synctest.Wait()
						}
					}
				})
			})
		}
	})
	t.Logf("%d cells", cells.Load())
	if cells.Load() < 1000 {
		t.Errorf("only %d cells", cells.Load())
	}
}

// faultsAt are the faults to try at a request: once, and of a write also from
// then on.
func faultsAt(u upstream) []sandbox.Fault {
	var all []sandbox.Fault
	for _, f := range sandbox.Faults() {
		if f.Kind == sandbox.FaultLatency {
			continue // no fault by itself
		}
		f.Method, f.Path, f.Skip, f.Times = u.method, u.path, u.nth, 1
		all = append(all, f)
		if u.method != "GET" {
			f.Times = 0
			all = append(all, f)
		}
	}
	return all
}

// stateOf is the workspace as the sandbox has it.
func stateOf(d *fixture) map[string]sandbox.APIUser {
	m := map[string]sandbox.APIUser{}
	for _, u := range d.box.APIUsers() {
		u.UpdatedOn, u.UpdatedBy = u.CreatedOn, ""
		m[u.ID] = u
	}
	return m
}

// lieOf says in what an answer contradicts what happened; nothing where it does
// not.
func lieOf(a answer, s scenario, before, after map[string]sandbox.APIUser) string {
	id, _ := s.args["apiUserId"].(string)
	_, stands := after[id]
	switch outcome := a.outcome(); {
	case outcome == "unknown":
		return ""
	case s.tool == "delete_api_users":
		return lieOfBulk(a, before, after)
	case outcome == "deleted" && stands:
		return "it says deleted and the API user stands"
	case outcome == "deleted":
		delete(before, id)
	case outcome == "created":
		made := a.str("apiUserId")
		if _, known := before[made]; known || after[made].Name != s.args["name"] {
			return "it says created and there is no such API user"
		}
		delete(after, made)
	case outcome == "updated":
		want := before[id]
		if name, ok := s.args["name"].(string); ok {
			want.Name = name
		}
		if role, ok := s.args["roleId"].(string); ok {
			want.RoleID = role
		}
		before[id] = want
	}
	if !maps.Equal(before, after) {
		return "it does not say what has changed"
	}
	return ""
}

func lieOfBulk(a answer, before, after map[string]sandbox.APIUser) string {
	results, _ := a.structured["results"].([]any)
	for _, r := range results {
		item, _ := r.(map[string]any)
		id, _ := item["apiUserId"].(string)
		_, stood := before[id]
		_, stands := after[id]
		switch item["outcome"] {
		case "deleted":
			if stands || !stood {
				return id + " is reported to be deleted and is not"
			}
			delete(before, id)
		case "unknown":
			delete(before, id)
			delete(after, id)
		default:
			if stood != stands {
				return fmt.Sprintf("%s is reported to be %v and is gone", id, item["outcome"])
			}
		}
	}
	if !maps.Equal(before, after) {
		return "something else has changed"
	}
	if slices.Contains([]string{"deleted", "partial"}, a.outcome()) && len(results) == 0 {
		return "it has no results"
	}
	if strings.Contains(a.message(), "No API user was deleted") && strings.Contains(a.text, `"outcome":"deleted"`) {
		return "it says that nothing was deleted"
	}
	return ""
}
