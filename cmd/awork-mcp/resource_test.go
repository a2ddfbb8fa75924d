package main_test

import (
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// A resource that is not there is named as it was asked for, on every transport.
func TestMissingResource(t *testing.T) {
	t.Parallel()
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		h := via.open(s, []string{"--sandbox"}, nil)
		for _, uri := range []string{
			"awork://api-users/11111111-2222-4333-8444-555555555555", "awork://api-users/x", "awork://nothing",
		} {
			r := ask(t, h, "resources/read", map[string]any{"uri": uri})
			if r.Error == nil || r.Error.Message != `there is no resource "`+uri+`"` ||
				r.Error.Code != -32602 && r.Error.Code != -32002 {
				t.Errorf("%s: %+v", uri, r.Error)
			}
		}
		r := ask(t, h, "resources/read", map[string]any{"uri": "awork://api-users/" + sandbox.ZapierSyncID})
		if r.Error != nil {
			t.Errorf("one that is there: %+v", *r.Error)
		}
	})
}
