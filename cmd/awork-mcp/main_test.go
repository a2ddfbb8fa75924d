// Package main_test holds the built program to its promises, from outside: over
// real pipes and sockets, as a user or a host has it.
package main_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// waitLimit bounds waits for what is about to happen; no test waits for it.
const waitLimit = 25 * time.Second

// binary is the program under test, and served the one that serves: with -race the
// detector watches what serves, and not what runs one command and ends.
var binary, served string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "awork-mcp-test-")
	if err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(built{m, dir}, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// built builds the program before the tests run.
type built struct {
	tests *testing.M
	dir   string
}

func (b built) Run() int {
	binary = filepath.Join(b.dir, "awork-mcp")
	served = binary
	if withRace {
		served += "-race"
		if !build(served, "-race") {
			return 1
		}
	}
	if !build(binary, "-ldflags=-s -w") { // a small one starts sooner
		return 1
	}
	// The tests wait for processes far more than they compute.
	flag.Parse()
	if err := flag.Set("test.parallel", strconv.Itoa(max(16, runtime.GOMAXPROCS(0)))); err != nil {
		panic(err)
	}
	return b.tests.Run()
}

func build(path string, flags ...string) bool {
	args := append([]string{"build", "-o", path}, flags...)
	out, err := exec.Command("go", append(args, ".")...).CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "the program can't be built: %v\n%s", err, out)
	}
	return err == nil
}

// eventually looks until something is so that tells of itself in no other way.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(waitLimit)
	for !so() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s: it never came to that", what)
		}
	}
}

func receive[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(waitLimit):
		t.Fatalf("%s: nothing came", what)
		panic("unreachable")
	}
}
