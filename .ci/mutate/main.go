// Command mutate changes the files that decide, one small change at a time, and
// reports which changes no test notices:
//
//	go run ./.ci/mutate            all of them
//	go run ./.ci/mutate call/      files whose path contains a word
//
// All mutants of a file are compiled in at once (see [mutateFile]), each behind a
// number that the environment switches on, so every test binary is built once. A
// mutant is run against the tests that reach it, the quickest first. Mutants that
// change nothing a user could notice stand in .ci/mutants with the reason.
package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// traceLimit is how long a test may take to be used.
const traceLimit = time.Minute

// test is a top-level test, with what it reaches.
type test struct {
	binary, dir, name string
	took              time.Duration
	reaches           map[int]bool
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(words []string) error {
	listed, err := readList(".ci/mutants")
	if err != nil {
		return err
	}
	survivors := 0
	for _, s := range suites {
		if folders := wantedFiles(s.files, words); len(folders) > 0 {
			mutants, err := runSuite(folders, s.tests)
			if err != nil {
				return err
			}
			if n := report(mutants, listed); s.reviewed {
				survivors += n
			}
		}
	}
	if survivors > 0 {
		return fmt.Errorf("%d mutants survive that .ci/mutants does not list", survivors)
	}
	return nil
}

// runSuite mutates files and runs the tests of packages.
func runSuite(folders map[string][]string, packages []string) ([]*mutant, error) {
	work, err := os.MkdirTemp("", "mutate-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	mutants, err := mutateAll(work, folders)
	if err != nil {
		return nil, err
	}
	var tests []*test
	for _, dir := range packages {
		found, err := build(work, dir)
		if err != nil {
			return nil, err
		}
		tests = append(tests, found...)
	}
	each(tests, func(t *test) { t.trace(work) })
	slices.SortFunc(tests, func(a, b *test) int { return cmp.Compare(a.took, b.took) })
	fmt.Printf("%d mutants, %d tests of %s\n", len(mutants), len(tests), strings.Join(packages, ", "))
	each(mutants, func(m *mutant) { m.killed = kill(m, tests) })
	return mutants, nil
}

// each calls f for all of a list, two at a time.
func each[T any](list []T, f func(T)) {
	queue := make(chan T)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for v := range queue {
				f(v)
			}
		})
	}
	for _, v := range list {
		queue <- v
	}
	close(queue)
	workers.Wait()
}

// build builds the test binary of a package and lists its tests.
func build(work, dir string) ([]*test, error) {
	binary := filepath.Join(work, strings.ReplaceAll(dir, "/", "-")+".test")
	out, err := exec.Command("go", "test", "-c", "-overlay", filepath.Join(work, "overlay.json"), "-o", binary, "./"+dir).
		CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("building the tests of %s: %w\n%s", dir, err, out)
	}
	list := exec.Command(binary, "-test.list", ".")
	list.Dir = dir
	if out, err = list.Output(); err != nil {
		return nil, err
	}
	var tests []*test
	for name := range strings.Lines(string(out)) {
		if name = strings.TrimSpace(name); strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") {
			tests = append(tests, &test{binary: binary, dir: dir, name: name})
		}
	}
	return tests, nil
}

// trace runs a test without a mutant, and notes which ones it reaches. A test that
// fails, or takes too long, is left out.
func (t *test) trace(work string) {
	reached := filepath.Join(work, filepath.Base(t.binary)+"."+t.name)
	start := time.Now()
	out, ok := execute([]*test{t}, traceLimit, "MUTANT_TRACE="+reached)
	t.took, t.reaches = time.Since(start), map[int]bool{}
	if !ok {
		fmt.Printf("%s of %s is left out after %s:\n%.2000s\n", t.name, t.dir, t.took.Round(time.Second), out)
		return
	}
	data, _ := os.ReadFile(reached) // none where it reaches nothing
	for number := range strings.FieldsSeq(string(data)) {
		n, _ := strconv.Atoi(number)
		t.reaches[n] = true
	}
}

// kill reports whether a test that reaches a mutant fails with it.
func kill(m *mutant, tests []*test) bool {
	byBinary := map[string][]*test{}
	for _, t := range tests {
		if t.reaches[m.number] {
			m.reached = true
			byBinary[t.binary] = append(byBinary[t.binary], t)
		}
	}
	// A few quick tests first, then twice as many: most mutants are killed by any.
	for few := 8; len(byBinary) > 0; few *= 2 {
		for binary, list := range byBinary {
			now := list[:min(few, len(list))]
			if byBinary[binary] = list[len(now):]; len(byBinary[binary]) == 0 {
				delete(byBinary, binary)
			}
			var took time.Duration
			for _, t := range now {
				took += t.took
			}
			if _, ok := execute(now, 5*took+20*time.Second, "MUTANT="+strconv.Itoa(m.number)); !ok {
				return true
			}
		}
	}
	return false
}

// execute runs tests of one binary and reports whether they pass. What those that
// are killed leave behind stays in the binary's folder.
func execute(tests []*test, limit time.Duration, env string) (output []byte, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var names []string
	for _, t := range tests {
		names = append(names, t.name)
	}
	c := exec.CommandContext(ctx, tests[0].binary, "-test.short", "-test.failfast", "-test.run",
		"^("+strings.Join(names, "|")+")$")
	c.Dir, c.WaitDelay = tests[0].dir, time.Second
	c.Env = append(os.Environ(), env, "TMPDIR="+filepath.Dir(tests[0].binary))
	output, err := c.CombinedOutput()
	return output, err == nil
}
