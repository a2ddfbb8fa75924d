package httpserver

import (
	"fmt"
	"strings"
	"testing"
)

// A subscription to nothing that there is ends at once, but not before it has
// been acknowledged.
func TestListenIsAcknowledgedFirst(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	for i := range 100 {
		body := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},"_meta":{%s}}}`,
			i, modernMeta)
		lines := events(x.do(x.request("POST", "/mcp", body, "MCP-Protocol-Version", "2026-07-28", "Mcp-Method",
			"subscriptions/listen")).Body)
		for _, want := range []string{`"method":"notifications/subscriptions/acknowledged"`, `"result":`} {
			got := next(t, lines)
			if !strings.Contains(got, want) ||
				!strings.Contains(got, fmt.Sprintf(`"io.modelcontextprotocol/subscriptionId":%d`, i)) {
				t.Fatalf("stream %d: %s, not %s", i, got, want)
			}
		}
	}
}
