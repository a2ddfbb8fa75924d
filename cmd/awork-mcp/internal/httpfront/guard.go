package httpfront

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// guard keeps web pages from driving this server through their visitors'
// browsers: a page that rebinds its name to this machine shows in Host, one
// that calls across origins in Origin. The specification demands the latter:
// https://modelcontextprotocol.io/specification/2026-07-28/basic/transports#security-warning
type guard struct {
	hosts   map[address]bool // without a port: on any
	origins map[origin]bool
	public  string // the public URL's host, unless that is a name of loopback
}

var (
	errForeignHost   = errors.New("requests for this Host are not served here")
	errForeignOrigin = errors.New("requests from this Origin are not served here")
)

func newGuard(o Options, public *url.URL) (*guard, error) {
	g := &guard{hosts: map[address]bool{}, origins: map[origin]bool{}}
	if host, _, err := net.SplitHostPort(o.Listen); err == nil {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		if listen, err := parseAddress(host); err == nil {
			g.hosts[address{host: listen.host}] = true
		}
	}
	for _, h := range o.AllowedHosts {
		a, err := parseAddress(h)
		if err != nil {
			return nil, fmt.Errorf("allowed host %q: %w: set a name such as mcp.example.com", h, err)
		}
		g.hosts[a] = true
	}
	for _, s := range o.AllowedOrigins {
		a, err := parseOrigin(s)
		if err != nil {
			return nil, fmt.Errorf("allowed origin %q: %w: set each origin by itself, such as https://app.example.com", s, err)
		}
		g.origins[a] = true
	}
	if public != nil {
		a, err := parseOrigin(public.Scheme + "://" + public.Host)
		if err != nil {
			return nil, fmt.Errorf("public URL %q: %w", public, err)
		}
		g.origins[a] = true
		g.hosts[address{host: a.host}] = true
		if !a.isLoopback() {
			g.public = a.host
		}
	}
	return g, nil
}

// check refuses a foreign Host and a foreign Origin. No Origin at all is fine:
// programs send none.
func (g *guard) check(r *http.Request) error {
	host, err := parseAddress(r.Host)
	if err != nil || !g.allowsHost(host) {
		return errForeignHost
	}
	switch sent := r.Header.Values("Origin"); len(sent) {
	case 0:
		return nil
	case 1:
		if o, err := parseOrigin(sent[0]); err == nil && g.allowsOrigin(o, host) {
			return nil
		}
	}
	return errForeignOrigin
}

func (g *guard) allowsHost(a address) bool {
	return a.isLoopback() || g.hosts[a] || g.hosts[address{host: a.host}]
}

// allowsOrigin takes the origins of the settings, and this server's own: the
// one the request was sent to, where all names of loopback are one. What serves
// plain http under the name of an https public URL may be anybody on the way.
func (g *guard) allowsOrigin(o origin, to address) bool {
	if g.origins[o] {
		return true
	}
	if to.host == g.public {
		return false
	}
	if o.scheme != "http" && o.scheme != "https" {
		return false
	}
	to = to.withPort(o.scheme)
	return o.address == to || o.port == to.port && o.isLoopback() && to.isLoopback()
}
