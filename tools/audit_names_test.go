package tools_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/awork-mcp/awork-mcp/tools"
)

// [tools.AuditRules] names every rule that the sources have, and no other.
func TestNamesOfAuditRules(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("audit_*.go")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`newFinding\("([a-z_]+)"`).FindAllSubmatch(source, -1) {
			found = append(found, string(m[1]))
		}
	}
	slices.Sort(found)
	if found = slices.Compact(found); len(found) < 9 || !slices.Equal(found, slices.Sorted(slices.Values(tools.AuditRules()))) {
		t.Errorf("there are %v, named are %v", found, tools.AuditRules())
	}
}
