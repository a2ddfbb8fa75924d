package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// The families of tools: those that exist unless the settings say otherwise, and
// those that make secrets, which must be asked for by name.
const (
	FamilyDefault     = "default"
	FamilyCredentials = "credentials"
)

// Tool is what a selection goes by.
type Tool struct {
	Name, Family string
	Writes       bool
}

// Select returns which of all tools exist, by --tools' entries and --read-only.
// Tools of the family credentials must be named: neither nothing nor a glob
// selects one. An entry that selects nothing is an error.
func Select(all []Tool, entries []string, readOnly bool) (map[string]bool, error) {
	if len(entries) == 0 {
		entries = []string{FamilyDefault}
	}
	selected := map[string]bool{}
	for _, entry := range entries {
		entry = strings.TrimSpace(entry)
		matching := slices.DeleteFunc(slices.Clone(all), func(t Tool) bool { return !t.matches(entry) })
		switch {
		case entry == "":
			return nil, fmt.Errorf("--tools has an empty entry: give tool names, globs, "+
				"%q or %q", FamilyDefault, FamilyCredentials)
		case len(matching) == 0:
			return nil, fmt.Errorf("--tools %s names no tool; there are the families %s and %s, and the tools %s",
				text.Quote(entry), FamilyDefault, FamilyCredentials, strings.Join(namesOf(all), ", "))
		}
		hidden := 0
		for _, t := range matching {
			if readOnly && t.Writes {
				hidden++
				continue
			}
			selected[t.Name] = true
		}
		if hidden == len(matching) {
			return nil, fmt.Errorf("--tools %s names only tools that --read-only hides: leave one of the "+
				"two out", text.Quote(entry))
		}
	}
	return selected, nil
}

func (t Tool) matches(entry string) bool {
	glob, _ := path.Match(entry, t.Name) // a glob that is none matches nothing
	return entry == t.Family || entry == t.Name || glob && t.Family == FamilyDefault
}

func namesOf(tools []Tool) []string {
	var names []string
	for _, t := range tools {
		names = append(names, t.Name)
	}
	return names
}
