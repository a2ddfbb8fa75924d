package tools_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// A 404 to a write whose record was read just before: the record is gone, perhaps by
// a DELETE that was sent twice on the way. Nothing claims that it was not deleted.
func TestGoneBeforeTheWrite(t *testing.T) {
	t.Parallel()
	const id = sandbox.ZapierSyncID
	const first = "this call's own first attempt"
	zapier := args{"apiUserId": id}
	for name, c := range map[string]struct {
		method, tool string
		arguments    args
		outcome      string
		message      []any
		says, not    string
	}{
		"delete": {"DELETE", "delete_api_user", zapier, "not_found", []any{"message"}, first, "never was"},
		"bulk": {"DELETE", "delete_api_users", args{"apiUserIds": []string{id}}, "partial",
			[]any{"results", 0, "message"}, first, "never was"},
		"update": {"PUT", "update_api_user", args{"apiUserId": id, "name": "Z"}, "not_found",
			[]any{"message"}, "somebody else", first},
	} {
		bothEras(t, name, setup{}, func(t *testing.T, d *fixture) {
			d.wire.hook(func(r *http.Request) {
				if r.Method == c.method {
					d.box.RemoveAPIUser(id)
				}
			}, nil)
			a := d.call(c.tool, c.arguments).want(c.outcome)
			message := a.str(c.message...)
			for _, want := range []string{`"Zapier Sync" was there`, "is gone", c.says} {
				if !strings.Contains(message, want) {
					t.Errorf("no %q in %s", want, message)
				}
			}
			if strings.Contains(message, c.not) || claimsNoEffect(message) {
				t.Error(message)
			}
		})
	}
}
