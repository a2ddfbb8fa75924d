package tools_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// Nothing is made whose secret could not be handed over: neither where that shows
// before the question nor where it shows after it.
func TestNothingIsMadeThatCantBeDelivered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tool      string
		arguments args
	}{
		"existing": {"issue_api_key", args{"apiUserId": sandbox.ZapierSyncID}},
		"new":      {"issue_api_key", args{"name": "Time Export", "roleId": "Time Tracking Reader"}},
		"rotation": {"rotate_api_key", args{"apiUserId": sandbox.ZapierSyncID}},
		"client":   {"create_client_application", args{"clientId": "vault", "displayName": "Vault", "isConfidential": true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newKeyFixture(t, nil)
			before := r.records()
			r.safe.broken = errors.New("the folder is gone")
			r.call(c.tool, c.arguments).want("blocked", "could not be handed over")
			r.safe.broken = nil
			r.form, r.meanwhile = true, func() {
				r.safe.mu.Lock()
				defer r.safe.mu.Unlock()
				r.safe.broken = errors.New("the folder is another one now")
			}
			r.call(c.tool, c.arguments).want("blocked", "could not be handed over")
			if made := r.made(before); len(made) > 0 {
				t.Errorf("made %v", made)
			}
		})
	}
}

// check_access says which tools can't work where secrets have nowhere to go.
func TestAccessWithoutADelivery(t *testing.T) {
	t.Parallel()
	for _, nowhere := range []bool{false, true} {
		r := newKeyFixture(t, func(o *tools.Options) {
			if nowhere {
				o.Delivery = nil
			}
		})
		works := map[string]bool{}
		for _, tool := range r.call("check_access", args{}).want("found").Tools {
			works[tool.Name] = tool.Works
			if !tool.Works && !strings.Contains(tool.Why, "--deliver") {
				t.Errorf("%s does not work: %s", tool.Name, tool.Why)
			}
		}
		for _, name := range []string{"issue_api_key", "rotate_api_key", "create_client_application", "generate_client_secret"} {
			if works[name] == nowhere {
				t.Errorf("with nowhere to go %t, %s works %t", nowhere, name, works[name])
			}
		}
		if !works["update_client_application"] || !works["delete_api_user"] || !works["suggest_role"] {
			t.Errorf("not everything else works: %v", works)
		}
	}
}
