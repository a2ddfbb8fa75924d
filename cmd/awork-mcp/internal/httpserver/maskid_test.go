package httpserver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Clients find the request of an answer by its id, digit by digit.
func TestIDsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	session := x.session()
	lines, post := x.stream()
	for _, id := range []string{"0", "-1", "7", `"7"`, `""`, "1.50", "1e2", "9007199254740993", "-123456789012345678901234567890"} {
		want := `"id":` + id + ","
		for _, tool := range []string{"echo", "nope", "progress"} {
			lone, header := modern(1, tool, "")
			lone = strings.Replace(lone, `"id":1`, `"id":`+id, 1)
			if _, got, _ := x.send("POST", "/mcp", " "+lone+"\r\n", header...); !strings.Contains(got, want) {
				t.Errorf("modern %s, %s: %s", tool, id, got)
			}
			body := strings.Replace(call(1, tool, ""), `"id":1`, `"id":`+id, 1)
			if _, got, _ := x.send("POST", "/mcp", body, session...); !strings.Contains(got, want) {
				t.Errorf("legacy %s, %s: %s", tool, id, got)
			}
			post(body)
			got := next(t, lines)
			for strings.Contains(got, "notifications/progress") {
				got = next(t, lines)
			}
			if !strings.Contains(got, want) {
				t.Errorf("SSE %s, %s: %s", tool, id, got)
			}
		}
		listen := fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"subscriptions/listen","params":{"notifications":{},"_meta":{%s}}}`,
			id, modernMeta)
		_, got, _ := x.send("POST", "/mcp", listen, "MCP-Protocol-Version", "2026-07-28", "Mcp-Method",
			"subscriptions/listen")
		if n := strings.Count(got, `"io.modelcontextprotocol/subscriptionId":`+id+"}"); n != 2 {
			t.Errorf("listen, %s: %s", id, got)
		}
	}
}

// Some ids that differ are one to mcp-go.
func TestIDsAreCancelledApart(t *testing.T) {
	t.Parallel()
	for _, ids := range [][2]string{{"9007199254740992", "9007199254740993"}, {"7", `"7"`}, {`"7"`, "7"}, {"1.5", `"1.5"`}} {
		one, other := ids[0], ids[1]
		x := start(t, Options{})
		session := x.session()
		lines, post := x.stream()
		wait := func(id string) string { return strings.Replace(call(1, "wait", ""), `"id":1`, `"id":`+id, 1) }

		stays, cancels := x.later(wait(one), session...), x.later(wait(other), session...)
		x.began()
		x.began()
		x.send("POST", "/mcp", cancelled(other), session...)
		if err := receive(t, x.ended); !errors.Is(err, context.Canceled) {
			t.Errorf("the cancelled call, %s: %v", other, err)
		}
		cancels()
		post(wait(one))
		post(wait(other))
		x.began()
		x.began()
		post(cancelled(other))
		if err := receive(t, x.ended); !errors.Is(err, context.Canceled) {
			t.Errorf("the cancelled call over SSE, %s: %v", other, err)
		}
		close(x.release)
		for _, got := range []string{stays(), next(t, lines)} {
			if !strings.Contains(got, `"id":`+one+",") || !strings.Contains(got, "waited") {
				t.Errorf("the other call, %s: %s", one, got)
			}
		}
	}
}
