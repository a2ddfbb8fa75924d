package tools_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// roleScenario is a call of create_role, and what goes wrong at first so that
// other requests are made.
type roleScenario struct {
	setup setup
	first []sandbox.Fault
	// every: every fault is tried, also at what comes before anything is made.
	every bool
}

func roleScenarios() map[string]roleScenario {
	family := tools.Policy{Tools: everything()}
	given := []sandbox.Permission{{Feature: "project-create", AccessLevels: []string{"write"}}}
	unfilled := sandbox.Fault{Kind: sandbox.FaultUnauthorized, Method: "POST", Path: "/roles/*/permissions"}
	halfFilled := unfilled
	halfFilled.Skip = 1
	return map[string]roleScenario{
		"made":          {setup: setup{policy: family}, every: true},
		"made of more":  {setup: setup{policy: family, sandbox: sandbox.Options{NewRolePermissions: given}}},
		"removed":       {setup: setup{policy: family}, first: []sandbox.Fault{unfilled}},
		"half, removed": {setup: setup{policy: family}, first: []sandbox.Fault{halfFilled}},
		"not removed": {setup: setup{policy: family}, first: []sandbox.Fault{halfFilled,
			{Kind: sandbox.FaultStatus, Status: 400, Code: "invalid-operation", Method: "POST", Path: "/roles/*/delete"}}},
	}
}

// requestsOf are the requests of a call, those before the first write only once:
// they are the same in each.
func (s roleScenario) requestsOf(t *testing.T) []upstream {
	d := open(t, s.setup)
	d.box.AddFaults(s.first...)
	d.call("create_role", export("Nightly Export"))
	seen := map[string]int{}
	var all []upstream
	written := false
	for _, r := range d.box.Requests() {
		path := r.Path
		if parts := strings.Split(path, "/"); len(parts) > 2 && parts[1] == "roles" {
			parts[2] = "*"
			path = strings.Join(parts, "/")
		}
		u := upstream{r.Method, path, seen[r.Method+path]}
		seen[r.Method+path]++
		written = written || r.Method != http.MethodGet
		if written || s.every && (u.nth == 0 || path == "/roles") {
			all = append(all, u)
		}
	}
	return all
}

// Every fault of the sandbox at every request that create_role makes, the removal
// of a role that could not be filled included: afterwards the role holds exactly
// what was asked, or is gone, or the result says what is left.
func TestCreateRoleUnderEveryFault(t *testing.T) {
	t.Parallel()
	var cells, left atomic.Int64
	t.Run("cells", func(t *testing.T) {
		for name, s := range roleScenarios() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					for _, u := range s.requestsOf(t) {
						for _, f := range faultsAt(u) {
							foreign := f.Kind == sandbox.FaultForeign || f.Kind == sandbox.FaultForeignAfter
							if foreign && (u.method == "GET" || !s.every) && f.Status != 200 && f.Status != 404 {
								continue // nothing that another status does not show
							}
							huge := strings.HasPrefix(string(f.Kind), "huge") // which takes its time
							if n := cells.Add(1); withRace && n%8 != 0 || huge && (u.method == "GET" || f.Times == 0) {
								continue
							}
							d := open(t, s.setup)
							before := d.box.Roles()
							d.box.AddFaults(f)
							d.box.AddFaults(s.first...)
							a := d.call("create_role", export("Nightly Export"))
							d.box.ClearFaults()
							if lie := lieOfRole(a, "Nightly Export", exportRights, before, d.box.Roles()); lie != "" {
								t.Errorf("%s at %s: %s: %s", f.String(), u, lie, a.text)
							}
							if a.at("exists") != nil {
								left.Add(1)
							}
							synctest.Wait()
						}
					}
				})
			})
		}
	})
	t.Logf("%d cells, something left in %d", cells.Load(), left.Load())
	if cells.Load() < 1000 || left.Load() == 0 && !withRace {
		t.Errorf("only %d cells, something left in %d", cells.Load(), left.Load())
	}
}

// lieOfRole says in what an answer of create_role contradicts what happened to the
// roles; nothing where it does not. name and rights are those asked for.
func lieOfRole(a answer, name, rights string, before, after []sandbox.Role) string {
	made, there := newAmong(before, after)
	if !maps.Equal(rightsOf(before, ""), rightsOf(after, made.ID)) {
		return "another role has changed"
	}
	exists := a.at("exists") != nil
	named := a.str("roleId")
	gone := strings.Contains(a.message(), "nothing exists of it") || strings.Contains(a.message(), "No role was created.") ||
		strings.Contains(a.message(), "Nothing was changed.")
	switch {
	case a.outcome() == "created":
		if !there || made.Name != name || permissionsOf(made) != rights || named != made.ID || exists {
			return fmt.Sprintf("it says created, and there is %q with %q", made.ID, permissionsOf(made))
		}
	case a.outcome() == "unknown":
		if !strings.Contains(a.message(), name) || !strings.Contains(a.message(), "list_roles") || gone {
			return "it does not say what to look for"
		}
		if there && exists && named != made.ID {
			return "it names another role"
		}
	case exists:
		if !there || named != made.ID || a.str("exists", 0, "id") != made.ID || !strings.Contains(a.message(), made.ID) || gone {
			return "it says that a role is left, and that is not so"
		}
		for _, p := range made.Permissions {
			if !strings.Contains(a.message(), p.Feature) && !strings.Contains(a.message(), "could not be read") {
				return "it does not say that what is left has " + p.Feature
			}
		}
	case there:
		return "it does not say that a role is left"
	case !gone:
		return "it does not say that nothing is left"
	}
	return ""
}

// newAmong returns the role that is there now and was not before.
func newAmong(before, after []sandbox.Role) (made sandbox.Role, ok bool) {
	for _, r := range after {
		if !slices.ContainsFunc(before, func(b sandbox.Role) bool { return b.ID == r.ID }) {
			made, ok = r, true
		}
	}
	return made, ok
}

// rightsOf are what roles may do, one apart.
func rightsOf(roles []sandbox.Role, except string) map[string]string {
	m := map[string]string{}
	for _, r := range roles {
		if r.ID != except {
			m[r.ID] = r.Name + " " + permissionsOf(r)
		}
	}
	return m
}
