//go:build e2e && unix

package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// viewConfig is what clients/view.mjs works with.
type viewConfig struct {
	Chromium    string            `json:"chromium"`
	Screenshots string            `json:"screenshots"`
	Port        string            `json:"port"`
	Servers     map[string]string `json:"servers"`
}

// viewResult is what it found in one way to open the view.
type viewResult struct {
	Name     string   `json:"name"`
	Problems []string `json:"problems"`
}

// viewOpened is how many ways there are.
const viewOpened = 12

// Pictures of the view go to AWORK_MCP_E2E_SCREENSHOTS.
func TestView(t *testing.T) {
	browser := os.Getenv("AWORK_MCP_E2E_CHROMIUM")
	if browser == "" {
		browser = "/usr/bin/chromium"
	}
	if _, err := exec.LookPath(browser); err != nil {
		t.Skipf("view: 0 checks, skipped: there is no Chromium (%s); install Debian's package chromium", browser)
	}
	section(t, "view", func(t *testing.T, c *tally) {
		n := npm(t)
		w := newWorkspace(t)
		port := freePort(t)
		origin := "http://127.0.0.1:" + port
		base, _ := serveHTTP(t, against(w.url, sandbox.AdminToken), "--allowed-origins", origin)
		config := viewConfig{Chromium: browser, Screenshots: t.TempDir(), Port: port,
			Servers: map[string]string{"legacy": base + "/mcp", "modern": base + "/mcp"}}
		if dir := os.Getenv("AWORK_MCP_E2E_SCREENSHOTS"); dir != "" {
			config.Screenshots = dir
		}
		b, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		p := n.run(t, newHome(t), nil, n.script(t, "view.mjs", "viewhost.mjs"), string(b))
		status := p.wait(t, 5*timeout)
		var results []viewResult
		err = json.Unmarshal([]byte(lastLine(p.stdout.String())), &results)
		c.must(t, status == 0 && err == nil && len(results) == viewOpened, "exit status %d, %v, %d results: %s %s",
			status, err, len(results), cut(p.stdout.String(), 500), cut(p.stderr.String(), 900))
		for _, r := range results {
			c.check(t, len(r.Problems) == 0, "%s: %q", r.Name, r.Problems)
		}
		for _, theme := range []string{"light", "dark"} {
			info, err := os.Stat(filepath.Join(config.Screenshots, "audit-"+theme+".png"))
			c.check(t, err == nil && info.Size() < 80_000, "the picture in %s: %v", theme, err)
		}
		for _, r := range w.sandbox.Requests() {
			c.check(t, r.Method == http.MethodGet, "awork saw %s %s", r.Method, r.Path)
		}
	})
}
