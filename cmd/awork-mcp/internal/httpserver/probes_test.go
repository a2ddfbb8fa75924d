package httpserver

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/metrics"
)

func TestReady(t *testing.T) {
	t.Parallel()
	var probes, running atomic.Int32
	var broken atomic.Bool
	var out record
	begun, goOn := make(chan struct{}, 100), make(chan struct{})
	x := start(t, Options{Log: out.log(), Ready: func(context.Context) error {
		probes.Add(1)
		if running.Add(1) > 1 {
			t.Error("two probes at once")
		}
		defer running.Add(-1)
		begun <- struct{}{}
		<-goOn
		if broken.Load() {
			return errors.New("secret detail")
		}
		return nil
	}})
	ready := func() (int, string) {
		status, body, _ := x.send("GET", "/readyz", "", "Host", "evil.example")
		return status, body
	}
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if status, _ := ready(); status != 200 {
				t.Errorf("ready: %d", status)
			}
		})
	}
	receive(t, begun)
	close(goOn)
	all.Wait()
	broken.Store(true)
	if status, _ := ready(); status != 200 || probes.Load() != 1 {
		t.Errorf("%d after %d probes", status, probes.Load())
	}
	x.server.ready.mu.Lock()
	x.server.ready.at = time.Now().Add(-readyFor)
	x.server.ready.mu.Unlock()
	if status, body := ready(); status != 503 || body != "not ready" {
		t.Errorf("broken: %d %s", status, body)
	}
	if !strings.Contains(out.String(), "secret detail") {
		t.Error("the log does not say why")
	}
	if status, _, _ := x.send("POST", "/readyz", "{}"); status != 405 {
		t.Errorf("POST: %d", status)
	}
	y := readiness{
		probe: func(context.Context) error { panic("ouch") },
		log:   slog.New(slog.DiscardHandler),
		lasts: time.Hour,
	}
	if y.check() == nil {
		t.Error("a panic is readiness")
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}, Metrics: metrics.New()})
	x.sessionAs("ann")
	events(x.do(x.request("GET", "/sse", "", bearer("ann")...)).Body).Scan()
	x.send("BREW", "/nowhere-"+strings.Repeat("x", 100), "")
	x.server.o.Metrics.ObserveTool("echo", "found", time.Second)
	for name, want := range map[string]int{"ann": 200, "eve": 401, "nobody": 403} {
		if status, _, _ := x.send("GET", "/metrics", "", bearer(name)...); status != want {
			t.Errorf("%s: %d", name, status)
		}
	}
	_, text, header := x.send("GET", "/metrics", "", with(bearer("ann"), []string{"Host", "10.0.0.1"})...)
	for _, want := range []string{
		`awork_mcp_http_requests_total{route="/mcp",method="POST",status="2xx"} 1`,
		`awork_mcp_http_requests_total{route="other",method="other",status="4xx"} 1`,
		`awork_mcp_http_requests_total{route="/metrics",method="GET",status="4xx"} 2`,
		`awork_mcp_sessions_open{transport="http"} 1`,
		`awork_mcp_sessions_open{transport="sse"} 1`,
		`awork_mcp_streams_open 1`,
		`awork_mcp_calls_in_flight 0`,
		`awork_mcp_connections_busy 1`,
		`awork_mcp_tool_calls_total{tool="echo",outcome="found"} 1`,
		`awork_mcp_http_request_duration_seconds_bucket{route="/mcp",method="POST",le="0.005"}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, "nowhere") || strings.Contains(text, "token-of") ||
		header.Get("Content-Type") != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("%s\n%s", header, text)
	}
	if t.Failed() {
		t.Log(text)
	}
	open := start(t, Options{Metrics: metrics.New()})
	for host, want := range map[string]int{open.addr: 200, "localhost": 200, "10.0.0.1:9090": 200, "evil.example": 403} {
		status, text, _ := open.send("GET", "/metrics", "", "Host", host)
		if status != want || (status == 403) != strings.Contains(text, "evil.example") {
			t.Errorf("without callers, Host %s: %d", host, status)
		}
	}
}

func TestMetricsElsewhere(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}, Metrics: metrics.New(), MetricsElsewhere: true})
	if status, _, _ := x.send("GET", "/metrics", "", bearer("ann")...); status != http.StatusNotFound {
		t.Errorf("beside the rest: %d", status)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- x.server.ServeMetrics(ctx, ln) }()
	x.url = "http://" + ln.Addr().String()
	if status, text, _ := x.send("GET", "/metrics", ""); status != 200 ||
		!strings.Contains(text, "awork_mcp_sessions_open") {
		t.Errorf("%d %s", status, text)
	}
	if status, _, _ := x.send("GET", "/metrics", "", "Host", "evil.example"); status != 403 {
		t.Errorf("evil Host: %d", status)
	}
	for path, want := range map[string]int{"/": 404, "/mcp": 404, "/healthz": 404} {
		if status, _, _ := x.send("GET", path, ""); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
	stop()
	if err := receive(t, served); err != nil {
		t.Error(err)
	}
	if err := x.server.ServeMetrics(t.Context(), ln); err == nil {
		t.Error("a closed listener serves")
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	const issuer, app = "https://id.example.com/realm", "https://app.example.com"
	own := start(t, Options{Auth: book{issuer}, AllowedOrigins: []string{app}})
	public := start(t, Options{Auth: book{issuer}, PublicURL: "https://mcp.example.com/awork/"})
	_, port, _ := strings.Cut(own.addr, ":")
	for _, test := range []struct {
		x          *fixture
		path, host string
		base       string
	}{
		{own, "/mcp", own.addr, own.url},
		{own, "/mcp", "localhost:" + port, "http://localhost:" + port},
		{own, "/mcp", "evil.example", own.url},
		{own, "/sse", own.addr, own.url},
		{public, "/mcp", public.addr, "https://mcp.example.com/awork"},
		{public, "/mcp", "evil.example", "https://mcp.example.com/awork"},
		{public, "/sse", public.addr, "https://mcp.example.com/awork"},
		{public, "", public.addr, "https://mcp.example.com/awork"},
	} {
		paths := []string{wellKnown + test.path}
		if test.x == public {
			paths = append(paths, wellKnown+"/awork"+test.path)
		}
		for _, path := range paths {
			status, body, header := test.x.send("GET", path, "", "Host", test.host)
			var got struct {
				Resource string   `json:"resource"`
				Servers  []string `json:"authorization_servers"`
				Scopes   []string `json:"scopes_supported"`
				Methods  []string `json:"bearer_methods_supported"`
			}
			if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 ||
				header.Get("Content-Type") != "application/json" {
				t.Fatalf("%s: %d %s, %v", path, status, body, err)
			}
			if got.Resource != test.base+test.path || !slices.Equal(got.Servers, []string{issuer}) ||
				!slices.Equal(got.Scopes, []string{"apiusers:read",
					"apiusers:write"}) || !slices.Equal(got.Methods, []string{"header"}) {
				t.Errorf("%s for %s: %+v", path, test.host, got)
			}
		}
		if test.path == "" || test.host == "evil.example" {
			continue
		}
		_, _, header := test.x.send("GET", test.path, "", "Host", test.host)
		want := `Bearer realm="awork-mcp", resource_metadata="` + test.base + wellKnown + test.path + `", scope="apiusers:read apiusers:write"`
		if got := header.Get("WWW-Authenticate"); got != want {
			t.Errorf("%s: %s", test.path, got)
		}
		_, _, header = test.x.send("GET", test.path, "", with([]string{"Host", test.host}, bearer("nobody"))...)
		if got := header.Get("WWW-Authenticate"); !strings.Contains(got, "resource_metadata") ||
			strings.Count(got, "scope=") != 1 {
			t.Errorf("%s: %s", test.path, got)
		}
	}
	status, _, header := own.send("OPTIONS", wellKnown+"/mcp", "", "Origin", app,
		"Access-Control-Request-Method", "GET")
	if status != 204 || header.Get("Access-Control-Allow-Origin") != app {
		t.Errorf("preflight: %d", status)
	}
	status, _, header = own.send("GET", wellKnown+"/mcp", "", "Origin", "https://evil.example")
	if status != 200 || header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("evil Origin: %d %v", status, header)
	}
	if status, _, _ := start(t, Options{Auth: book{}}).send("GET", wellKnown+"/mcp", ""); status != 404 {
		t.Errorf("no issuer: %d", status)
	}
}
