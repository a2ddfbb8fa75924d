//go:build e2e && unix

package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"testing"
)

// appConfig is what clients/app.mjs works with.
type appConfig struct {
	URL         string   `json:"url"`
	Chromium    string   `json:"chromium"`
	Screenshots string   `json:"screenshots"`
	Servers     []string `json:"servers"`
	Workspace   string   `json:"workspace"`
	Users       int      `json:"users"`
}

// The Inspector's page shows the view of the audit, in both eras.
func TestInspectorApp(t *testing.T) {
	browser := os.Getenv("AWORK_MCP_E2E_CHROMIUM")
	if browser == "" {
		browser = "/usr/bin/chromium"
	}
	if _, err := exec.LookPath(browser); err != nil {
		t.Skipf("inspector app: 0 checks, skipped: there is no Chromium (%s); install Debian's package chromium", browser)
	}
	section(t, "inspector app", func(t *testing.T, c *tally) {
		n, w := npm(t), newWorkspace(t)
		entries := map[string]serverEntry{
			"stdio-modern": newEntry(t, "stdio", "modern", w.env(), nil),
			"http-legacy":  newEntry(t, "http", "legacy", w.env(), nil),
		}
		config := appConfig{Chromium: browser, Screenshots: os.Getenv("AWORK_MCP_E2E_SCREENSHOTS"),
			Servers: []string{"stdio-modern", "http-legacy"}, Workspace: "Studio Nordlicht", Users: seeded}
		config.URL = serveInspector(t, n, entries)
		b, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		p := n.run(t, newHome(t), nil, n.script(t, "app.mjs"), string(b))
		status := p.wait(t, 3*timeout)
		var results []viewResult
		err = json.Unmarshal([]byte(lastLine(p.stdout.String())), &results)
		c.must(t, status == 0 && err == nil && len(results) == len(config.Servers), "exit status %d, %v: %s %s",
			status, err, cut(p.stdout.String(), 500), cut(p.stderr.String(), 900))
		for _, r := range results {
			c.check(t, len(r.Problems) == 0, "%s: %q", r.Name, r.Problems)
		}
		for _, r := range w.sandbox.Requests() {
			c.check(t, r.Method == http.MethodGet, "awork saw %s %s", r.Method, r.Path)
		}
	})
}
