package tools_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// onFirstDelete has change run when the first DELETE comes.
func (d *fixture) onFirstDelete(change func()) {
	var once sync.Once
	d.wire.hook(func(r *http.Request) {
		if r.Method == http.MethodDelete {
			once.Do(change)
		}
	}, nil)
}

// What changes while a bulk delete runs is not deleted: it is not what a human
// agreed to, and may be protected now.
func TestBulkDeleteLooksAgain(t *testing.T) {
	t.Parallel()
	protected := setup{policy: tools.Policy{Protect: []string{"prod-*"}, Confirm: "never"}}
	bothEras(t, "renamed", protected, func(t *testing.T, d *fixture) {
		ids := d.addMany(20)
		d.onFirstDelete(func() {
			for _, id := range ids[10:] {
				d.rename(id, "prod-x")
			}
		})
		a := d.call("delete_api_users", args{"apiUserIds": ids}).want("partial", "10 deleted", "10 not_attempted")
		if m := a.str("results", 19, "message"); !strings.Contains(m, "has changed since") || !strings.Contains(m, "prod-x") {
			t.Errorf("the last: %s", m)
		}
		for _, id := range ids[10:] {
			if !d.stands(id) {
				t.Errorf("%s is gone", id)
			}
		}
	})
	bothEras(t, "gone", protected, func(_ *testing.T, d *fixture) {
		ids := d.addMany(20)
		d.onFirstDelete(func() { d.box.RemoveAPIUser(ids[15]) })
		d.call("delete_api_users", args{"apiUserIds": ids}).want("partial", "19 deleted", "1 not_found").
			same("not_found", "results", 15, "outcome")
	})
	bothEras(t, "a list that fails", protected, func(_ *testing.T, d *fixture) {
		ids := d.addMany(20)
		d.onFirstDelete(func() {
			d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 500, Method: "GET", Path: "/apiusers"})
		})
		d.call("delete_api_users", args{"apiUserIds": ids}).want("partial", "10 deleted", "10 not_attempted")
	})
}
