package tools_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/awork-mcp/awork-mcp/tools"
)

// README's table of tools is the catalogue, and says of each tool what it says of
// itself: whether it writes.
func TestToolsOfTheReadme(t *testing.T) {
	t.Parallel()
	all, err := tools.New(tools.Options{Policy: tools.Policy{Tools: []string{"default", "credentials"}}})
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, tool := range all.List() {
		does := "writes"
		if *tool.Annotations.ReadOnlyHint {
			does = "reads"
		}
		want = append(want, tool.Name+": "+does)
	}
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "<!-- tools:")
	table, _, ok := strings.Cut(table, "<!-- /tools -->")
	if !ok {
		t.Fatal("README.md has no table of tools")
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| [^|]+ \\| (\\w+) \\| [^|]+ \\| (?:read|write|any) \\| [^|]*[0-9][^|]* \\|$")
	for _, cells := range row.FindAllStringSubmatch(table, -1) {
		got = append(got, cells[1]+": "+cells[2])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README's table differs from the catalogue (-catalogue +README):\n%s", diff)
	}
}
