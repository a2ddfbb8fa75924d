package tools_test

import (
	"errors"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
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
