package main_test

import (
	"encoding/json"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// Who asks for progress gets a notification of each deletion, in order and before the
// answer; who does not gets none.
func TestProgressOfABulkDelete(t *testing.T) {
	t.Parallel()
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		h := via.open(s, nil, w.env(s, w.admin))
		params := mcptest.ToolCall("delete_api_users", map[string]any{"apiUserIds": []string{
			sandbox.ZapierSyncID, sandbox.HubSpotBridgeID, sandbox.DatevExportID, sandbox.WebsiteFormsID}})
		params["_meta"] = map[string]any{"progressToken": "bulk-7"}
		if a := answered(t, ask(t, h, "tools/call", params)); a.Outcome != "deleted" || len(a.Results) != 4 {
			t.Fatalf("got %s", a.text)
		}
		var last, total float64
		for len(h.Notes()) > 0 {
			var p struct {
				ProgressToken   string
				Progress, Total float64
				Message         string
			}
			n := <-h.Notes()
			if err := json.Unmarshal(n.Params, &p); err != nil || n.Method != "notifications/progress" || p.ProgressToken != "bulk-7" || p.Progress <= last || p.Message == "" {
				t.Errorf("after %v: %s %s", last, n.Method, n.Params)
			}
			last, total = p.Progress, p.Total
		}
		if last != 4 || total != 4 {
			t.Errorf("the last word is %v of %v", last, total)
		}
		if a := call(t, h, "delete_api_users", map[string]any{"apiUserIds": []string{sandbox.TimeDashboardID}}); a.Outcome != "deleted" {
			t.Errorf("without progress: %s", a.text)
		}
		if n := len(h.Notes()); n > 0 {
			t.Errorf("%d notifications that nobody asked for", n)
		}
	})
}
