//go:build e2e && unix

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// sessionsConfig is what clients/sessions.mjs plays with.
type sessionsConfig struct {
	Command   string            `json:"command,omitempty"`
	Args      []string          `json:"args,omitempty"`
	Env       map[string]string `json:"env,omitempty"`
	URL       string            `json:"url,omitempty"`
	Mode      string            `json:"mode,omitempty"`
	Restarted string            `json:"restarted,omitempty"` // a file that is there then
	ID        string            `json:"id"`
}

// TestSessionsOfRealClients has clients that lose their session, or never keep one,
// go on by themselves, and mcp-remote connect to addresses with a slash at the end.
func TestSessionsOfRealClients(t *testing.T) {
	section(t, "sessions", func(t *testing.T, c *tally) {
		n := npm(t)
		read := [][]string{{"tools", "true"}, {"read", "found"}}
		again := []string{"read again", "found"}
		for name, r := range map[string]struct {
			remote []string // mcp-remote's arguments, where it stands between
			path   string
			mode   string
			want   [][]string
		}{
			"without session ids": {nil, "/mcp", "forgetful", append(read[:2:2],
				[]string{"delete", "confirmation_required"}, []string{"delete with the code", "deleted"})},
			"an ended session": {nil, "/mcp", "stale", append(read[:2:2],
				[]string{"read again", "the session is gone"}, again)},
			"mcp-remote, the server starts again": {[]string{"--transport", "http-only"}, "/mcp", "restart",
				append(read[:2:2], again)},
			"mcp-remote to /mcp/": {[]string{}, "/mcp/", "", read},
			"mcp-remote to /sse/": {[]string{"--transport", "sse-only"}, "/sse/", "", read},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorkspace(t)
				port := freePort(t)
				server := listen(t, w, port)
				config := sessionsConfig{URL: "http://127.0.0.1:" + port + r.path, Mode: r.mode, ID: target}
				if r.remote != nil {
					config.Args = append([]string{n.path("mcp-remote", "dist", "proxy.js"), config.URL}, r.remote...)
					config.Command, config.URL = n.node, ""
					config.Env = map[string]string{"HOME": newHome(t), "NO_OPEN": "1"}
				}
				home := newHome(t)
				config.Restarted = filepath.Join(home, "restarted")
				b, err := json.Marshal(config)
				if err != nil {
					t.Fatal(err)
				}
				p := n.run(t, home, nil, n.script(t, "sessions.mjs"), string(b))
				if r.mode == "restart" {
					p.stdout.find(t, p, `(ready)`)
					server.end(t)
					listen(t, w, port)
					if err := os.WriteFile(config.Restarted, nil, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				status := p.wait(t, time.Minute)
				var got struct {
					Steps [][]string `json:"steps"`
					Error string     `json:"error"`
				}
				err = json.Unmarshal([]byte(lastLine(p.stdout.String())), &got)
				c.check(t, status == 0 && err == nil && got.Error == "" && reflect.DeepEqual(got.Steps, r.want),
					"status %d, %v, %s: %v; %s", status, err, got.Error, got.Steps, cut(p.stderr.String(), 700))
			})
		}
	})
}

// listen serves MCP over HTTP at a port.
func listen(t *testing.T, w *workspace, port string) *process {
	t.Helper()
	p := start(t, newHome(t), w.env(), binary, "http", "--listen", "127.0.0.1:"+port, "--log-format", "json")
	p.stderr.find(t, p, `"streamable":"(http://[^"]+)/mcp"`)
	return p
}
