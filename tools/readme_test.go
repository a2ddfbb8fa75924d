package tools_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/awork-mcp/awork-mcp/tools"
)

// README's tables of tools are the catalogue.
func TestToolsOfTheReadme(t *testing.T) {
	t.Parallel()
	all, err := tools.New(tools.Options{Policy: tools.Policy{Tools: []string{"default", "credentials"}}})
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, tool := range all.List() {
		want = append(want, tool.Name+": "+tool.Title)
	}
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| ([A-Z][A-Za-z ]+) \\|$").FindAllStringSubmatch(string(text), -1) {
		got = append(got, row[1]+": "+row[2])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README's tables differ from the catalogue (-catalogue +README):\n%s", diff)
	}
}
