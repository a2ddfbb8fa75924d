// Package httpserver serves an MCP server over HTTP: streamable HTTP on /mcp in
// both protocol eras, the deprecated HTTP+SSE transport on /sse and /message,
// the probes /healthz and /readyz, and /metrics.
//
// It stands between the network and mcp-go. What the specification or plain
// prudence asks of a server and mcp-go leaves open is done here: the Host and
// Origin guard, CORS, callers and their tokens, the bounds on bodies, times,
// connections, sessions and calls, sessions that are their callers' own, calls
// that cannot cancel each other, and a shutdown that answers what is in flight.
// It has no part in the tools it serves.
//
//	s, err := httpserver.New(mcpServer, httpserver.Options{Listen: "127.0.0.1:8080"})
//	…
//	err = s.Serve(ctx, listener) // until ctx ends
//
// A request passes through middleware (its id, times, log line), its endpoint
// (guard, caller, method, body) and its transport (streamable or sse).
package httpserver

import (
	"log/slog"
	"net/http"

	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/origin"
)

// Server is one MCP server behind HTTP. Make it with New; it serves once.
type Server struct {
	o      Options
	bounds bounds
	log    *slog.Logger

	calls      *calls
	streams    *limits.Limiter // open, of any transport
	streamable *streamable
	sse        *legacySSE
	access     *access
	location   *location
	bodies     *bodies
	ready      *readiness
	routes     map[string]http.Handler
}

// New returns a Server of s, or an error that says in one line which option to
// change: a malformed Listen, or a non-loopback one without Auth, an origin that
// is no origin (see Options.AllowedOrigins), an allowed host that is no host
// name, a public URL that is not http(s).
func New(s *server.MCPServer, o Options) (*Server, error) { return newServer(s, o, defaultBounds()) }

func newServer(mcp *server.MCPServer, o Options, b bounds) (*Server, error) {
	public, err := o.check()
	if err != nil {
		return nil, err
	}
	guard, err := origin.NewGuard(origin.Options{
		Listen: o.Listen, Hosts: o.AllowedHosts, Origins: o.AllowedOrigins, PublicURL: public,
	})
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Grace == 0 {
		o.Grace = defaultGrace
	}
	s := &Server{
		o: o, bounds: b, log: o.Log,
		calls:    newCalls(b.calls),
		streams:  limits.New(b.streams),
		bodies:   &bodies{large: limits.New(b.largeBodies)},
		location: &location{public: public, guard: guard, listening: o.Listen},
		ready:    newReadiness(o.Ready, o.Log),
	}
	t := transportBase{
		mcp: mcp, calls: s.calls, streams: s.streams, mask: newMask(), withTraceparent: o.WithTraceparent, log: o.Log,
	}
	s.streamable = newStreamable(t, o.Stateless, b)
	s.sse = newSSE(t, public)
	s.access = &access{auth: o.Auth, prepare: o.Prepare, location: s.location, log: o.Log}
	s.routes = s.newRoutes(guard)
	s.showGauges()
	return s, nil
}

// Close ends all sessions of streamable HTTP and stops their housekeeping.
// Serve does so at its end; only who uses Handler alone calls it.
func (s *Server) Close() { s.streamable.close() }

// Handler returns the server without a listener: every route, guarded and
// bounded as under Serve. Its streams end with their requests' contexts.
func (s *Server) Handler() http.Handler {
	return &middleware{
		routes: s.routes, log: s.log, metrics: s.o.Metrics,
		bodyTimeout: s.bounds.bodyTimeout, writeTimeout: s.bounds.writeTimeout, keepAlive: s.bounds.keepAlive,
	}
}

// newRoutes returns a plain table: http.ServeMux would redirect what merely
// resembles a route.
func (s *Server) newRoutes(guard *origin.Guard) map[string]http.Handler {
	e := endpoint{guard: guard, access: s.access, bodies: s.bodies}
	routes := metadataRoutes(s.o.Auth, s.location)
	methods := []string{http.MethodGet, http.MethodPost, http.MethodDelete}
	if s.o.Stateless {
		methods = []string{http.MethodPost}
	}
	routes["/mcp"] = e.with(s.streamable.serve, methods...)
	routes["/sse"] = e.with(s.sse.serveStream, http.MethodGet)
	routes["/message"] = e.with(s.sse.serveMessage, http.MethodPost)
	routes["/healthz"] = http.HandlerFunc(serveHealth)
	routes["/readyz"] = http.HandlerFunc(s.serveReady)
	if s.o.Metrics != nil && !s.o.MetricsElsewhere {
		routes["/metrics"] = http.HandlerFunc(s.serveMetrics)
	}
	return routes
}
