package httpfront

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"time"
)

const defaultGrace = 10 * time.Second

// Options says where and for whom a Front serves.
type Options struct {
	// Listen is the host:port that is listened on. It must be on loopback:
	// anyone who reaches the server may use it, since callers are not
	// authenticated.
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
	// Log takes what goes wrong and, at debug, a line for each request. Nil is
	// silence.
	Log *slog.Logger
	// Grace is the time that calls in flight at shutdown have; 0 means 10 s.
	Grace time.Duration
}

// check refuses contradictions, and gives the public URL if there is one.
func (o Options) check() (*url.URL, error) {
	if err := checkListen(o.Listen); err != nil {
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

func checkListen(listen string) error {
	host, port, err := net.SplitHostPort(listen)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("listen address %q: set host:port, such as 127.0.0.1:8080", listen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("listen address %q is not on loopback and callers are not authenticated: set one on loopback, such as 127.0.0.1:%s", listen, port)
	}
	return nil
}
