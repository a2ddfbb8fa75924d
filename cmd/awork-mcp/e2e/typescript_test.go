//go:build e2e && unix

package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// tsServer is where a TypeScript client finds the program.
type tsServer struct {
	Command string            `json:"command,omitempty"`
	Args    []string          `json:"args,omitempty"`
	Env     map[string]string `json:"env,omitempty"`
	URL     string            `json:"url,omitempty"`
	SSE     bool              `json:"sse,omitempty"`
	Mode    any               `json:"mode,omitempty"` // how the second generation agrees on a revision
}

// tsConfig is what clients/scenario.mjs plays with.
type tsConfig struct {
	Server tsServer       `json:"server"`
	Human  tsServer       `json:"human"` // with --confirm human
	Watch  string         `json:"watch"`
	Tools  []string       `json:"tools"`
	Total  int            `json:"total"`
	IDs    map[string]any `json:"ids"`
	Asks   bool           `json:"asks"` // the human can be asked
	// Cancels: a cancel reaches the call. These clients cancel with a message of
	// its own, which says nothing to a server without sessions.
	Cancels bool `json:"cancels"`
}

// tsReport is what it found.
type tsReport struct {
	Version string  `json:"version"`
	Steps   [][]any `json:"steps"` // name, whether it holds, what is wrong
	Refused string  `json:"refused"`
	// Complete: all progress of the bulk deletion came.
	Complete bool `json:"complete"`
}

// Steps of the scenario, with and without questions.
const (
	stepsAsking = 18
	stepsMute   = 15
)

// tsRun is a client in one way to reach the program.
type tsRun struct {
	name, script, transport string
	mode                    any
	args                    []string // of the program
	remote                  []string // mcp-remote's arguments, where it stands before it
	version                 string   // that is negotiated; none where the client refuses
	asks                    bool
}

func tsRuns() []tsRun {
	const newest, older = "2026-07-28", "2025-11-25"
	stateless := []string{"--stateless"}
	runs := []tsRun{
		{"sdk 1 stdio", "sdk1.mjs", "stdio", nil, nil, nil, older, true},
		{"sdk 1 http", "sdk1.mjs", "http", nil, nil, nil, older, true},
		{"sdk 1 http stateless", "sdk1.mjs", "http", nil, stateless, nil, older, false},
		{"sdk 1 sse", "sdk1.mjs", "sse", nil, nil, nil, older, false},
		{"mcp-remote http", "sdk1.mjs", "http", nil, nil, []string{"--transport", "http-only"}, older, true},
		{"mcp-remote http stateless", "sdk1.mjs", "http", nil, stateless, []string{"--transport", "http-only"}, older, false},
		{"mcp-remote http first", "sdk1.mjs", "http", nil, nil, []string{}, older, true},
		{"mcp-remote sse", "sdk1.mjs", "sse", nil, nil, []string{"--transport", "sse-only"}, older, false},
	}
	for _, m := range []struct {
		name    string
		mode    any
		version string
	}{{"legacy", "legacy", older}, {"auto", "auto", newest}, {"pinned", map[string]string{"pin": newest}, newest}} {
		sse := older
		if m.name == "pinned" {
			sse = ""
		}
		runs = append(runs,
			tsRun{"sdk 2 " + m.name + " stdio", "sdk2.mjs", "stdio", m.mode, nil, nil, m.version, true},
			tsRun{"sdk 2 " + m.name + " http", "sdk2.mjs", "http", m.mode, nil, nil, m.version, true},
			tsRun{"sdk 2 " + m.name + " http stateless", "sdk2.mjs", "http", m.mode, stateless, nil, m.version, m.version == newest},
			tsRun{"sdk 2 " + m.name + " sse", "sdk2.mjs", "sse", m.mode, nil, nil, sse, false},
		)
	}
	return runs
}

func TestTypeScriptSDK(t *testing.T) {
	section(t, "typescript", func(t *testing.T, c *tally) {
		n := npm(t)
		var mu sync.Mutex
		runs, short := 0, []string{}
		t.Run("runs", func(t *testing.T) {
			for _, r := range tsRuns() {
				t.Run(r.name, func(t *testing.T) {
					t.Parallel()
					report := r.run(t, c, n)
					mu.Lock()
					defer mu.Unlock()
					if report.Refused == "" {
						runs++
						if !report.Complete {
							short = append(short, r.name)
						}
					}
				})
			}
		})
		slices.Sort(short)
		c.note("%d runs, not all progress read in %d: %s", runs, len(short), strings.Join(short, ", "))
	})
}

// server gives a way to the program; where it is reached over HTTP it is started.
func (r tsRun) server(t *testing.T, n clients, w *workspace, args ...string) tsServer {
	t.Helper()
	e := newEntry(t, r.transport, "", w.env(), append(args, r.args...))
	if r.remote != nil {
		proxy := append([]string{n.path("mcp-remote", "dist", "proxy.js"), e.URL}, r.remote...)
		return tsServer{Command: n.node, Args: proxy, Env: map[string]string{"HOME": newHome(t), "NO_OPEN": "1"}}
	}
	return tsServer{Command: e.Command, Args: e.Args, Env: e.Env, URL: e.URL, SSE: e.Type == "sse", Mode: r.mode}
}

func (r tsRun) run(t *testing.T, c *tally, n clients) tsReport {
	w := newWorkspace(t)
	config := tsConfig{
		Server: r.server(t, n, w), Human: r.server(t, n, w, "--confirm", "human"),
		Watch: w.watch, Tools: toolNames, Total: seeded, Asks: r.asks,
		Cancels: r.args == nil || r.version != "2025-11-25",
		IDs: map[string]any{"target": target, "targetTwo": targetTwo, "spared": spared, "slow": slow,
			"bulk": []string{bulkOne, bulkTwo, sandbox.TimeDashboardCopyID}},
	}
	b, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	p := n.run(t, newHome(t), nil, n.script(t, r.script, "scenario.mjs"), string(b))
	status := p.wait(t, 3*time.Minute)
	var report tsReport
	err = json.Unmarshal([]byte(lastLine(p.stdout.String())), &report)
	c.must(t, status == 0 && err == nil, "exit status %d, %v: %s %s", status, err, cut(p.stdout.String(), 700), cut(p.stderr.String(), 700))
	if r.version == "" {
		c.check(t, report.Refused != "", "the client takes a transport that its revision does not have: %+v", report)
		return report
	}
	c.must(t, report.Refused == "", "connect: %s", report.Refused)
	equal(t, c, "revision", report.Version, r.version)
	for _, s := range report.Steps {
		c.check(t, s[1] == true, "%v: %v", s[0], s[2])
	}
	want := stepsMute
	if r.asks {
		want = stepsAsking
	}
	equal(t, c, "steps", len(report.Steps), want)
	return report
}
