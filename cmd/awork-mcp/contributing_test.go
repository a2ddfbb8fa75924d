package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The files and folders that CONTRIBUTING.md names are there, and so are the
// functions that it names beside them.
func TestContributing(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, ".github", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	path := regexp.MustCompile("`((?:awork|tools|cmd|\\.ci|\\.github)(?:/[A-Za-z0-9_./-]+)?)`")
	named := path.FindAllStringSubmatch(string(text), -1)
	if len(named) < 30 {
		t.Fatalf("only %d paths are found", len(named))
	}
	for _, m := range named {
		if m[1] == "tools/your_tool.go" {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
			t.Errorf("CONTRIBUTING.md names %s: %v", m[1], err)
		}
	}
	function := regexp.MustCompile("`([A-Z][A-Za-z]+)` in `([a-z/_.]+\\.go)`")
	functions := function.FindAllStringSubmatch(string(text), -1)
	if len(functions) < 3 {
		t.Fatalf("only %d functions are found", len(functions))
	}
	for _, m := range functions {
		code, err := os.ReadFile(filepath.Join(root, m[2]))
		if err != nil || !strings.Contains(string(code), ") "+m[1]+"(") {
			t.Errorf("%s is not in %s (%v)", m[1], m[2], err)
		}
	}
}
