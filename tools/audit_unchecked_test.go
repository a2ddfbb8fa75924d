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
		"/nowhere":             {},
		"/clientapplications":  {"orphan"},
		"/users":               {"creator_left"},
		"/roles":               {"archived_role", "role_wider_than_traces", "unknown_role"},
		"/roles/*/permissions": {"role_wider_than_traces"},
		"/webhooks":            {"webhook_failing"},
		"/webhooks/*/logs":     {"webhook_failing"},
		"/companies":           {"role_wider_than_traces"},
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

// Without who the token is, an audit can't leave its own API user out, and says so.
func TestAuditWithoutItsOwner(t *testing.T) {
	t.Parallel()
	fault := sandbox.Fault{Kind: sandbox.FaultStatus, Path: "/me", Status: 500}
	bothEras(t, "me", setup{faults: []sandbox.Fault{fault}}, func(_ *testing.T, d *fixture) {
		d.call("audit_api_users", nil).want("found").warns("its own API user may be among the findings")
	})
}

// Deliveries of webhooks that can't be read are named, and nobody else's.
func TestUnreadDeliveriesAreNamed(t *testing.T) {
	t.Parallel()
	bothEras(t, "deliveries that can't be read", setup{}, func(t *testing.T, d *fixture) {
		d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 500, Path: "/webhooks/*/logs"})
		a := d.traces(sandbox.WebsiteFormsID).want("found", "created in webhooks", "webhook deliveries (awork did not answer")
		a.same("webhook deliveries", "traces", "notLookedAt", 0, "area")
		if n := len(d.traces(sandbox.ZapierSyncID).list("traces", "notLookedAt")); n != 1 {
			t.Errorf("one without webhooks lacks %d areas", n)
		}
		d.call("audit_api_users", args{"includeTraces": true}).
			want("found", "webhook deliveries (awork did not answer as it should; for 2 of 12 API users)")
	})
}
