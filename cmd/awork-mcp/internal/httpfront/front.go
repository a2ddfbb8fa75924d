// Package httpfront serves an MCP server over HTTP: streamable HTTP on /mcp in
// both protocol eras, the deprecated HTTP+SSE transport on /sse and /message,
// the probes /healthz and /readyz, and /metrics.
//
// It stands between the network and mcp-go. What the specification or plain
// prudence asks of a server and mcp-go leaves open is done here: the Host and
// Origin guard, CORS, callers and their tokens, the bounds on bodies, times,
// connections, sessions and calls, sessions that are their callers' own, calls
// that cannot cancel each other, and a shutdown that answers what is in flight.
// It knows nothing of the tools it serves.
package httpfront

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

const (
	keepAlive   = 25 * time.Second
	bodyTimeout = 30 * time.Second
	writeLimit  = 30 * time.Second
)

// Front is one MCP server behind HTTP. Make it with New; it serves once.
type Front struct {
	o          Options
	server     *server.MCPServer
	streamable *server.StreamableHTTPServer
	sessions   *sessions // nil when stateless
	streams    sync.Map  // id → *stream, the open streams of the legacy transport
	open       *quota    // streams of any transport
	calls      *gate
	bodies     *room // what large bodies may take, in bytes
	ready      *readiness
	guard      *guard
	log        *slog.Logger
	public     *url.URL                // nil without one
	mark       string                  // of ids that mcp-go is given in place of others
	message    string                  // where clients of the legacy transport post to
	address    string                  // that is listened on
	routes     map[string]http.Handler // what is served, by path

	// Bounds, fields so that tests need not reach them.
	bodyTimeout, writeTimeout time.Duration
	maxConnections, maxHeld   int
	linger                    time.Duration
}

// New makes the front of s, or says in one line which option to change: a
// malformed Listen, or a non-loopback one without Auth, an origin that is no
// origin (see Options.AllowedOrigins), an allowed host that is no host name, a
// public URL that is not http(s).
func New(s *server.MCPServer, o Options) (*Front, error) {
	public, err := o.check()
	if err != nil {
		return nil, err
	}
	guard, err := newGuard(o, public)
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Grace == 0 {
		o.Grace = defaultGrace
	}
	f := &Front{
		o:            o,
		server:       s,
		open:         newQuota(maxStreams, streamsPerCaller),
		calls:        newGate(maxCalls, callsPerCaller, waitPerCaller, waitLimit),
		bodies:       newRoom(largeBodies, largeBodiesOfOne),
		guard:        guard,
		log:          o.Log,
		public:       public,
		mark:         rand.Text(),
		message:      "/message",
		address:      o.Listen,
		bodyTimeout:  bodyTimeout,
		writeTimeout: writeLimit,

		maxConnections: maxConnections,
		maxHeld:        maxHeld,
		linger:         linger,
	}
	if public != nil {
		f.message = path.Join("/", public.EscapedPath(), "message")
	}
	f.ready = &readiness{probe: o.Ready, lasts: readyFor, failed: func(err error) { f.log.Warn("not ready", "error", err) }}
	f.streamable = f.newStreamable(o.Stateless)
	f.routes = f.newRoutes()
	f.showGauges()
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
	f.sessions.forget = f.forget
	return server.NewStreamableHTTPServer(f.server, append(options,
		server.WithSessionIdManagerResolver(f.sessions),
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
	return f.exchange(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, ok := f.routes[r.URL.Path]; ok {
			h.ServeHTTP(w, r)
			return
		}
		http.NotFound(w, r)
	}))
}

// newRoutes is a plain table: http.ServeMux would redirect what merely resembles
// a route.
func (f *Front) newRoutes() map[string]http.Handler {
	endpoint := []string{http.MethodGet, http.MethodPost, http.MethodDelete}
	if f.sessions == nil {
		endpoint = []string{http.MethodPost}
	}
	routes := f.metadataRoutes()
	routes["/mcp"] = f.route(f.serveMCP, endpoint...)
	routes["/sse"] = f.route(f.serveSSE, http.MethodGet)
	routes["/message"] = f.route(f.serveMessage, http.MethodPost)
	routes["/healthz"] = http.HandlerFunc(serveHealth)
	routes["/readyz"] = http.HandlerFunc(f.serveReady)
	if f.o.Metrics != nil && !f.o.MetricsElsewhere {
		routes["/metrics"] = http.HandlerFunc(f.serveMetrics)
	}
	return routes
}

// route is the order in which a request to an MCP endpoint is judged: where it
// comes from, who sent it, what it may do, and only then what it says.
func (f *Front) route(serve func(http.ResponseWriter, *http.Request, body), methods ...string) http.Handler {
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
		r, ok := f.admit(w, r)
		if !ok || !allowMethod(w, r, methods...) {
			return
		}
		if r.Method == http.MethodPost && !isJSON(r) {
			http.Error(w, "the content type must be application/json", http.StatusUnsupportedMediaType)
			return
		}
		b, err := f.readBody(w, r)
		if err != nil {
			refuseBody(w, err)
			return
		}
		if !connectionOf(r.Context()).hold() {
			b.release()
			refuse(w, errBusy)
			return
		}
		serve(w, r, b)
	})
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

// refuse answers a request that comes too late, or for which there is no room.
func refuse(w http.ResponseWriter, err error) {
	if errors.Is(err, errBusy) {
		retryAfter(w, http.StatusTooManyRequests, err.Error())
		return
	}
	w.Header().Set("Connection", "close")
	http.Error(w, errShut.Error(), http.StatusServiceUnavailable)
}
