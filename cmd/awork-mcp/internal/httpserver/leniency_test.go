package httpserver

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Hosted assistants forget the session id.
func TestRequestsWithoutASessionID(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	x.session()
	if status, _, _ := x.send("POST", "/mcp", `{"jsonrpc":"2.0","method":"notifications/initialized"}`); status != http.StatusAccepted {
		t.Errorf("initialized: %d", status)
	}
	for _, version := range []string{"2025-11-25", "2025-03-26", ""} {
		var header []string
		if version != "" {
			header = []string{"MCP-Protocol-Version", version}
		}
		status, answer, got := x.send("POST", "/mcp", call(1, "echo", ""), header...)
		if status != http.StatusOK || !strings.Contains(answer, "echoed") || got.Get("Mcp-Session-Id") != "" {
			t.Errorf("a call of %q: %d %s", version, status, answer)
		}
	}
	if n := x.server.streamable.sessions.count(); n != 1 {
		t.Errorf("%d sessions", n)
	}
	// Nobody can be asked, and one client's cancellation does not hit another's call.
	if _, answer, _ := x.send("POST", "/mcp", call(1, "ask", "")); !strings.Contains(answer, `"error"`) {
		t.Errorf("a question: %s", answer)
	}
	waiting := x.later(call(1, "wait", ""))
	x.began()
	x.send("POST", "/mcp", cancelled(1))
	close(x.release)
	if got := waiting(); !strings.Contains(got, "waited") {
		t.Error(got)
	}
}

// The addresses may end with a slash: clients don't follow redirects.
func TestSlashAtTheEnd(t *testing.T) {
	t.Parallel()
	const issuer = "https://id.example.com"
	x := start(t, Options{Auth: book{issuer}})
	body, header := modern(1, "echo", "")
	status, answer, _ := x.send("POST", "/mcp/", body, with(header, bearer("ann"))...)
	if status != http.StatusOK || !strings.Contains(answer, "echoed") {
		t.Errorf("/mcp/: %d %s", status, answer)
	}
	lines := events(x.do(x.request("GET", "/sse/", "", bearer("ann")...)).Body)
	path, query, _ := strings.Cut(next(t, lines), "?")
	if status, _, _ := x.send("POST", path+"/?"+query, call(1, "echo", ""), bearer("ann")...); status != http.StatusAccepted {
		t.Errorf("/message/: %d", status)
	}
	if got := next(t, lines); !strings.Contains(got, "echoed") {
		t.Error(got)
	}
	_, _, refused := x.send("POST", "/mcp/", body, header...)
	at := x.url + wellKnown + "/mcp/"
	if got := refused.Get("WWW-Authenticate"); !strings.Contains(got, at) {
		t.Errorf("WWW-Authenticate: %s", got)
	}
	if _, text, _ := x.send("GET", wellKnown+"/mcp/", ""); !strings.Contains(text, `"resource":"`+x.url+`/mcp/"`) {
		t.Error(text)
	}
}

// Proxies take a stream for dead that is silent for a minute.
func TestSilentStreamsCarryComments(t *testing.T) {
	t.Parallel()
	x := start(t, Options{}, func(b *bounds) { b.keepAlive = 20 * time.Millisecond })
	session := x.session()
	asked, _ := x.asked(session, "")
	for name, lines := range map[string]*bufio.Scanner{
		"GET":      events(x.do(x.request("GET", "/mcp", "", session...)).Body),
		"/sse":     events(x.do(x.request("GET", "/sse", "")).Body),
		"question": asked,
	} {
		for comments := 0; comments < 3; {
			if !lines.Scan() {
				t.Fatalf("%s: the stream ended: %v", name, lines.Err())
			}
			if strings.HasPrefix(lines.Text(), ":") {
				comments++
			}
		}
	}
	if keepAlive := defaultBounds().keepAlive; keepAlive > 20*time.Second {
		t.Errorf("a comment every %s", keepAlive)
	}
}

func TestBodiesAsTheyComeFromClients(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	body, header := modern(1, "echo", "")
	if status, answer, _ := x.send("POST", "/mcp", "\ufeff"+body, header...); status != 200 ||
		!strings.Contains(answer, "echoed") {
		t.Errorf("a byte order mark: %d %s", status, answer)
	}
	lines, post := x.stream()
	post("\ufeff" + call(1, "echo", ""))
	if got := next(t, lines); !strings.Contains(got, "echoed") {
		t.Errorf("a byte order mark over SSE: %s", got)
	}
	// PHP writes empty objects so.
	if status, answer, _ := x.send("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}`); status != 200 ||
		!strings.Contains(answer, `"echo"`) {
		t.Errorf("an empty array: %d %s", status, answer)
	}
	for encoding, want := range map[string]int{"gzip": 415, "br": 415, "identity": 200} {
		status, text, got := x.send("POST", "/mcp", body, with(header, []string{"Content-Encoding", encoding})...)
		if status != want || (status == 415) != (got.Get("Accept-Encoding") == "identity") {
			t.Errorf("%s: %d %s", encoding, status, text)
		}
	}
}
