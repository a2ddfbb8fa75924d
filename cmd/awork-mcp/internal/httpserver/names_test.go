package httpserver

import (
	"net/http"
	"strings"
	"testing"
)

// A gateway in front reads the same call as the server, on each transport.
func TestNamesAreExact(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	session := x.session()
	_, post := x.stream()
	modernCall, modernHeader := modern(1, "echo", "")
	for body, id := range map[string]string{
		strings.Replace(call(1, "echo", ""), `"params"`, "\"param\u017f\"", 1):               "1",
		strings.Replace(call(1, "echo", ""), `"method"`, `"Method"`, 1):                      "1",
		strings.Replace(call(1, "echo", ""), `"id":1`, `"ID":1`, 1):                          "null",
		strings.Replace(call(1, "echo", ""), `"id":1`, `"id":2,"id":1`, 1):                   "null",
		strings.Replace(call("a", "echo", ""), `"name":""`, `"name":"","name":"x"`, 1):       `"a"`,
		strings.Replace(call(1, "echo", ""), `"name":"echo"`, `"name":"echo","NAME":"x"`, 1): "1",
	} {
		status, answer, _ := x.send("POST", "/mcp", body, session...)
		want := `"id":` + id + `,"error":{"code":-32600,`
		if status != http.StatusBadRequest || !strings.Contains(answer, want) {
			t.Errorf("/mcp, %s: %d %s", body, status, answer)
		}
		if status := post(body); status != http.StatusBadRequest {
			t.Errorf("/message, %s: %d", body, status)
		}
	}
	body := strings.Replace(modernCall, `"name":"echo"`, `"name":"echo","name":"panic"`, 1)
	if status, answer, _ := x.send("POST", "/mcp", body, modernHeader...); status != http.StatusBadRequest {
		t.Errorf("2026-07-28: %d %s", status, answer)
	}
}

// A byte order mark, and PHP's [] for an object without members, do no harm.
func TestHarmlessHabits(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	first := strings.Replace(initialize, `"capabilities":{}`, `"capabilities":{"roots":[],"elicitation":[]}`, 1)
	status, answer, header := x.send("POST", "/mcp", "\ufeff"+first)
	if status != http.StatusOK {
		t.Fatalf("initialize: %d %s", status, answer)
	}
	session := []string{"Mcp-Session-Id", header.Get("Mcp-Session-Id")}
	modernCall, modernHeader := modern(1, "echo", "")
	for body, header := range map[string][]string{
		`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}`:                                        session,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":[],"_meta":[]}}`: session,
		strings.Replace(modernCall, `clientCapabilities":{}`, `clientCapabilities":[]`, 1):                  modernHeader,
		strings.Replace(modernCall, `clientCapabilities":{}`, `clientCapabilities":{"elicitation":[ ]}`, 1): modernHeader,
	} {
		status, answer, _ := x.send("POST", "/mcp", "\ufeff"+body, header...)
		if status != http.StatusOK || !strings.Contains(answer, `"result"`) {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
	lines, post := x.stream()
	status = post("\ufeff" + `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}`)
	if status != http.StatusAccepted {
		t.Errorf("/message: %d", status)
	}
	if got := next(t, lines); !strings.Contains(got, `"tools"`) {
		t.Errorf("SSE: %s", got)
	}
}
