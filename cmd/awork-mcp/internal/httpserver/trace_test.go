package httpserver

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
)

const (
	parent  = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	another = "00-00000000000000000000000000000001-0000000000000001-00"
)

type traceKey struct{}

func TestTraceparentReachesTheTools(t *testing.T) {
	t.Parallel()
	x := start(t, Options{WithTraceparent: func(ctx context.Context, s string) context.Context {
		return context.WithValue(ctx, traceKey{}, s)
	}})
	var saw atomic.Value
	x.inspect = func(ctx context.Context, _ http.Header) {
		s, _ := ctx.Value(traceKey{}).(string)
		saw.Store(s)
	}
	session := x.session()
	lines, post := x.stream()
	meta := `"traceparent":"` + another + `"`
	for _, test := range []struct{ header, meta, want string }{
		{"", `"x":1`, ""},
		{parent, `"x":1`, parent},
		{parent, meta, another},
		{"nonsense", meta, another},
		{parent, `"traceparent":"nonsense"`, parent},
		{parent, `"traceparent":7`, parent},
		{"nonsense", `"x":1`, ""},
	} {
		x.send("POST", "/mcp", call(1, "echo", "", test.meta), with(session, []string{"Traceparent", test.header})...)
		if saw.Load() != test.want {
			t.Errorf("%+v: %s", test, saw.Load())
		}
		_, header := modern(1, "echo", "")
		x.send(
			"POST",
			"/mcp",
			call(1, "echo", "", modernMeta, test.meta),
			with(header, []string{"Traceparent", test.header})...)
		if saw.Load() != test.want {
			t.Errorf("%+v, modern: %s", test, saw.Load())
		}
	}
	post(call(1, "echo", "", meta))
	next(t, lines)
	if saw.Load() != another {
		t.Errorf("SSE: %s", saw.Load())
	}
}
