package tools_test

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// A result line that can't be written takes nothing from the truth: what is
// deleted is deleted, and the log says which write has no result.
func TestNoResultLine(t *testing.T) {
	t.Parallel()
	const words = "this write has no result line"
	bothEras(t, "a journal that goes away", setup{}, func(t *testing.T, d *fixture) {
		k := newJournalFile(t)
		d = d.with(tools.Options{Journal: k.Journal})
		d.call("delete_api_user", args{"apiUserId": sandbox.DatevExportID}).want("deleted")
		if strings.Contains(d.log.String(), words) {
			t.Errorf("of a write that has one: %s", d.log.String())
		}
		d.wire.hook(func(r *http.Request) {
			if r.Method == http.MethodDelete {
				if err := errors.Join(os.Remove(k.path), os.Mkdir(k.path, 0o700)); err != nil {
					t.Error(err)
				}
			}
		}, nil)
		d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("deleted")
		if !strings.Contains(d.log.String(), words) {
			t.Errorf("the log: %s", d.log.String())
		}
	})
}
