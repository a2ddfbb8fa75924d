package tools_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// A rule of which no finding can be there, since what it looks at can't be read, is
// named: the absence of its findings says nothing.
func TestAuditNamesWhatItCouldNotCheck(t *testing.T) {
	t.Parallel()
	for path, rules := range map[string][]string{
		"/nowhere":            {},
		"/clientapplications": {"orphan"},
		"/users":              {"creator_left"},
		"/roles":              {"archived_role", "role_wider_than_traces", "unknown_role"},
		"/webhooks":           {"webhook_failing"},
		"/webhooks/*/logs":    {"webhook_failing"},
		"/companies":          {"role_wider_than_traces"},
	} {
		bothEras(t, path, setup{}, func(t *testing.T, d *fixture) {
			d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultStatus, Path: path, Status: 500})
			named := map[string]bool{}
			list, _ := d.call("audit_api_users", args{"includeTraces": true}).want("found").at("notChecked").([]any)
			for _, u := range list {
				u := u.(map[string]any)
				named[u["rule"].(string)] = u["why"].(string) != ""
			}
			got := slices.Sorted(maps.Keys(named))
			for _, rule := range rules {
				if !slices.Contains(got, rule) {
					t.Errorf("%s is not among %v", rule, got)
				}
			}
			if len(rules) < 2 && len(got) > len(rules)+1 || len(rules) == 0 && len(got) > 0 {
				t.Errorf("named are %v, and should be %v", got, rules)
			}
		})
	}
}
