package httpserver

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/callerauth"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/metrics"
)

const defaultGrace = 10 * time.Second

// Options say where and for whom a Server serves.
type Options struct {
	// Listen is the host:port that is listened on. Without Auth it must be on
	// loopback: anyone who reaches the server may use it then.
	Listen string
	// AllowedHosts are names that requests may have in Host, beside loopback's,
	// Listen's and PublicURL's; with a port, that port alone is meant.
	AllowedHosts []string
	// AllowedOrigins are origins whose pages may call this server, written
	// scheme://host[:port]. There is no wildcard.
	AllowedOrigins []string
	// PublicURL is the address that clients use when a proxy stands before the
	// server, http or https. A path in it is what the proxy strips.
	PublicURL string
	// Stateless serves without session memory, so that any replica can answer
	// any request: no GET and no DELETE on /mcp.
	Stateless bool
	// Auth authenticates callers. Nil serves everybody.
	Auth Authenticator
	// Prepare returns the context of each request on /mcp, /sse and /message with
	// what the tools need of its caller and its header: of every one, since nothing
	// is carried over from one request to the next. It is called before the body is
	// read; the caller is the zero one where there is no Auth. A session or stream
	// belongs to its caller and to the binding that is returned, such as a digest
	// of a credential sent beside the caller's own, and is unknown to requests with
	// another; the caller's share of what is limited stays one, whatever bindings
	// it brings. A *RefusalError is its answer to the client, any other error an
	// internal one. Nil adds nothing.
	Prepare func(context.Context, callerauth.Caller, *http.Request) (ctx context.Context, binding string, err error)
	// WithTraceparent adds the traceparent of a message, from its _meta or its
	// header, if it is well-formed: https://www.w3.org/TR/trace-context/
	WithTraceparent func(context.Context, string) context.Context
	// Ready says whether tool calls can succeed; its answer counts for 10 s. Nil
	// is always ready.
	Ready func(context.Context) error
	// Metrics are counted if not nil, and served on /metrics, to callers only where
	// there is an Auth, unless MetricsElsewhere: see Server.ServeMetrics.
	Metrics          *metrics.Metrics
	MetricsElsewhere bool
	// Log takes what goes wrong and, at debug, a line for each request. Nil is
	// silence.
	Log *slog.Logger
	// Grace is the time that calls in flight at shutdown have; 0 means 10 s.
	Grace time.Duration
}

// check refuses contradictions, and returns the public URL if there is one.
func (o Options) check() (*url.URL, error) {
	if err := checkListen(o.Listen, o.Auth != nil); err != nil {
		return nil, err
	}
	if o.Grace < 0 {
		return nil, fmt.Errorf("the grace at shutdown, %s, is negative: set a positive duration", o.Grace)
	}
	if o.PublicURL == "" {
		return nil, nil
	}
	u, err := url.Parse(o.PublicURL)
	if err == nil && u.User != nil {
		return nil, fmt.Errorf("public URL %q holds a user name or password: leave it out", u.Redacted())
	}
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("public URL %q: set an http or https URL such as https://mcp.example.com", o.PublicURL)
	}
	return u, nil
}

func checkListen(listen string, authenticated bool) error {
	host, port, err := net.SplitHostPort(listen)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("listen address %q: set host:port, such as 127.0.0.1:8080", listen)
	}
	if ip := net.ParseIP(host); !authenticated && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("listen address %q is not on loopback and callers are not authenticated: "+
			"set one on loopback, such as 127.0.0.1:%s", listen, port)
	}
	return nil
}

// bounds are the limits of a Server. Tests change them.
type bounds struct {
	calls, streams, sessions limits.Shares
	largeBodies              limits.Shares // in bytes
	connections              limits.Connections
	metricsConnections       limits.Connections // of ServeMetrics
	sessionIdle              time.Duration
	bodyTimeout              time.Duration
	writeTimeout             time.Duration
	keepAlive                time.Duration // for how long a stream may be silent
	cancelGrace              time.Duration // for calls that were cancelled: a write on its way is finished by its tool
}

func defaultBounds() bounds {
	return bounds{
		calls:       limits.Shares{Total: 512, PerCaller: 64, MaxWaiting: 1000, QueueTimeout: 5 * time.Second},
		streams:     limits.Shares{Total: 1500, PerCaller: 500},
		sessions:    limits.Shares{Total: 2000, PerCaller: 1000},
		largeBodies: limits.Shares{Total: 4 << 20, PerCaller: 2 << 20, MaxWaiting: 1000, QueueTimeout: 5 * time.Second},
		connections: limits.Connections{
			Total: 2000, Busy: 1700, Strangers: 600, StrangerBytes: 2 << 20, MinTime: 250 * time.Millisecond,
		},
		metricsConnections: limits.Connections{
			Total: 100, Busy: 100, Strangers: 100, StrangerBytes: 1 << 20, MinTime: 50 * time.Millisecond,
		},
		sessionIdle:  30 * time.Minute,
		bodyTimeout:  30 * time.Second,
		writeTimeout: 30 * time.Second,
		keepAlive:    15 * time.Second,
		cancelGrace:  12 * time.Second,
	}
}
