package httpfront

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
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/metrics"
)

const defaultGrace = 10 * time.Second

// Options says where and for whom a Front serves.
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
	// Auth knows the callers. Nil serves everybody.
	Auth Authenticator
	// WithCaller tells the tools who calls. It is called where there is an Auth.
	WithCaller func(context.Context, callerauth.Caller) context.Context
	// Prepare adds to the context of each request on /mcp, /sse and /message what
	// the tools need of it, such as a credential in its header: of every one,
	// since nothing is carried over from one request to the next. It comes after
	// WithCaller and before the body is read. A *RefusalError is its answer to the
	// client, any other error an internal one.
	Prepare func(context.Context, *http.Request) (context.Context, error)
	// WithTraceparent takes the traceparent of a message, from its _meta or its
	// header, if it is well-formed: https://www.w3.org/TR/trace-context/
	WithTraceparent func(context.Context, string) context.Context
	// Ready says whether tool calls can succeed; its answer counts for 10 s. Nil
	// is always ready.
	Ready func(context.Context) error
	// Metrics are kept if not nil, and served on /metrics, to callers only where
	// there is an Auth, unless MetricsElsewhere: see Front.ServeMetrics.
	Metrics          *metrics.Metrics
	MetricsElsewhere bool
	// Log takes what goes wrong and, at debug, a line for each request. Nil is
	// silence.
	Log *slog.Logger
	// Grace is the time that calls in flight at shutdown have; 0 means 10 s.
	Grace time.Duration
}

// check refuses contradictions, and gives the public URL if there is one.
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
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("public URL %q: set an http or https URL such as https://mcp.example.com", o.PublicURL)
	}
	if _, err := parseAddress(u.Host); err != nil {
		return nil, fmt.Errorf("public URL %q: %w: set an http or https URL such as https://mcp.example.com", o.PublicURL, err)
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
		return fmt.Errorf("listen address %q is not on loopback and callers are not authenticated: set one on loopback, such as 127.0.0.1:%s", listen, port)
	}
	return nil
}
