// Package origin keeps web pages from driving this server through their
// visitors' browsers: a page that rebinds its name to this machine shows in the
// Host header, one that calls across origins in the Origin header. The
// specification demands the check of the latter:
// https://modelcontextprotocol.io/specification/2026-07-28/basic/transports#security-warning
//
//	guard, err := origin.NewGuard(origin.Options{Listen: "127.0.0.1:8080"})
//	…
//	if err := guard.Check(r); err != nil {
//		http.Error(w, err.Error(), http.StatusForbidden)
//	}
package origin

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Options say which hosts and origins a Guard allows beside loopback's.
type Options struct {
	// Listen is the host:port that is listened on.
	Listen string
	// Hosts are names that requests may have in Host; with a port, that port
	// alone is meant.
	Hosts []string
	// Origins are written scheme://host[:port]. There is no wildcard.
	Origins []string
	// PublicURL is where clients reach the server through a proxy; nil if they
	// don't.
	PublicURL *url.URL
}

// Guard refuses requests of foreign pages.
type Guard struct {
	hosts      map[address]bool // without a port: on any
	origins    map[origin]bool
	publicHost string // the public URL's, unless that is a name of loopback
}

// NewGuard returns a Guard, or an error that says in one line which entry is
// malformed.
func NewGuard(o Options) (*Guard, error) {
	g := &Guard{hosts: map[address]bool{}, origins: map[origin]bool{}}
	host := o.Listen[:max(0, strings.LastIndexByte(o.Listen, ':'))] // of IPv6 with its brackets
	if listen, err := parseAddress(host); err == nil {
		g.hosts[address{host: listen.host}] = true
	}
	for _, h := range o.Hosts {
		a, err := parseAddress(h)
		if err != nil {
			return nil, fmt.Errorf("allowed host %q: %w: set a name such as mcp.example.com", h, err)
		}
		g.hosts[a] = true
	}
	for _, s := range o.Origins {
		a, err := parseOrigin(s)
		if err != nil {
			return nil, fmt.Errorf("allowed origin %q: %w: set each origin by itself, such as https://app.example.com", s, err)
		}
		g.origins[a] = true
	}
	if o.PublicURL != nil {
		a, err := parseAddress(o.PublicURL.Host)
		if err != nil {
			return nil, fmt.Errorf("public URL %q: %w: set an http or https URL such as https://mcp.example.com",
				o.PublicURL, err)
		}
		g.origins[origin{o.PublicURL.Scheme, a.withPort(o.PublicURL.Scheme)}] = true
		g.hosts[address{host: a.host}] = true
		if !a.isLoopback() {
			g.publicHost = a.host
		}
	}
	return g, nil
}

// Check returns an error for a foreign Host or Origin. No Origin at all is fine:
// programs send none.
func (g *Guard) Check(r *http.Request) error {
	if err := g.CheckHost(r); err != nil {
		return err
	}
	sent := r.Header.Values("Origin")
	if len(sent) == 0 {
		return nil
	}
	host, _ := parseAddress(r.Host)
	if o, err := parseOrigin(sent[0]); len(sent) == 1 && err == nil && g.allowsOrigin(o, host) {
		return nil
	}
	origin := quote(strings.Join(sent, ", "))
	if _, err := parseOrigin(sent[0]); err != nil {
		return fmt.Errorf("requests from Origin %s are not served here: it is no origin that --allowed-origins could name",
			origin)
	}
	return fmt.Errorf("requests from Origin %s are not served here: if that is meant, add it to --allowed-origins", origin)
}

// CheckHost returns an error for a foreign Host.
func (g *Guard) CheckHost(r *http.Request) error {
	if g.AllowsHost(r.Host) {
		return nil
	}
	return fmt.Errorf("requests for Host %s are not served here: "+
		"if that is meant, add it to --allowed-hosts or set --public-url", quote(r.Host))
}

// quote quotes what a client has sent, and cuts it.
func quote(s string) string { return fmt.Sprintf("%.80q", s) }

// AllowsHost reports whether a Host header names this server.
func (g *Guard) AllowsHost(host string) bool {
	a, err := parseAddress(host)
	return err == nil && g.allowsAddress(a)
}

func (g *Guard) allowsAddress(a address) bool {
	return a.isLoopback() || g.hosts[a] || g.hosts[address{host: a.host}]
}

// allowsOrigin allows the origins of the settings, and this server's own: the
// one the request was sent to, where all names of loopback are one. What serves
// plain http under the name of an https public URL may be anybody on the way.
func (g *Guard) allowsOrigin(o origin, to address) bool {
	if g.origins[o] {
		return true
	}
	if to.host == g.publicHost {
		return false
	}
	if o.scheme != "http" && o.scheme != "https" {
		return false
	}
	to = to.withPort(o.scheme)
	return o.address == to || o.port == to.port && o.isLoopback() && to.isLoopback()
}
