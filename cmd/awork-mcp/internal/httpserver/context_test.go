package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/callerauth"
)

type callerKey struct{}

// byName tells the tools the caller's name.
func byName(ctx context.Context, c callerauth.Caller, _ *http.Request) (context.Context, string, error) {
	return context.WithValue(ctx, callerKey{}, c.Name), "", nil
}

// Each request gets its own caller and credential, on every route, whatever
// goes on beside it; and the tokens in its header stay outside.
func TestContextOfTools(t *testing.T) {
	t.Parallel()
	var saw atomic.Value
	x := start(t, Options{
		Auth: book{},
		Prepare: func(ctx context.Context, c callerauth.Caller, r *http.Request) (context.Context, string, error) {
			switch key := r.Header.Get("X-Awork-Token"); key {
			case "":
				return nil, "", &RefusalError{http.StatusBadRequest, "the X-Awork-Token header is missing"}
			case "bad":
				return nil, "", errors.New("secret detail")
			case "denied":
				return nil, "", &RefusalError{http.StatusUnauthorized, "no"}
			default:
				text := fmt.Sprintf("%s %t/%t %s", c.Name, c.Read, c.Write, key)
				return context.WithValue(ctx, callerKey{}, text), key, nil
			}
		},
	})
	x.inspect = func(ctx context.Context, header http.Header) {
		saw.Store(fmt.Sprint(ctx.Value(callerKey{})))
		if header.Get("Authorization")+header.Get("X-Awork-Token") != "" {
			t.Error("a token reaches the tools")
		}
	}
	key := func(k string) []string { return []string{"X-Awork-Token", k} }
	session := x.sessionAs("bob", key("k1")...)
	body, header := modern(1, "echo", "")
	x.send("POST", "/mcp", body, with(header, bearer("ann"), key("k0"))...)
	if saw.Load() != "ann true/true k0" {
		t.Error(saw.Load())
	}
	x.send("POST", "/mcp", call(1, "echo", ""), with(session, bearer("bob"), key("k1"))...)
	if saw.Load() != "bob true/false k1" {
		t.Error(saw.Load())
	}
	if status, _, _ := x.send("POST", "/mcp", call(1, "echo", ""), with(session, bearer("bob"), key("k2"))...); status != 404 {
		t.Errorf("another credential in the session: %d", status)
	}
	lines := events(x.do(x.request("GET", "/sse", "", with(bearer("ann"), key("k3"))...)).Body)
	endpoint := next(t, lines)
	x.send("POST", endpoint, call(1, "echo", ""), with(bearer("ann"), key("k3"))...)
	next(t, lines)
	if saw.Load() != "ann true/true k3" {
		t.Error(saw.Load())
	}
	for _, route := range []string{"POST /mcp", "GET /mcp", "DELETE /mcp", "GET /sse", "POST /message"} {
		method, path, _ := strings.Cut(route, " ")
		for k, want := range map[string]int{"": 400, "bad": 500, "denied": 401} {
			status, body, header := x.send(method, path, "", with(bearer("ann"), key(k))...)
			if status != want || strings.Contains(body, "secret") ||
				(status == 401) != (header.Get("WWW-Authenticate") != "") {
				t.Errorf("%s with %q: %d %s", route, k, status, body)
			}
		}
	}
}

// Two callers at once never get each other's context.
func TestCallersDoNotCross(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}, Prepare: byName})
	x.inspect = func(ctx context.Context, header http.Header) {
		if ctx.Value(callerKey{}) != header.Get("X-Me") {
			t.Errorf("%s's call runs as %v", header.Get("X-Me"), ctx.Value(callerKey{}))
		}
	}
	done := make(chan bool)
	for _, name := range []string{"ann", "bob", "ann", "bob"} {
		go func() {
			defer func() { done <- true }()
			session := x.sessionAs(name)
			for i := range 50 {
				body, header := modern(i, "echo", "")
				x.send("POST", "/mcp", body, with(header, bearer(name), []string{"X-Me", name})...)
				x.send("POST", "/mcp", call(i, "echo", ""), with(session, bearer(name), []string{"X-Me", name})...)
			}
		}()
	}
	for range 4 {
		<-done
	}
}

func TestTokensAreInNoLog(t *testing.T) {
	t.Parallel()
	var out record
	x := start(
		t,
		Options{
			Auth: book{},
			Log:  out.log(),
			Prepare: func(context.Context, callerauth.Caller, *http.Request) (context.Context, string, error) {
				return nil, "", errors.New("never")
			},
		},
	)
	for _, name := range []string{"ann", "eve", "nobody", "later"} {
		x.send("POST", "/mcp", initialize, bearer(name)...)
		x.send("POST", "/message?sessionId=token-of-ann", initialize, bearer(name)...)
	}
	x.stop()
	x.wantServed(isNil)
	if s := out.String(); strings.Contains(s, "token-of") || !strings.Contains(s, "status=401") {
		t.Error(s)
	}
}

// watched counts who waits for its end.
type watched struct {
	context.Context
	done    chan struct{}
	waiting atomic.Int32
}

func (w *watched) Done() <-chan struct{} { return w.done }

// AfterFunc is what package context calls on a context of another type.
func (w *watched) AfterFunc(func()) (stop func() bool) {
	w.waiting.Add(1)
	return func() bool { w.waiting.Add(-1); return true }
}

// A request leaves nothing behind in its session.
func TestNoContextIsLeft(t *testing.T) {
	t.Parallel()
	open := &watched{Context: t.Context(), done: make(chan struct{})}
	ctx, cancel := (&session{ctx: open}).within(t.Context())
	if ctx.Err() != nil || open.waiting.Load() != 1 {
		t.Errorf("%v, %d wait", ctx.Err(), open.waiting.Load())
	}
	cancel()
	if ctx.Err() == nil || open.waiting.Load() != 0 {
		t.Errorf("after its end: %v, %d wait", ctx.Err(), open.waiting.Load())
	}
}

// What mcp-go still writes or begins after the end of an exchange reaches nobody.
func TestNothingIsWrittenAfterTheEnd(t *testing.T) {
	t.Parallel()
	out := httptest.NewRecorder()
	w := &timeoutWriter{ResponseWriter: out, control: http.NewResponseController(out), timeout: soon, keepAlive: soon}
	w.finish()
	w.start(http.StatusTeapot, http.Header{"X-Late": {"yes"}})
	if _, err := w.Write([]byte("late")); err == nil {
		t.Error("late bytes are taken")
	}
	if err := w.FlushError(); err == nil {
		t.Error("a late flush is taken")
	}
	w.comment()
	if out.Body.Len() > 0 || out.Flushed || out.Result().Header.Get("X-Late") != "" || w.status() != 0 {
		t.Errorf("%v %q", out.Result().Header, out.Body)
	}
}
