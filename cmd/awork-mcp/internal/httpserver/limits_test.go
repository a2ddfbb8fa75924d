package httpserver

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
)

// The session that was idle longest makes way, and no busy one.
func TestSessionCap(t *testing.T) {
	t.Parallel()
	x := start(t, Options{}, func(b *bounds) { b.sessions = limits.Shares{Total: 3, PerCaller: 2} })
	first, second := x.session(), x.session()
	listening := x.do(x.request("GET", "/mcp", "", second...))
	third := x.session()
	use := func(session []string) int {
		status, _, _ := x.send("POST", "/mcp", call(1, "echo", ""), session...)
		return status
	}
	if use(first) != 200 {
		t.Error("the first session is gone")
	}
	fourth := x.session() // for third
	if a, b, c := use(first), use(third), use(fourth); a != 200 || b != 404 || c != 200 {
		t.Errorf("after one too many: %d, %d, %d", a, b, c)
	}
	one, two := x.later(call(1, "wait", ""), first...), x.later(call(1, "wait", ""), fourth...)
	x.began()
	x.began()
	status, _, header := x.send("POST", "/mcp", initialize)
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Errorf("all are busy: %d", status)
	}
	close(x.release)
	if a, b := one(), two(); !strings.Contains(a, "waited") || !strings.Contains(b, "waited") {
		t.Errorf("%s, %s", a, b)
	}
	if listening.StatusCode != http.StatusOK || use(second) != 200 {
		t.Error("the session with a stream has been ended")
	}
	if n := x.server.streamable.sessions.count(); n != 3 {
		t.Errorf("%d sessions are open", n)
	}
}

// Who opens sessions without end does so at their own cost.
func TestSessionsOfOneCaller(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}}, func(b *bounds) { b.sessions = limits.Shares{Total: 4, PerCaller: 2} })
	bobs := with(bearer("bob"), x.sessionAs("bob"))
	for range 10 {
		x.sessionAs("ann")
	}
	if status, _, _ := x.send("POST", "/mcp", call(1, "echo", ""), bobs...); status != 200 {
		t.Errorf("bob's session: %d", status)
	}
	if n := x.server.streamable.sessions.count(); n != 3 {
		t.Errorf("%d sessions are open", n)
	}
}

func TestSessionIdleEnd(t *testing.T) {
	t.Parallel()
	x := start(t, Options{}, func(b *bounds) { b.sessionIdle = time.Nanosecond })
	if status, _, _ := x.send("POST", "/mcp", call(1, "echo", ""), x.session()...); status != http.StatusNotFound {
		t.Errorf("after its idle end: %d", status)
	}
	if n := x.server.streamable.sessions.count(); n != 0 {
		t.Errorf("%d are left", n)
	}
}

// Its client has heard of no session.
func TestInitializeThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	for _, body := range []string{
		`{"jsonrpc":"2.0","method":"initialize"}`,
		`{"jsonrpc":"1.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}`,
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":5}}`,
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":5,"params":{"_meta":{` + modernMeta + `}}}`,
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"_meta":{` + modernMeta + `}},"params":5}`,
	} {
		status, answer, header := x.send("POST", "/mcp", body)
		if header.Get("Mcp-Session-Id") != "" || x.server.streamable.sessions.count() != 0 {
			t.Errorf("%s: %d %s: %d sessions", body, status, answer, x.server.streamable.sessions.count())
		}
	}
}

// A caller whose calls hang has no more of them, and others are served.
func TestSlowCallerStarvesNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x, _ := startOnPipes(t, Options{Auth: book{}}, func(b *bounds) {
			b.calls = limits.Shares{Total: 10, PerCaller: 2, MaxWaiting: 1, QueueTimeout: soon}
		})
		annSSE := events(x.do(x.request("GET", "/sse", "", bearer("ann")...)).Body)
		endpoint := next(t, annSSE)
		body, header := modern(1, "wait", "")
		one := x.later(body, with(header, bearer("ann"))...)
		x.began()
		x.send("POST", endpoint, call(2, "wait", ""), bearer("ann")...)
		x.began()
		waiting := x.later(body, with(header, bearer("ann"))...)
		synctest.Wait()
		if n := x.server.calls.limiter.Waiting("ann"); n != 1 {
			t.Fatalf("%d calls wait", n)
		}
		for _, path := range []string{"/mcp", endpoint} {
			status, _, got := x.send("POST", path, body, with(header, bearer("ann"))...)
			if status != http.StatusTooManyRequests || got.Get("Retry-After") == "" {
				t.Errorf("%s beyond the limit: %d", path, status)
			}
		}
		body, header = modern(1, "echo", "")
		if status, answer, _ := x.send("POST", "/mcp", body, with(header, bearer("bob"))...); status != 200 {
			t.Errorf("another caller: %d %s", status, answer)
		}
		close(x.release)
		if a, b, c := one(), next(t, annSSE), waiting(); !strings.Contains(a, "waited") ||
			!strings.Contains(b, "waited") ||
			!strings.Contains(c, "waited") {
			t.Errorf("%s, %s, %s", a, b, c)
		}
	})
}

func TestStreamsOfOneCaller(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}}, func(b *bounds) { b.streams = limits.Shares{Total: 3, PerCaller: 2} })
	session := with(bearer("ann"), x.sessionAs("ann"))
	x.do(x.request("GET", "/mcp", "", session...))
	x.do(x.request("GET", "/sse", "", bearer("ann")...))
	for _, path := range []string{"/mcp", "/sse"} {
		if status, _, header := x.send("GET", path, "", session...); status != http.StatusTooManyRequests ||
			header.Get("Retry-After") == "" {
			t.Errorf("%s beyond the limit: %d", path, status)
		}
	}
	if res := x.do(x.request("GET", "/sse", "", bearer("bob")...)); res.StatusCode != http.StatusOK {
		t.Errorf("another caller: %d", res.StatusCode)
	}
	if status, _, _ := x.send("GET", "/sse", "", bearer("bob")...); status != http.StatusTooManyRequests {
		t.Errorf("in all: %d", status)
	}
}

// Large bodies share a limit; small ones need none of it.
func TestLargeBodiesShareALimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x, _ := startOnPipes(t, Options{}, func(b *bounds) { b.largeBodies.QueueTimeout = 100 * time.Millisecond })
		inUse := defaultBounds().largeBodies.Total
		if err := x.server.bodies.large.Acquire(t.Context(), "", inUse); err != nil {
			t.Fatal(err)
		}
		large, header := modern(1, "echo", strings.Repeat("x", 2*smallBody))
		status, _, got := x.send("POST", "/mcp", large, header...)
		if status != http.StatusServiceUnavailable || got.Get("Retry-After") == "" {
			t.Errorf("all in use: %d", status)
		}
		small, _ := modern(1, "echo", "")
		if status, _, _ := x.send("POST", "/mcp", small, header...); status != 200 {
			t.Errorf("small: %d", status)
		}
		x.server.bodies.large.Release("", inUse)
		if status, answer, _ := x.send("POST", "/mcp", large, header...); status != 200 {
			t.Errorf("released: %d %s", status, answer)
		}
		lines, post := x.stream()
		post(call(1, "echo", strings.Repeat("x", 2*smallBody)))
		next(t, lines)
		synctest.Wait()
		if n := x.server.bodies.large.InUse(); n != 0 {
			t.Errorf("%d bytes were not released", n)
		}
	})
}

// What one call of a session reports does not come with another's answer.
func TestProgressOfOneSessionIsNotMixed(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	session := x.session()
	waiting := x.later(call("idle", "wait", ""), session...)
	x.began()
	for i := range 20 {
		_, answer, _ := x.send("POST", "/mcp", call(i, "progress", ""), session...)
		if n := strings.Count(answer, fmt.Sprintf(`"progressToken":%d`, i)); n != 3 {
			t.Errorf("%d notifications of call %d: %s", n, i, answer)
		}
	}
	close(x.release)
	if answer := waiting(); strings.Contains(answer, "progressToken") {
		t.Errorf("the other call: %s", answer)
	}
}
