package main

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// readList returns the mutants that are listed as equivalent, by their key.
func readList(path string) (map[string]bool, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	listed := map[string]bool{}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		key, reason, ok := strings.Cut(line, " :: ")
		if !ok || strings.TrimSpace(reason) == "" {
			return nil, fmt.Errorf("%s: no reason in %q", path, line)
		}
		listed[strings.TrimSpace(key)] = true
	}
	return listed, nil
}

// report prints the score by file and returns how many mutants survive that are
// not listed.
func report(mutants []*mutant, listed map[string]bool) (survivors int) {
	type score struct{ killed, all, equivalent int }
	byFile := map[string]*score{}
	for _, m := range mutants {
		if byFile[m.file] == nil {
			byFile[m.file] = &score{}
		}
		s := byFile[m.file]
		s.all++
		switch {
		case m.killed && listed[m.key]:
			fmt.Println("listed, but killed:", m.key)
			s.killed++
		case m.killed:
			s.killed++
		case listed[m.key]:
			s.equivalent++
		default:
			survivors++
			fmt.Printf("survives (line %d, reached %t): %s\n", m.line, m.reached, m.key)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		s := byFile[file]
		fmt.Printf("%-52s %4d mutants, %4d killed, %3d equivalent: %5.1f %%\n", file, s.all, s.killed, s.equivalent,
			100*float64(s.killed)/float64(max(1, s.all-s.equivalent)))
	}
	return survivors
}
