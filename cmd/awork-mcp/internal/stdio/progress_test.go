package stdio

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

// manyNotifications are as many as an outbox holds.
const manyNotifications = 256

func progress() mcp.JSONRPCNotification {
	n := mcp.Notification{Method: "notifications/progress"}
	return mcp.JSONRPCNotification{JSONRPC: mcp.JSONRPC_VERSION, Notification: n}
}

// In 200 bursts at once, all progress comes before its answer, in order.
func TestProgressComesBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	for _, era := range eras {
		for _, length := range []int{1, 5, manyNotifications} {
			h := start(t)
			h.open(era)
			const bursts = 200
			for i := range bursts {
				id := strconv.Itoa(i)
				h.send(call(era, id, "progress", fmt.Sprintf(`{"token":"t%s","n":%d}`, id, length)))
			}
			seen, answered := make(map[string]int), 0
			for answered < bursts {
				r := h.next()
				if r.Method == "" {
					answered++
					if token := "t" + string(r.ID); r.text() != token || seen[token] != length {
						t.Fatalf("%s: after %d of %d: %+v", era, seen[token], length, r)
					}
					continue
				}
				token := r.Params["progressToken"].(string)
				if int(r.Params["progress"].(float64)) != seen[token] {
					t.Fatalf("%s: out of order: %+v", era, r)
				}
				seen[token]++
			}
			if rest := h.end(); rest != nil {
				t.Errorf("%s: after the answers: %+v", era, rest)
			}
		}
	}
}
