package origin

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A refusal names what was sent, cut and quoted, and the setting.
func TestRefusalsNameTheSetting(t *testing.T) {
	t.Parallel()
	g, err := NewGuard(Options{Listen: "127.0.0.1:8080"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ host, origin, want string }{
		{"mcp.example.com", "", `Host "mcp.example.com" are not served here: if that is meant, add it to --allowed-hosts`},
		{"127.0.0.1:8080", "https://app.example.com", `Origin "https://app.example.com" are not served here: ` +
			`if that is meant, add it to --allowed-origins`},
		{"127.0.0.1", "null", `Origin "null" are not served here: it is no origin that --allowed-origins could name`},
		{"127.0.0.1", "\x1b[2J" + strings.Repeat("x", 1000), `Origin "\x1b[2Jxxx`},
	} {
		r := &http.Request{Host: test.host, Header: http.Header{}}
		if test.origin != "" {
			r.Header.Set("Origin", test.origin)
		}
		err := g.Check(r)
		if err == nil || !strings.Contains(err.Error(), test.want) || len(err.Error()) > 300 {
			t.Errorf("%q, %q: %v", test.host, test.origin, err)
		}
	}
}

// The hosts and origins of the settings are allowed, and this server's own.
func TestGuardAllows(t *testing.T) {
	t.Parallel()
	public := func(s string) *url.URL {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for _, c := range []struct {
		options Options
		host    string
		origins []string
		allowed bool
	}{
		{Options{}, "localhost:1", nil, true},
		{Options{}, "mcp.example.com", nil, false},
		{Options{}, "", nil, false},
		{Options{}, "localhost:0", nil, false},
		{Options{Listen: "192.0.2.1:0"}, "192.0.2.1:81", nil, true},
		{Options{Listen: "192.0.2.1:0"}, "192.0.2.2:81", nil, false},
		{Options{Listen: "[2001:db8::1]:80"}, "[2001:db8:0::1]", nil, true},
		{Options{Listen: ":80"}, "192.0.2.1", nil, false},
		{Options{Hosts: []string{"a.example"}}, "A.example:99", nil, true},
		{Options{Hosts: []string{"a.example:98"}}, "a.example:98", nil, true},
		{Options{Hosts: []string{"a.example:98"}}, "a.example:99", nil, false},
		{Options{Hosts: []string{"a.example:98"}}, "a.example", nil, false},
		{Options{Hosts: []string{"b.example", "a.example"}}, "c.a.example", nil, false},
		{Options{PublicURL: public("https://a.example:8443/x")}, "a.example", nil, true},
		{Options{PublicURL: public("https://a.example:8443/x")}, "b.example", nil, false},

		{Options{}, "localhost", []string{"http://localhost"}, true},
		{Options{}, "localhost:80", []string{"http://localhost"}, true},
		{Options{}, "localhost", []string{"https://localhost:443"}, true},
		{Options{}, "localhost", []string{"http://localhost", "http://localhost"}, false},
		{Options{}, "localhost", []string{""}, false},
		{Options{}, "localhost:99", []string{"http://127.0.0.1:99"}, true},
		{Options{}, "localhost:99", []string{"http://127.0.0.1:98"}, false},
		{Options{}, "localhost:99", []string{"http://evil.example:99"}, false},
		{Options{}, "localhost:99", []string{"app://localhost:99"}, false},
		{Options{Hosts: []string{"a.example"}}, "a.example:99", []string{"http://a.example:99"}, true},
		{Options{Hosts: []string{"a.example"}}, "a.example:99", []string{"https://a.example:99"}, true},
		{Options{Hosts: []string{"a.example"}}, "a.example:99", []string{"http://localhost:99"}, false},
		{Options{Origins: []string{"https://A.example"}}, "localhost", []string{"https://a.example:443"}, true},
		{Options{Origins: []string{"app://a.example"}}, "localhost", []string{"app://a.example"}, true},
		{Options{Origins: []string{"https://a.example"}}, "localhost", []string{"http://a.example"}, false},
		{Options{Origins: []string{"https://a.example"}}, "a.example", []string{"https://a.example"}, false},
		{Options{PublicURL: public("https://a.example/x")}, "a.example", []string{"https://a.example"}, true},
		{Options{PublicURL: public("https://a.example/x")}, "a.example", []string{"http://a.example"}, false},
		{Options{PublicURL: public("https://a.example/x")}, "localhost", []string{"https://a.example"}, true},
		{Options{PublicURL: public("http://localhost:8080")}, "localhost:99", []string{"http://localhost:99"}, true},
	} {
		g, err := NewGuard(c.options)
		if err != nil {
			t.Fatal(err)
		}
		r := &http.Request{Host: c.host, Header: http.Header{}}
		if c.origins != nil {
			r.Header["Origin"] = c.origins
		}
		if err := g.Check(r); (err == nil) != c.allowed {
			t.Errorf("%+v, Host %q, Origin %q: %v", c.options, c.host, c.origins, err)
		}
		if c.origins == nil && (g.AllowsHost(c.host) != c.allowed || (g.CheckHost(r) == nil) != c.allowed) {
			t.Errorf("%+v, Host %q: %t", c.options, c.host, !c.allowed)
		}
	}
}

// A setting that is malformed is named, with what to set.
func TestNewGuardRefuses(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]Options{
		`allowed host "a/b": not a host name or IP address: set a name such as mcp.example.com`: {
			Hosts: []string{"a", "a/b"}},
		`allowed host "a:0": not a port between 1 and 65535: set a name such as mcp.example.com`: {Hosts: []string{"a:0"}},
		`allowed origin "*": not an origin: write scheme://host[:port], nothing after it: set each origin by itself, ` +
			`such as https://app.example.com`: {Origins: []string{"https://a", "*"}},
		`public URL "https://a:0": not a port between 1 and 65535: set an http or https URL such as ` +
			`https://mcp.example.com`: {PublicURL: &url.URL{Scheme: "https", Host: "a:0"}},
	} {
		if g, err := NewGuard(o); g != nil || err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func FuzzGuard(f *testing.F) {
	for _, s := range []string{
		"http://localhost:8080", "https://[::1]", "null", "*", "http://127.0.0.1:0", "a://b",
		"HTTP://[::ffff:1.2.3.4]:80", "localhost:080", "[::1%25lo]:1", "[::1%lo]:1",
	} {
		f.Add(s, s)
	}
	g, err := NewGuard(Options{Listen: "127.0.0.1:8080", Origins: []string{"https://app.example.com"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, host, from string) {
		r := &http.Request{Host: host, Header: http.Header{"Origin": {from}}}
		passed := g.Check(r) == nil
		a, errHost := parseAddress(host)
		o, errOrigin := parseOrigin(from)
		if errHost == nil {
			if again, err := parseAddress(a.String()); err != nil || again != a {
				t.Errorf("%q: %v is not its own spelling: %v, %v", host, a, again, err)
			}
		}
		if errOrigin == nil {
			if again, err := parseOrigin(o.String()); err != nil || again != o {
				t.Errorf("%q: %v is not its own spelling: %v, %v", from, o, again, err)
			}
		}
		if !passed {
			return
		}
		if errHost != nil || errOrigin != nil || !a.isLoopback() {
			t.Errorf("Host %q, Origin %q passed", host, from)
		}
		if app := o.String() == "https://app.example.com:443"; !app && !o.isLoopback() {
			t.Errorf("Host %q, Origin %q passed", host, from)
		}
	})
}
