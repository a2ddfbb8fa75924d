package stdio

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func TestEras(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.open("legacy")
	h.send(call("legacy", "1", "echo", `{"text":"a\nb"}`))
	if r := h.next(); r.text() != "a\nb" || r.Result["resultType"] != nil {
		t.Errorf("legacy: %+v", r)
	}
	h.send(call("modern", "2", "echo", `{"text":"b"}`), `{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		`{"jsonrpc":"2.0","id":3,"method":"server/discover","params":{`+meta+`}}`)
	got := h.answers(2)
	if r := got["2"]; r.text() != "b" || r.Result["resultType"] != "complete" {
		t.Errorf("modern: %+v", r)
	}
	if got["3"].Result["supportedVersions"] == nil {
		t.Errorf("discover: %+v", got["3"])
	}
	if rest := h.end(); rest != nil {
		t.Errorf("more was written: %+v", rest)
	}
}

func TestSeveralAtOnceOnOneServer(t *testing.T) {
	t.Parallel()
	var registered, unregistered atomic.Int32
	hooks := &server.Hooks{}
	hooks.AddOnRegisterSession(func(context.Context, server.ClientSession) { registered.Add(1) })
	hooks.AddOnUnregisterSession(func(context.Context, server.ClientSession) { unregistered.Add(1) })
	s := newHost(t).server(server.WithHooks(hooks))
	for i := range 10 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			h := newHost(t)
			h.serve(s)
			h.open("legacy")
			for range 50 {
				h.send(call("legacy", "1", "ask", `{}`))
				q := h.next()
				h.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"action":"accept","content":{"n":%d}}}`, q.ID, i))
				if r := h.next(); r.text() != fmt.Sprintf("acceptmap[n:%d]", i) {
					t.Fatalf("%+v", r)
				}
			}
			h.end()
		})
	}
	if registered.Load() != 10 || unregistered.Load() != 10 {
		t.Errorf("%d registered, %d unregistered", registered.Load(), unregistered.Load())
	}
}

func TestBroadcastsAreWritten(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	s := h.server()
	h.serve(s)
	h.open("legacy")
	for range 10 {
		s.SendNotificationToAllClients("notifications/x", nil)
	}
	if rest := h.end(); len(rest) != 10 || rest[0].Method != "notifications/x" {
		t.Errorf("%+v", rest)
	}
}

func TestListenEndsWithTheInput(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := start(t, server.WithToolCapabilities(true))
		h.send(listen)
		if r := h.next(); r.Method != "notifications/subscriptions/acknowledged" {
			t.Fatalf("%+v", r)
		}
		began := time.Now()
		if rest := h.end(); len(rest) != 1 || rest[0].Result == nil || time.Since(began) != 0 {
			t.Errorf("%+v after %v", rest, time.Since(began))
		}
	})
}

func TestPanicsAreAnsweredPlainly(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	hooks := &server.Hooks{}
	hooks.AddBeforePing(func(context.Context, any, *mcp.PingRequest) { panic("s3cret") })
	s := h.server(server.WithHooks(hooks))
	s.AddNotificationHandler("notifications/boom", func(context.Context, mcp.JSONRPCNotification) { panic("s3cret") })
	h.serve(s)
	h.send(call("legacy", "1", "panic", `{}`), call("modern", `"2"`, "panic", `{}`),
		`{"jsonrpc":"2.0","id":3,"method":"ping"}`, `{"jsonrpc":"2.0","method":"notifications/boom"}`,
		call("legacy", "4", "unencodable", `{}`), call("legacy", "5", "echo", `{"text":"alive"}`))
	got := h.answers(5)
	for _, id := range []string{"1", `"2"`, "3", "4"} {
		if r := got[id]; r.Error == nil || r.Error.Code != mcp.INTERNAL_ERROR || r.Error.Message != "internal error" {
			t.Errorf("%s: %+v", id, r)
		}
	}
	if got["5"].text() != "alive" {
		t.Errorf("%+v", got["5"])
	}
	h.end()
	if log := h.log.String(); strings.Count(log, "s3cret") != 4 || !strings.Contains(log, "serve_test.go") {
		t.Errorf("log: %s", log)
	}
}
