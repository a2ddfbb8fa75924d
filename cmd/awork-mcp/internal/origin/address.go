package origin

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// address is a host with or without a port, as Host headers, origins and
// settings name it: names in lower case, IP addresses in canonical form, so
// that equal addresses are equal values.
type address struct {
	host, port string
}

var (
	errHost   = errors.New("not a host name or IP address")
	errPort   = errors.New("not a port between 1 and 65535")
	errOrigin = errors.New("not an origin: write scheme://host[:port], nothing after it")
)

// parseAddress takes host, host:port, [v6] and [v6]:port, and nothing that
// merely resembles them.
func parseAddress(s string) (address, error) {
	var host, port string
	var hasPort bool
	if rest, ok := strings.CutPrefix(s, "["); ok {
		inner, after, closed := strings.Cut(rest, "]")
		ip, _ := netip.ParseAddr(inner) // zero where it is none
		if !closed || !ip.Is6() || ip.Zone() != "" {
			return address{}, errHost
		}
		host = ip.Unmap().String()
		if port, hasPort = strings.CutPrefix(after, ":"); !hasPort && after != "" {
			return address{}, errHost
		}
	} else {
		host, port, hasPort = strings.Cut(s, ":")
		host = strings.ToLower(host)
		if !isName(host) {
			return address{}, errHost
		}
	}
	if !hasPort {
		return address{host: host}, nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return address{}, errPort
	}
	return address{host: host, port: strconv.FormatUint(n, 10)}, nil
}

func isName(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" {
			return false
		}
		for _, c := range []byte(label) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

func (a address) String() string {
	if a.port != "" {
		return net.JoinHostPort(a.host, a.port)
	}
	if strings.Contains(a.host, ":") {
		return "[" + a.host + "]"
	}
	return a.host
}

// isLoopback reports whether a names this machine to itself. Names below
// localhost belong to it as well: https://www.rfc-editor.org/rfc/rfc6761#section-6.3
func (a address) isLoopback() bool {
	if a.host == "localhost" || strings.HasSuffix(a.host, ".localhost") {
		return true
	}
	ip, _ := netip.ParseAddr(a.host) // zero where it is none
	return ip.IsLoopback()
}

// IsIP reports whether a Host header names an IP address, which a page can't rebind
// to another machine.
func IsIP(host string) bool {
	a, _ := parseAddress(host) // zero where it is none
	_, err := netip.ParseAddr(a.host)
	return err == nil
}

// withPort fills in the port that a scheme implies.
func (a address) withPort(scheme string) address {
	switch {
	case a.port != "":
	case scheme == "http":
		a.port = "80"
	case scheme == "https":
		a.port = "443"
	}
	return a
}

// origin is what a browser says a request comes from:
// https://www.rfc-editor.org/rfc/rfc6454#section-4. Default ports are spelled
// out, so that equal origins are equal values.
type origin struct {
	scheme string
	address
}

func parseOrigin(s string) (origin, error) {
	scheme, rest, _ := strings.Cut(s, "://")
	scheme = strings.ToLower(scheme)
	if !isScheme(scheme) {
		return origin{}, errOrigin
	}
	a, err := parseAddress(rest)
	if err != nil {
		return origin{}, errOrigin
	}
	return origin{scheme, a.withPort(scheme)}, nil
}

func isScheme(s string) bool {
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(c))) {
			return false
		}
	}
	return s != ""
}

func (o origin) String() string { return o.scheme + "://" + o.address.String() }
