package httpserver

import (
	"net/http"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	x := start(t, Options{
		AllowedHosts:   []string{"mcp.internal", "[2001:db8::1]:9000"},
		AllowedOrigins: []string{"https://App.example.com", "https://other.example.com:8443"},
		PublicURL:      "https://mcp.example.com/awork",
	})
	_, port, _ := strings.Cut(x.addr, ":")
	tests := []struct {
		host    string
		origins []string
		foreign bool
	}{
		{host: x.addr},
		{host: "localhost:" + port},
		{host: "LocalHost:1"},
		{host: "localhost"},
		{host: "awork.localhost"},
		{host: "127.8.8.8:1"},
		{host: "[::1]:1"},
		{host: "[::ffff:127.0.0.1]:1"},
		{host: "mcp.example.com"},
		{host: "mcp.example.com:443"},
		{host: "mcp.internal:99"},
		{host: "[2001:db8:0::1]:9000"},
		{host: "[2001:db8::1]:9001", foreign: true},
		{host: "evil.example", foreign: true},
		{host: "evil.example:" + port, foreign: true},
		{host: "localhost.evil.example", foreign: true},
		{host: "localhost.", foreign: true},
		{host: "127.0.0.1.evil.example", foreign: true},
		{host: "127.0.0.1:" + port + ":1", foreign: true},
		{host: "2130706433", foreign: true},
		{host: "0.0.0.0:" + port, foreign: true},
		{host: "10.0.0.1", foreign: true},
		{host: "sub.mcp.example.com", foreign: true},

		{host: x.addr, origins: []string{"http://" + x.addr}},
		{host: x.addr, origins: []string{"HTTP://LOCALHOST:" + port}},
		{host: "localhost", origins: []string{"http://localhost:80"}},
		{host: "localhost:80", origins: []string{"http://localhost"}},
		{host: x.addr, origins: []string{"https://app.example.com"}},
		{host: x.addr, origins: []string{"https://app.example.com:443"}},
		{host: x.addr, origins: []string{"https://other.example.com:8443"}},
		{host: x.addr, origins: []string{"https://mcp.example.com"}},
		{host: "mcp.internal", origins: []string{"https://mcp.internal"}},
		{host: "mcp.example.com", origins: []string{"https://mcp.example.com"}},
		{host: "mcp.example.com", origins: []string{"http://mcp.example.com"}, foreign: true},
		{host: "mcp.example.com:8080", origins: []string{"http://mcp.example.com:8080"}, foreign: true},
		{host: "mcp.example.com:8080", origins: []string{"https://mcp.example.com:8080"}, foreign: true},
		{host: x.addr, origins: []string{"https://evil.example"}, foreign: true},
		{host: x.addr, origins: []string{"null"}, foreign: true},
		{host: x.addr, origins: []string{""}, foreign: true},
		{host: x.addr, origins: []string{"*"}, foreign: true},
		{host: x.addr, origins: []string{"http://localhost:1"}, foreign: true},
		{host: x.addr, origins: []string{"http://app.example.com"}, foreign: true},
		{host: x.addr, origins: []string{"https://app.example.com:8443"}, foreign: true},
		{host: x.addr, origins: []string{"https://app.example.com.evil.example"}, foreign: true},
		{host: x.addr, origins: []string{"https://app.example.com/"}, foreign: true},
		{host: x.addr, origins: []string{"https://app.example.com https://evil.example"}, foreign: true},
		{host: x.addr, origins: []string{"https://u@app.example.com"}, foreign: true},
		{host: x.addr, origins: []string{"file://"}, foreign: true},
		{host: x.addr, origins: []string{"ftp://" + x.addr}, foreign: true},
		{host: x.addr, origins: []string{"https://app.example.com", "https://app.example.com"}, foreign: true},
		{host: x.addr, origins: []string{"https://app.example.com", "https://evil.example"}, foreign: true},
		{host: "mcp.example.com", origins: []string{"http://localhost:443"}, foreign: true},
		{host: "evil.example", origins: []string{"https://app.example.com"}, foreign: true},
	}
	routes := []struct{ method, path string }{
		{"POST", "/mcp"},
		{"GET", "/mcp"},
		{"DELETE", "/mcp"},
		{"OPTIONS", "/mcp"},
		{"GET", "/sse"},
		{"POST", "/message"},
		{"OPTIONS", "/message"},
	}
	for _, test := range tests {
		header := []string{"Host", test.host}
		for _, o := range test.origins {
			header = append(header, "Origin", o)
		}
		for _, route := range routes {
			res := x.do(x.request(route.method, route.path, "", header...))
			if err := res.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if foreign := res.StatusCode == http.StatusForbidden; foreign != test.foreign {
				t.Errorf("%s %s, Host %q, Origin %q: %d", route.method, route.path, test.host, test.origins,
					res.StatusCode)
			}
			if test.foreign && res.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s %s, Host %q, Origin %q: CORS for a stranger", route.method, route.path, test.host,
					test.origins)
			}
		}
		if status, body, _ := x.send("GET", "/healthz", "", header...); status != http.StatusOK || body != "ok" {
			t.Errorf("health, Host %q, Origin %q: %d", test.host, test.origins, status)
		}
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.com"
	x := start(t, Options{AllowedOrigins: []string{app}})

	for _, path := range []string{"/mcp", "/sse", "/message"} {
		status, _, header := x.send("OPTIONS", path, "", "Origin", app, "Access-Control-Request-Method", "POST",
			"Access-Control-Request-Headers", "content-type, mcp-param-region, mcp-param-a b, x-evil")
		if status != http.StatusNoContent || header.Get("Access-Control-Allow-Origin") != app ||
			header.Get("Access-Control-Allow-Methods") != "GET, POST, DELETE, OPTIONS" ||
			!strings.Contains(strings.Join(header.Values("Vary"), ","), "Origin") {
			t.Errorf("preflight of %s: %d %v", path, status, header)
		}
		allowed := header.Get("Access-Control-Allow-Headers")
		for _, want := range []string{"Content-Type", "Accept", "Authorization", "Mcp-Session-Id", "MCP-Protocol-Version",
			"Mcp-Method", "Mcp-Name", "mcp-param-region", "Last-Event-ID", "X-Awork-Token"} {
			if !strings.Contains(allowed, want) {
				t.Errorf("preflight of %s does not allow %s: %s", path, want, allowed)
			}
		}
		if strings.Contains(allowed, "evil") || strings.Contains(allowed, "a b") {
			t.Errorf("preflight of %s: %s", path, allowed)
		}
	}
	for _, r := range []*http.Request{
		x.request("GET", "/sse", "", "Origin", app),
		x.request("POST", "/mcp", initialize, "Origin", app),
		x.request("POST", "/mcp", "", "Origin", app, "Content-Type", "text/plain"),
	} {
		res := x.do(r)
		if got := res.Header.Values("Access-Control-Allow-Origin"); len(got) != 1 || got[0] != app {
			t.Errorf("%s %s: Access-Control-Allow-Origin %q", r.Method, r.URL.Path, got)
		}
		if !strings.Contains(res.Header.Get("Access-Control-Expose-Headers"), "Mcp-Session-Id, WWW-Authenticate") {
			t.Errorf("%s %s: %v", r.Method, r.URL.Path, res.Header)
		}
	}
	res := x.do(x.request("GET", "/sse", ""))
	if got := res.Header.Values("Access-Control-Allow-Origin"); got != nil {
		t.Errorf("without an origin: Access-Control-Allow-Origin %q", got)
	}
	if status, _, header := x.send("OPTIONS", "/mcp", ""); status != http.StatusMethodNotAllowed ||
		header.Get("Allow") == "" {
		t.Errorf("OPTIONS that is no preflight: %d", status)
	}
}
