//go:build e2e && unix

package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

// timeout bounds waits for what is about to happen; no test waits for it.
const timeout = 60 * time.Second

// binary is the program under test.
var binary string

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	flag.Parse()
	if !parallelSet() {
		// The tests wait for other programs more than they compute.
		if err := flag.Set("test.parallel", "4"); err != nil {
			panic(err)
		}
	}
	if binary = os.Getenv("AWORK_MCP_E2E_BINARY"); binary != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "awork-e2e-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "awork-mcp")
	if out, err := exec.Command("go", "build", "-o", binary, "..").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program can't be built: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

func parallelSet() bool {
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "test.parallel" })
	return set
}

// tally counts the checks of a section.
type tally struct {
	name string

	mu             sync.Mutex
	checks, failed int
	notes          []string
}

// section runs a section; its subtests may run in parallel. It ends with a line
// of counts.
func section(t *testing.T, name string, run func(t *testing.T, c *tally)) {
	t.Helper()
	c := &tally{name: name}
	start := time.Now()
	t.Run("all", func(t *testing.T) { run(t, c) })
	line := fmt.Sprintf("%s: %d checks, %d failed", c.name, c.checks, c.failed)
	for _, n := range c.notes {
		line += "; " + n
	}
	if t.Failed() && c.failed == 0 {
		line += "; broken off"
	}
	t.Logf("%s (%s)", line, time.Since(start).Round(100*time.Millisecond))
	if c.checks == 0 && !t.Skipped() {
		t.Errorf("%s: nothing was checked", c.name)
	}
}

// note adds to the line of counts.
func (c *tally) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// check counts a check, and fails the test where it does not hold.
func (c *tally) check(t *testing.T, ok bool, format string, args ...any) bool {
	t.Helper()
	c.mu.Lock()
	c.checks++
	if !ok {
		c.failed++
	}
	c.mu.Unlock()
	if !ok {
		t.Error(cut(t.Name()+": "+fmt.Sprintf(format, args...), 1500))
	}
	return ok
}

// must is check, and ends the test where it does not hold.
func (c *tally) must(t *testing.T, ok bool, format string, args ...any) {
	t.Helper()
	if !c.check(t, ok, format, args...) {
		t.FailNow()
	}
}

// equal checks that something is as expected.
func equal[T comparable](t *testing.T, c *tally, what string, got, want T) bool {
	t.Helper()
	return c.check(t, got == want, "%s: %v, want %v", what, got, want)
}

// cut keeps the log readable.
func cut(s string, n int) string {
	if len(s) > n {
		return s[:n] + "… (" + strconv.Itoa(len(s)-n) + " bytes more)"
	}
	return s
}
