//go:build e2e && unix

package e2e

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/httpserver"
)

// The revisions that the suite is run for.
const (
	conformance2025 = "2025-11-25"
	conformance2026 = "2026-07-28"
)

// withoutFixtures are the scenarios that need none, and so can be put to the
// shipped program. Logging is not among them: it is deprecated, and not offered.
func withoutFixtures() map[string][]string {
	return map[string][]string{
		conformance2025: {
			"server-initialize", "server-session-lifecycle", "ping", "tools-list", "resources-list", "prompts-list",
			"dns-rebinding-protection", "server-sse-multiple-streams",
		},
		conformance2026: {
			"server-stateless", "tools-list", "resources-list", "prompts-list", "caching", "http-header-validation",
			"sep-2164-resource-not-found", "dns-rebinding-protection", "server-sse-multiple-streams",
			"input-required-result-unsupported-methods",
		},
	}
}

// suiteCheck is one check of a scenario, as the suite reports it.
type suiteCheck struct {
	ID           string `json:"id"`
	Status       string `json:"status"`
	ErrorMessage string `json:"errorMessage"`
}

// suiteRun is what one run of the suite came to.
type suiteRun struct {
	status  int
	output  string
	results map[string][]suiteCheck // by scenario
}

// schemaCheck is made in every scenario, of every message.
const schemaCheck = "wire-schema-valid"

func TestConformanceShipped(t *testing.T) {
	section(t, "conformance, the shipped program", func(t *testing.T, c *tally) {
		n := npm(t)
		base, _ := serveHTTP(t, nil, "--sandbox")
		baseline := readBaseline(t, "shipped.yml")
		for _, revision := range []string{conformance2025, conformance2026} {
			scenarios := withoutFixtures()[revision]
			r := runSuite(t, n, base+"/mcp", revision)
			for _, s := range scenarios {
				checks := r.results[s]
				c.check(t, slices.ContainsFunc(checks, func(k suiteCheck) bool { return k.Status == "SUCCESS" && k.ID != schemaCheck }),
					"%s %s: nothing was checked", revision, s)
				judge(t, c, s, checks, baseline)
			}
			c.note("%s: %d scenarios without fixtures", revision, len(scenarios))
		}
		baseline.judge(t, c)
		c.note("%d checks in the baseline", len(baseline.named))
	})
}

func TestConformanceFixtures(t *testing.T) {
	section(t, "conformance, our stack with fixtures", func(t *testing.T, c *tally) {
		n := npm(t)
		url := serveFixtures(t)
		for _, revision := range []string{conformance2025, conformance2026} {
			baseline := &baseline{}
			var args []string
			if revision == conformance2026 {
				baseline = readBaseline(t, "fixtures.yml")
				args = []string{"--expected-failures", baseline.file}
			}
			scored := scoredScenarios(t, n, revision)
			r := runSuite(t, n, url, revision, args...)
			c.check(t, r.status == 0, "%s: exit status %d: %s", revision, r.status, cut(r.output, 1200))
			for _, s := range scored {
				c.check(t, len(r.results[s]) > 0, "%s %s: no checks", revision, s)
				judge(t, c, s, r.results[s], baseline)
			}
			// What the suite reports and does not score, but for an extension that we
			// do not have and a scenario that checks nothing without one.
			more := 0
			for s, checks := range r.results {
				if !slices.Contains(scored, s) && !strings.HasPrefix(s, "tasks-") && s != "server-sse-polling" {
					judge(t, c, s, checks, baseline)
					more++
				}
			}
			baseline.judge(t, c)
			c.note("%s: %d scored scenarios, %d others, %d checks in the baseline", revision, len(scored), more, len(baseline.named))
		}
	})
}

// judge counts the checks of a scenario; one that fails or warns must be named
// in the baseline.
func judge(t *testing.T, c *tally, scenario string, checks []suiteCheck, b *baseline) {
	t.Helper()
	for _, k := range checks {
		switch k.Status {
		case "SUCCESS":
			c.check(t, true, "")
		case "FAILURE", "WARNING":
			if !b.allows(scenario + ":" + k.ID) {
				c.check(t, false, "%s: %s: %s %s", scenario, k.ID, k.Status, k.ErrorMessage)
			}
		case "SKIPPED", "INFO":
		default:
			t.Errorf("%s: %s: a status that this test does not know: %s", scenario, k.ID, k.Status)
		}
	}
}

// baseline names the checks that need not hold; one that does hold has no
// business there.
type baseline struct {
	file        string
	named, used []string
}

func readBaseline(t *testing.T, name string) *baseline {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("baselines", name))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b := &baseline{file: file}
	for line := range strings.Lines(string(text)) {
		if entry, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok {
			b.named = append(b.named, entry)
		}
	}
	return b
}

func (b *baseline) allows(check string) bool {
	if !slices.Contains(b.named, check) {
		return false
	}
	b.used = append(b.used, check)
	return true
}

func (b *baseline) judge(t *testing.T, c *tally) {
	t.Helper()
	for _, name := range b.named {
		c.check(t, slices.Contains(b.used, name), "%s does not fail any more: take it out of %s", name, filepath.Base(b.file))
	}
}

var resultDir = regexp.MustCompile(`^server-(.*)-\d{4}-\d\d-\d\dT[\d-]+Z$`)

// suite is the suite's program.
func suite(n clients) string {
	return n.path("@modelcontextprotocol", "conformance", "dist", "index.js")
}

// scoredScenarios are those of servers that the suite counts for a revision.
func scoredScenarios(t *testing.T, n clients, revision string) []string {
	t.Helper()
	p := n.run(t, newHome(t), nil, suite(n), "list", "--server", "--requirements", revision)
	status := p.wait(t, timeout)
	_, list, _ := strings.Cut(p.stdout.String(), "Server scenarios")
	list, _, _ = strings.Cut(list, "\n\n")
	var names []string
	for line := range strings.Lines(list) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok {
			names = append(names, name)
		}
	}
	if status != 0 || len(names) < 30 {
		t.Fatalf("the scenarios of %s: exit status %d, %s", revision, status, cut(p.stdout.String(), 700))
	}
	return names
}

// runSuite runs what the suite has for a revision.
func runSuite(t *testing.T, n clients, url, revision string, args ...string) suiteRun {
	t.Helper()
	home := newHome(t)
	results := filepath.Join(home, "results")
	p := n.run(t, home, nil, suite(n), append([]string{"server", "--url", url, "--requirements", revision, "--output-dir", results}, args...)...)
	r := suiteRun{status: p.wait(t, 3*timeout), results: map[string][]suiteCheck{}}
	r.output = p.stdout.String()
	if at := strings.Index(r.output, "=== SUMMARY ==="); at >= 0 {
		r.output = r.output[at:]
	} else {
		t.Errorf("%s: the suite gave no summary: %s %s", revision, cut(r.output, 700), cut(p.stderr.String(), 700))
	}
	dirs, err := os.ReadDir(results)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		m := resultDir.FindStringSubmatch(d.Name())
		if m == nil {
			t.Errorf("a folder of results that this test does not know: %s", d.Name())
			continue
		}
		text, err := os.ReadFile(filepath.Join(results, d.Name(), "checks.json"))
		if err != nil {
			t.Fatal(err)
		}
		var checks []suiteCheck
		if err := json.Unmarshal(text, &checks); err != nil {
			t.Fatal(err)
		}
		r.results[m[1]] = checks
	}
	return r
}

// serveFixtures serves the fixtures on our own stack, and gives their address.
func serveFixtures(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front, err := httpserver.New(newFixtures(), httpserver.Options{Listen: ln.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- front.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server with fixtures did not end well: %v", err)
		}
	})
	return "http://" + ln.Addr().String() + "/mcp"
}
