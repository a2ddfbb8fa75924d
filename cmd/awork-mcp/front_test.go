package main_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// The guard of the HTTP transports, from where an attacker stands.
func TestWhoIsRefusedOverHTTP(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	x := s.web(nil, w.env(s, w.admin))
	session := x.streamable(legacy).SessionID
	_, port, _ := strings.Cut(x.addr, ":")
	deletion := mcptest.Message(legacy, 1, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
	stateless := mcptest.Message(modern, 1, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
	headers := []string{"MCP-Protocol-Version", string(modern), "Mcp-Method", "tools/call", "Mcp-Name", "delete_api_user"}
	for name, c := range map[string]struct {
		method, path string
		body         []byte
		header       []string
		status       int
	}{
		"Host":                    {"POST", "/mcp", stateless, append([]string{"Host", "evil.example"}, headers...), 403},
		"Host with our port":      {"POST", "/mcp", stateless, append([]string{"Host", "evil.example:" + port}, headers...), 403},
		"Host like ours":          {"POST", "/mcp", stateless, append([]string{"Host", "127.0.0.1.evil.example"}, headers...), 403},
		"Origin":                  {"POST", "/mcp", stateless, append([]string{"Origin", "https://evil.example"}, headers...), 403},
		"Origin null":             {"POST", "/mcp", stateless, append([]string{"Origin", "null"}, headers...), 403},
		"Origin of another port":  {"POST", "/mcp", stateless, append([]string{"Origin", "http://127.0.0.1:1"}, headers...), 403},
		"Host of the stream":      {"GET", "/sse", nil, []string{"Host", "evil.example"}, 403},
		"Origin of the stream":    {"GET", "/sse", nil, []string{"Origin", "https://evil.example"}, 403},
		"Origin of the messages":  {"POST", "/message?sessionId=1", deletion, []string{"Origin", "https://evil.example"}, 403},
		"Host of a session":       {"GET", "/mcp", nil, []string{"Host", "evil.example", "Mcp-Session-Id", session}, 403},
		"Origin ends no session":  {"DELETE", "/mcp", nil, []string{"Origin", "https://evil.example", "Mcp-Session-Id", session}, 403},
		"preflight":               {"OPTIONS", "/mcp", nil, []string{"Origin", "https://evil.example", "Access-Control-Request-Method", "POST"}, 403},
		"plain text":              {"POST", "/mcp", stateless, append([]string{"Content-Type", "text/plain"}, headers...), 415},
		"plain text, messages":    {"POST", "/message?sessionId=1", deletion, []string{"Content-Type", "text/plain"}, 415},
		"a form":                  {"POST", "/mcp", stateless, append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...), 415},
		"2 MiB":                   {"POST", "/mcp", make([]byte, 2<<20), headers, 413},
		"2 MiB of messages":       {"POST", "/message?sessionId=1", make([]byte, 2<<20), nil, 413},
		"an invented session":     {"POST", "/mcp", deletion, []string{"Mcp-Session-Id", "mcp-session-00000000-0000-4000-8000-000000000001"}, 404},
		"no session at all":       {"POST", "/mcp", deletion, []string{"Mcp-Session-Id", "1"}, 404},
		"an invented stream":      {"POST", "/message?sessionId=1", deletion, nil, 404},
		"another path":            {"GET", "/", nil, nil, 404},
		"another method":          {"PUT", "/mcp", deletion, nil, 405},
		"a read of a later era":   {"GET", "/mcp", nil, []string{"MCP-Protocol-Version", string(modern)}, 405},
		"a method in no header":   {"POST", "/mcp", stateless, []string{"MCP-Protocol-Version", string(modern)}, 400},
		"another tool in headers": {"POST", "/mcp", stateless, []string{"MCP-Protocol-Version", string(modern), "Mcp-Method", "tools/call", "Mcp-Name", "get_api_user"}, 400},
	} {
		status, text, header := x.get(t, c.method, c.path, c.body, c.header...)
		if status != c.status {
			t.Errorf("%s: %d %.200s", name, status, text)
		}
		if got := header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s: Access-Control-Allow-Origin: %s", name, got)
		}
	}
	if n := len(w.Requests()); n > 0 {
		t.Errorf("awork saw %d requests", n)
	}

	// And who is not.
	for name, header := range map[string][]string{
		"localhost":         {"Host", "localhost:" + port},
		"its own origin":    {"Origin", "http://" + x.addr},
		"localhost as page": {"Origin", "http://localhost:" + port},
	} {
		body := mcptest.Message(modern, 1, "tools/list", nil)
		status, text, _ := x.get(t, "POST", "/mcp", body, append(header, "MCP-Protocol-Version", string(modern), "Mcp-Method", "tools/list")...)
		if status != http.StatusOK {
			t.Errorf("%s: %d %.200s", name, status, text)
		}
	}
	if status, _, _ := x.get(t, "GET", "/healthz", nil, "Host", "probe.example"); status != http.StatusOK {
		t.Errorf("/healthz: %d", status)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	x := s.web([]string{"--sandbox"}, nil)
	h := x.streamable(legacy)
	if a := call(t, h, "list_roles", nil); a.Outcome != "found" {
		t.Errorf("in a session: %s", a.text)
	}
	if status, text, _ := x.get(t, "DELETE", "/mcp", nil, h.headers()...); status != http.StatusOK && status != http.StatusNoContent {
		t.Errorf("DELETE: %d %s", status, text)
	}
	body := mcptest.Message(legacy, 2, "tools/call", mcptest.ToolCall("list_roles", nil))
	if status, text, _ := x.get(t, "POST", "/mcp", body, h.headers()...); status != http.StatusNotFound {
		t.Errorf("after its end: %d %s", status, text)
	}
}

// Origins and hosts of the settings are let in, and get the answers that
// browsers want.
func TestOriginsAndHostsOfTheSettings(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	x := s.web([]string{"--sandbox", "--allowed-origins", "https://app.example.com", "--public-url", "https://mcp.example.com/awork"},
		[]string{"AWORK_MCP_ALLOWED_HOSTS=inner.example.com,other.example.com"})
	status, text, header := x.get(t, "OPTIONS", "/mcp", nil, "Origin", "https://app.example.com", "Access-Control-Request-Method", "POST",
		"Access-Control-Request-Headers", "content-type,mcp-protocol-version,mcp-method,mcp-name,mcp-session-id")
	if status/100 != 2 || header.Get("Access-Control-Allow-Origin") != "https://app.example.com" || !strings.Contains(strings.ToLower(header.Get("Access-Control-Allow-Headers")), "mcp-method") {
		t.Errorf("preflight: %d %s %v", status, text, header)
	}
	for _, host := range []string{"mcp.example.com", "inner.example.com", "other.example.com:8443", "localhost"} {
		body := mcptest.Message(modern, 1, "tools/list", nil)
		status, text, _ := x.get(t, "POST", "/mcp", body, "Host", host, "MCP-Protocol-Version", string(modern), "Mcp-Method", "tools/list")
		if status != http.StatusOK {
			t.Errorf("Host %s: %d %s", host, status, text)
		}
	}
	res, err := x.do("GET", "/sse", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	buf := make([]byte, 200)
	n, _ := res.Body.Read(buf)
	if !strings.Contains(string(buf[:n]), "/awork/message?sessionId=") {
		t.Errorf("the stream begins with %q", buf[:n])
	}
}
