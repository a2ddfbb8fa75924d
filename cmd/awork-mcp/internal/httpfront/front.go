// Package httpfront serves an MCP server over HTTP: streamable HTTP on /mcp in
// both protocol eras, the deprecated HTTP+SSE transport on /sse and /message,
// and a health probe on /healthz.
//
// It stands between the network and mcp-go. What the specification or plain
// prudence asks of a server and mcp-go leaves open is done here: the Host and
// Origin guard, CORS, the bounds on bodies, times and connections, sessions
// that exist or do not, calls that cannot cancel each other, and a shutdown
// that answers what is in flight. It knows nothing of the tools it serves.
package httpfront

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

const (
	sessionIdle = 30 * time.Minute
	keepAlive   = 25 * time.Second
	bodyTimeout = 30 * time.Second
	writeLimit  = 30 * time.Second
)

// Front is one MCP server behind HTTP. Make it with New; it serves once.
type Front struct {
	server     *server.MCPServer
	streamable *server.StreamableHTTPServer
	sessions   *sessions // nil when stateless
	streams    sync.Map  // id → *stream, the open streams of the legacy transport
	calls      *gate
	guard      *guard
	log        *slog.Logger
	message    string // where clients of the legacy transport post to
	grace      time.Duration

	// Bounds of one exchange, fields so that tests need not wait for them.
	bodyTimeout, writeTimeout time.Duration
}

// New makes the front of s, or says in one line which option to change: a
// malformed or non-loopback Listen, an origin that is no origin (see
// Options.AllowedOrigins), an allowed host that is no host name, a public URL
// that is not http(s).
//
// It adds one middleware to s, which holds the result of a tool call that sent
// notifications back for a few milliseconds: mcp-go may otherwise drop the last
// of them.
func New(s *server.MCPServer, o Options) (*Front, error) {
	public, err := o.check()
	if err != nil {
		return nil, err
	}
	guard, err := newGuard(o, public)
	if err != nil {
		return nil, err
	}
	f := &Front{
		server:       s,
		calls:        newGate(),
		guard:        guard,
		log:          o.Log,
		message:      "/message",
		grace:        o.Grace,
		bodyTimeout:  bodyTimeout,
		writeTimeout: writeLimit,
	}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	if f.grace == 0 {
		f.grace = defaultGrace
	}
	if public != nil {
		f.message = path.Join("/", public.EscapedPath(), "message")
	}
	f.streamable = f.newStreamable(o.Stateless)
	s.Use(settle)
	return f, nil
}

func (f *Front) newStreamable(stateless bool) *server.StreamableHTTPServer {
	options := []server.StreamableHTTPOption{
		server.WithHTTPContextFunc(f.identify),
		server.WithStreamableHTTPLogger(slog.New(atLeastWarn{f.log.Handler()})),
		server.WithDisableLocalhostProtection(true), // the guard is stricter, and knows the public URL
	}
	if stateless {
		return server.NewStreamableHTTPServer(f.server, append(options, server.WithStateLess(true))...)
	}
	f.sessions = newSessions()
	return server.NewStreamableHTTPServer(f.server, append(options,
		server.WithSessionIdManager(f.sessions),
		server.WithSessionIdleTTL(sessionIdle),
		server.WithHeartbeatInterval(keepAlive),
	)...)
}

// Close ends all sessions of streamable HTTP and stops their housekeeping.
// Serve does so at its end; only who uses Handler alone calls it.
func (f *Front) Close() {
	// The front never gives mcp-go an HTTP server, so there is nothing to wait
	// for and no error to have.
	_ = f.streamable.Shutdown(context.Background())
}

// Handler is the front without a listener: every route, guarded and bounded as
// under Serve. Its streams end with their requests' contexts.
func (f *Front) Handler() http.Handler {
	endpoint := []string{http.MethodGet, http.MethodPost, http.MethodDelete}
	if f.sessions == nil {
		endpoint = []string{http.MethodPost}
	}
	// A plain table: http.ServeMux would redirect what merely resembles a route.
	routes := map[string]http.Handler{
		"/mcp":     f.route(f.serveMCP, endpoint...),
		"/sse":     f.route(f.serveSSE, http.MethodGet),
		"/message": f.route(f.serveMessage, http.MethodPost),
		"/healthz": http.HandlerFunc(serveHealth),
	}
	return f.exchange(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, ok := routes[r.URL.Path]; ok {
			h.ServeHTTP(w, r)
			return
		}
		http.NotFound(w, r)
	}))
}

// route is the order in which a request to an MCP endpoint is judged: where it
// comes from, what it may do, and only then what it says.
func (f *Front) route(serve func(http.ResponseWriter, *http.Request, []byte), methods ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Accel-Buffering", "no")
		w.Header().Set("Vary", "Origin")
		if err := f.guard.check(r); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		allowCORS(w, r)
		if isPreflight(r) {
			answerPreflight(w, r)
			return
		}
		if !allowMethod(w, r, methods...) {
			return
		}
		if r.Method == http.MethodPost && !isJSON(r) {
			http.Error(w, "the content type must be application/json", http.StatusUnsupportedMediaType)
			return
		}
		body, err := readBody(w, r)
		if err != nil {
			refuseBody(w, err)
			return
		}
		serve(w, r, body)
	})
}

// serveHealth says that the process lives, until its end: during a shutdown
// too, on connections that are open by then.
func serveHealth(w http.ResponseWriter, r *http.Request) {
	if !allowMethod(w, r, http.MethodGet, http.MethodHead) {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, "ok")
}

// allowMethod reports whether r has one of the methods, and answers if not.
func allowMethod(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) {
		return true
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	http.Error(w, fmt.Sprintf("%s takes %s", r.URL.Path, strings.Join(methods, ", ")), http.StatusMethodNotAllowed)
	return false
}

// refuseShutdown answers a request that comes too late.
func refuseShutdown(w http.ResponseWriter) {
	w.Header().Set("Connection", "close")
	http.Error(w, "the server is shutting down", http.StatusServiceUnavailable)
}
