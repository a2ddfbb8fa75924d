//go:build e2e && unix

package e2e

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

const publicURL = "https://mcp.example.com"

// proxies start a proxy with its example of docs/team.md before a server, and
// return where it listens.
var proxies = []struct {
	name  string
	start func(t *testing.T, program, backend string) (address string, roots *x509.CertPool)
}{{"nginx", startNginx}, {"caddy", startCaddy}}

// The examples for proxies in docs/team.md pass on what every transport needs,
// whether the server is given its public address or the name of the host alone.
func TestProxies(t *testing.T) {
	section(t, "proxies", func(t *testing.T, c *tally) {
		for _, proxy := range proxies {
			program, err := exec.LookPath(proxy.name)
			if err != nil && proxy.name == "nginx" {
				program, err = exec.LookPath("/usr/sbin/nginx")
			}
			if err != nil {
				c.note("there is no %s here: install Debian's package %s", proxy.name, proxy.name)
				c.checks++ // that it is not here
				continue
			}
			for _, setting := range [][]string{{"--public-url", publicURL}, {"--allowed-hosts", "mcp.example.com"}} {
				t.Run(proxy.name+" "+setting[0], func(t *testing.T) {
					t.Parallel()
					w := newWorkspace(t)
					base, _ := serveHTTP(t, w.env(), setting...)
					address, roots := proxy.start(t, program, strings.TrimPrefix(base, "http://"))
					throughProxy(t, c, w, proxied(t, address, roots))
				})
			}
		}
	})
}

// proxied returns a client for which publicURL is at an address.
func proxied(t *testing.T, address string, roots *x509.CertPool) *http.Client {
	t.Helper()
	var d net.Dialer
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return d.DialContext(ctx, "tcp", address)
		},
		TLSClientConfig:   &tls.Config{RootCAs: roots},
		ForceAttemptHTTP2: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func throughProxy(t *testing.T, c *tally, w *workspace, h *http.Client) {
	t.Helper()
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 404, "/nowhere": 404} {
		equal(t, c, path, status(t, h, path), want)
	}
	own := status(t, h, "/mcp", "Origin", publicURL, "Mcp-Protocol-Version", "2026-07-28")
	equal(t, c, "its own origin", own, http.StatusMethodNotAllowed)
	equal(t, c, "a foreign origin", status(t, h, "/mcp", "Origin", "https://evil.example"), http.StatusForbidden)

	// An event that is longer than the buffers of a proxy, and the question is open until it is answered.
	ids := []string{target, targetTwo}
	for i := range 48 {
		name := fmt.Sprintf("%d %s", i, strings.Repeat("long ", 40))
		ids = append(ids, w.sandbox.AddAPIUser(sandbox.APIUser{Name: name, RoleID: sandbox.AdminRoleID}).ID)
	}
	for i, era := range mcptest.Eras() {
		half := ids[i*25 : (i+1)*25]
		asked := make(chan mcptest.Question, 1)
		answer := func(q mcptest.Question) mcptest.Answer {
			asked <- q
			return mcptest.Accept(map[string]any{"confirm": true, "count": "25"})
		}
		client := mcptest.HTTP(t, h, publicURL+"/mcp", mcptest.Options{Era: era, Answer: answer})
		s := outcomeOf(t, client.Client, "delete_api_users", map[string]any{"apiUserIds": half})
		c.check(t, s.Outcome == "deleted" && len(s.Results) == 25, "%s: %+v", era, s)
		c.must(t, len(asked) == 1, "%s: nobody was asked", era)
		q := <-asked
		c.check(t, len(q.Message) > 4<<10, "%s: the question is %d bytes long", era, len(q.Message))
	}

	stream := mcptest.SSE(t, h, publicURL, mcptest.Options{})
	s := outcomeOf(t, stream.Client, "get_api_user", map[string]any{"apiUserId": spared})
	c.check(t, s.Outcome == "found" && s.APIUserID == spared, "SSE: %+v", s)
	s = outcomeOf(t, stream.Client, "delete_api_user", map[string]any{"apiUserId": bulkOne})
	c.check(t, s.Outcome == "confirmation_required" && s.ConfirmationCode != "", "SSE: %+v", s)
	confirmed := map[string]any{"apiUserId": bulkOne, "confirmationCode": s.ConfirmationCode}
	s = outcomeOf(t, stream.Client, "delete_api_user", confirmed)
	c.check(t, s.Outcome == "deleted", "SSE: %+v", s)
	c.check(t, hasComment(t, h), "no comment of a silent stream comes through")
}

// status is that of a GET.
func status(t *testing.T, h *http.Client, path string, header ...string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, publicURL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := h.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// outcomeOf calls a tool.
func outcomeOf(t *testing.T, client *mcptest.Client, tool string, arguments map[string]any) (s structured) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	r := client.Call(ctx, tool, arguments)
	result, err := r.ToolResult()
	if err == nil {
		err = json.Unmarshal(result.StructuredContent, &s)
	}
	if err != nil {
		t.Errorf("%s: %v %s", tool, err, cut(string(r.Result), 500))
	}
	return s
}

// hasComment reports whether a stream on which nothing happens carries a comment.
func hasComment(t *testing.T, h *http.Client) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, publicURL+"/sse", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := h.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	for s := bufio.NewScanner(res.Body); s.Scan(); {
		if strings.HasPrefix(s.Text(), ":") {
			return true
		}
	}
	return false
}
