package httpserver

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/metrics"
)

const (
	// closeTimeout is the time for what has ended or was cancelled to leave its
	// connection.
	closeTimeout = time.Second
	// dropTimeout is the time for the body of a refused request to come.
	dropTimeout = 200 * time.Millisecond
)

// middleware is what every request passes through, whatever its route: it gets an
// id, its times are bounded, a panic in it stays its own, and it leaves a line
// in the log at debug. The query is not logged: it may name a session.
type middleware struct {
	routes  map[string]http.Handler
	log     *slog.Logger
	metrics *metrics.Metrics

	bodyTimeout, writeTimeout, keepAlive time.Duration
}

func (m *middleware) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	id := requestID(r)
	out := &timeoutWriter{
		ResponseWriter: w, control: http.NewResponseController(w), timeout: m.writeTimeout, keepAlive: m.keepAlive,
	}
	out.extend()
	out.Header().Set("X-Request-Id", id)
	if limits.ConnOf(r.Context()).Begin() {
		out.Header().Set("Connection", "close")
	}
	// At the end, a client that does not read is not waited for.
	defer context.AfterFunc(r.Context(), func() { _ = out.control.SetWriteDeadline(time.Now().Add(closeTimeout)) })()
	if r.ContentLength != 0 {
		_ = out.control.SetReadDeadline(start.Add(m.bodyTimeout))
		out.expectBody()
	}
	route := m.route(r.URL.Path)
	intact := m.serveRoute(out, r, route, id)
	out.finish()
	if out.bodyLeft {
		m.dropBody(out, r)
	}
	limits.ConnOf(r.Context()).Release()
	took := time.Since(start)
	m.metrics.ObserveRequest(route, r.Method, out.status(), took)
	m.log.LogAttrs(r.Context(), slog.LevelDebug, "http request",
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", out.status()),
		slog.Duration("duration", took), slog.String("requestId", id))
	if !intact {
		panic(http.ErrAbortHandler) // half an answer is out: let the client see that it is cut
	}
}

// dropBody has net/http give up what is left of a body. It reads a part of it, once
// the answer is out, so that the client of a small one sees the answer and not a
// connection that was reset. What the header takes is free from now on.
func (m *middleware) dropBody(out *timeoutWriter, r *http.Request) {
	_ = out.control.SetReadDeadline(time.Now().Add(dropTimeout))
	r.Header = nil
}

// serveRoute serves a request, and reports whether its answer is intact, which
// one that was cut by a panic is not.
func (m *middleware) serveRoute(out *timeoutWriter, r *http.Request, route, id string) (intact bool) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if err, _ := p.(error); !errors.Is(err, http.ErrAbortHandler) {
			m.log.Error("panic while serving HTTP", "panic", p, "path", r.URL.Path, "requestId", id,
				"stack", string(debug.Stack()))
			if out.status() == 0 {
				http.Error(out, "internal error", http.StatusInternalServerError)
				intact = true
			}
		}
	}()
	if h, ok := m.routes[route]; ok {
		h.ServeHTTP(out, r)
	} else {
		http.Error(out, "Nothing is served here. MCP is at /mcp (streamable HTTP) and /sse (legacy).", http.StatusNotFound)
	}
	return true
}

// otherRoute is that of all paths that are not served.
const otherRoute = "other"

// route returns the route of a path, which may end with a slash: clients that are
// given such an address don't follow a redirect.
func (m *middleware) route(path string) string {
	if _, ok := m.routes[path]; ok {
		return path
	}
	if trimmed := strings.TrimSuffix(path, "/"); m.routes[trimmed] != nil {
		return trimmed
	}
	return otherRoute
}

// requestID returns the caller's, if it is fit to be logged, or a new one.
func requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	if id == "" || len(id) > 64 {
		return rand.Text()
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return rand.Text()
		}
	}
	return id
}
