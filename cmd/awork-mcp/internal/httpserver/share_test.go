package httpserver

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/callerauth"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
)

// byKey binds what a request opens to its X-Awork-Token, whatever that is.
func byKey(ctx context.Context, _ callerauth.Caller, r *http.Request) (context.Context, string, error) {
	return ctx, r.Header.Get("X-Awork-Token"), nil
}

func key(i int) []string { return []string{"X-Awork-Token", fmt.Sprint(i)} }

// A caller has one share of everything, however many keys it makes up.
func TestKeysMakeNobodyManyCallers(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}, Prepare: byKey}, func(b *bounds) {
		b.sessions = limits.Shares{Total: 4, PerCaller: 2}
		b.streams = limits.Shares{Total: 4, PerCaller: 2}
		b.calls = limits.Shares{Total: 4, PerCaller: 2}
	})
	bobs := with(bearer("bob"), x.sessionAs("bob"))
	for i := range 10 {
		x.sessionAs("ann", key(i)...)
	}
	if status, _, _ := x.send("POST", "/mcp", call(1, "echo", ""), bobs...); status != 200 {
		t.Errorf("bob's session: %d", status)
	}
	body, header := modern(1, "wait", "")
	var answers []func() string
	for i, want := range []int{200, 200, 429} {
		if res := x.do(x.request("GET", "/sse", "", with(bearer("ann"), key(i))...)); res.StatusCode != want {
			t.Errorf("stream %d: %d", i, res.StatusCode)
		}
		if want == 200 {
			answers = append(answers, x.later(body, with(header, bearer("ann"), key(i))...))
			x.began()
		} else if status, answer, _ := x.send("POST", "/mcp", body, with(header, bearer("ann"), key(i))...); status != want {
			t.Errorf("call %d: %d %s", i, status, answer)
		}
	}
	if res := x.do(x.request("GET", "/sse", "", bearer("bob")...)); res.StatusCode != http.StatusOK {
		t.Errorf("bob's stream: %d", res.StatusCode)
	}
	if status, answer, _ := x.send("POST", "/mcp", call(2, "echo", ""), bobs...); status != 200 {
		t.Errorf("bob's call: %d %s", status, answer)
	}
	close(x.release)
	for _, answer := range answers {
		if got := answer(); !strings.Contains(got, "waited") {
			t.Error(got)
		}
	}
}

// Where callers have no names, what they share is bounded for all of them alone.
func TestTheNamelessShareOneLimit(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Prepare: byKey}, func(b *bounds) {
		b.sessions = limits.Shares{Total: 4, PerCaller: 2}
		b.streams = limits.Shares{Total: 3, PerCaller: 1}
	})
	for i := range 3 {
		if res := x.do(x.request("GET", "/sse", "", key(i%2)...)); res.StatusCode != http.StatusOK {
			t.Errorf("stream %d: %d", i, res.StatusCode)
		}
	}
	if res := x.do(x.request("GET", "/sse", "", key(9)...)); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("one stream too many: %d", res.StatusCode)
	}
	status, _, header := x.send("POST", "/mcp", initialize, key(1)...)
	session := []string{"Mcp-Session-Id", header.Get("Mcp-Session-Id")}
	if status != 200 {
		t.Fatalf("initialize: %d", status)
	}
	for i, want := range []int{404, 200} {
		if status, _, _ := x.send("POST", "/mcp", call(1, "echo", ""), with(session, key(i))...); status != want {
			t.Errorf("the session of key 1 with key %d: %d", i, status)
		}
	}
}

// Bodies that are announced and do not come keep their caller's own waiting, not
// those of others.
func TestLargeBodiesOfOneCallerStallNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x, dial := startOnPipes(t, Options{Auth: book{}, Prepare: byKey}, func(b *bounds) { b.largeBodies.QueueTimeout = time.Minute })
		for i := range 5 {
			conn := dial()
			defer func() { _ = conn.Close() }()
			go func() {
				_, _ = fmt.Fprintf(conn, "POST /mcp HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer token-of-ann\r\nX-Awork-Token: %d\r\n"+
					"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", x.addr, i, maxBody, strings.Repeat(" ", smallBody))
			}()
		}
		synctest.Wait()
		if n := x.server.bodies.large.Waiting("ann"); n != 3 {
			t.Fatalf("%d bodies wait", n)
		}
		large, header := modern(1, "echo", strings.Repeat("x", maxBody/2))
		if status, answer, _ := x.send("POST", "/mcp", large, with(header, bearer("bob"))...); status != 200 {
			t.Errorf("bob: %d %s", status, answer)
		}
	})
}

// A body that announces no length takes no more than it has once it is read, also
// while its call waits.
func TestChunkedBodyTakesWhatItHas(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}})
	chunked := func(tool, text string) *http.Request {
		body, header := modern(1, tool, text)
		r := x.request("POST", "/mcp", body, with(header, bearer("ann"))...)
		r.ContentLength, r.Body = -1, io.NopCloser(strings.NewReader(body))
		return r
	}
	waiting := make(chan string, 1)
	go func() {
		answer, _ := io.ReadAll(x.do(chunked("wait", strings.Repeat("x", 2*smallBody))).Body)
		waiting <- string(answer)
	}()
	x.began()
	if res := x.do(chunked("echo", strings.Repeat("x", smallBody))); res.StatusCode != http.StatusOK {
		t.Errorf("the second one: %d", res.StatusCode)
	}
	close(x.release)
	if got := receive(t, waiting); !strings.Contains(got, "waited") {
		t.Error(got)
	}
	if x.server.bodies.large.InUse() != 0 {
		t.Error("something was not given back")
	}
}

// Whatever mcp-go takes a message for, it opens no session by itself.
func TestMCPGoOpensNoSessions(t *testing.T) {
	t.Parallel()
	r := (&fixture{t: t}).request("POST", "/mcp", initialize)
	ids := sessionIDs{newSessions(limits.Shares{}, 0)}
	if id := ids.ResolveSessionIdManager(r).Generate(); id != "" {
		t.Errorf("mcp-go is given %s", id)
	}
}
