//go:build e2e && unix

package e2e

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// webConfig is what clients/web.mjs works with.
type webConfig struct {
	URL         string   `json:"url"`
	Chromium    string   `json:"chromium"`
	Screenshots string   `json:"screenshots"`
	ID          string   `json:"id"`
	Servers     []string `json:"servers"`
}

// webResult is what it found of a server.
type webResult struct {
	Name     string `json:"name"`
	OK       bool   `json:"ok"`
	Detail   string `json:"detail"`
	Version  string `json:"version"`
	Question string `json:"question"`
}

func TestInspectorWeb(t *testing.T) {
	browser := os.Getenv("AWORK_MCP_E2E_CHROMIUM")
	if browser == "" {
		browser = "/usr/bin/chromium"
	}
	if _, err := exec.LookPath(browser); err != nil {
		t.Skipf("inspector web: 0 checks, skipped: there is no Chromium (%s); install Debian's package chromium", browser)
	}
	section(t, "inspector web", func(t *testing.T, c *tally) {
		n := npm(t)
		workspaces := map[string]*workspace{}
		entries := map[string]serverEntry{}
		config := webConfig{Chromium: browser, ID: target, Screenshots: os.Getenv("AWORK_MCP_E2E_SCREENSHOTS")}
		for _, transport := range []string{"stdio", "http"} {
			for _, era := range []string{"legacy", "modern"} {
				name := transport + "-" + era
				workspaces[name] = newWorkspace(t)
				entries[name] = newEntry(t, transport, era, workspaces[name].env(), nil)
				config.Servers = append(config.Servers, name)
			}
		}
		config.URL = serveInspector(t, n, entries)
		if config.Screenshots != "" {
			if err := os.MkdirAll(config.Screenshots, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		b, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		p := n.run(t, newHome(t), nil, n.script(t, "web.mjs"), string(b))
		status := p.wait(t, 3*timeout)
		var results []webResult
		err = json.Unmarshal([]byte(lastLine(p.stdout.String())), &results)
		c.must(t, status == 0 && err == nil && len(results) == len(config.Servers), "exit status %d, %v: %s %s", status, err, cut(p.stdout.String(), 500), cut(p.stderr.String(), 900))
		for _, r := range results {
			c.check(t, r.OK, "%s: %s", r.Name, r.Detail)
			version := "MCP 2025-11-25"
			if strings.HasSuffix(r.Name, "modern") {
				version = "MCP 2026-07-28"
			}
			equal(t, c, r.Name+": revision", r.Version, version)
			for _, want := range []string{`"Zapier Sync"`, `"Studio Nordlicht"`, target, "can't be undone"} {
				c.check(t, strings.Contains(r.Question, want), "%s: the form does not say %s: %s", r.Name, want, r.Question)
			}
			c.check(t, slices.Equal(workspaces[r.Name].saw().Deletes, []string{target}), "%s: awork saw %v deleted", r.Name, workspaces[r.Name].saw().Deletes)
		}
	})
}

// serveInspector serves the Inspector's page, and gives its address.
func serveInspector(t *testing.T, n clients, entries map[string]serverEntry) string {
	t.Helper()
	home := newHome(t)
	port := freePort(t)
	p := n.run(t, home, []string{"MCP_AUTO_OPEN_ENABLED=false", "MCP_INSPECTOR_API_TOKEN=e2e", "HOST=127.0.0.1", "CLIENT_PORT=" + port, "MCP_SANDBOX_PORT=0"},
		n.path("@modelcontextprotocol", "inspector", "clients", "launcher", "build", "index.js"),
		"--web", "--config", writeServers(t, home, entries))
	p.stdout.find(t, p, `up and running`)
	return "http://127.0.0.1:" + port + "/?MCP_INSPECTOR_API_TOKEN=e2e"
}

// freePort is a port that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
