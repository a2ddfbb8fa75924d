package main_test

import (
	"strings"
	"testing"
)

// A command line that can't be parsed names the help of the command that was meant.
func TestHintAtTheCommandsHelp(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	for line, hint := range map[string]string{
		"journal": "awork-mcp journal --help", "uninstall": "awork-mcp uninstall --help",
		"tools --nope": "awork-mcp tools --help", "nope": "awork-mcp --help", "call list_roles --nope": "key=value",
	} {
		stdout, stderr, status := s.run(strings.Fields(line), nil)
		refusedInOneLine(t, stdout, stderr, status, hint)
	}
}
