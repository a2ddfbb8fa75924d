package origin

import (
	"net/http"
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
		{"127.0.0.1:8080", "https://app.example.com", `Origin "https://app.example.com" are not served here: if that is meant, add it to --allowed-origins`},
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
	for host, want := range map[string]bool{"10.0.0.1:80": true, "[2001:db8::1]": true, "10.0.0.1.example": false, "localhost": false} {
		if IsIP(host) != want {
			t.Errorf("%s: %t", host, !want)
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
