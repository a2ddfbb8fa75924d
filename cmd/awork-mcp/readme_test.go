package main_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// The command that README shows first does what it says there.
func TestCommandOfTheReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no README.md")
	}
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for line := range strings.Lines(string(text)) {
		command, ok := strings.CutPrefix(strings.TrimLeft(strings.TrimSpace(line), "$ "), "go run ./cmd/awork-mcp ")
		if !ok || !strings.Contains(command, "delete_api_user ") {
			continue
		}
		shown++
		s := newFixture(t)
		stdout, stderr, status := s.run(strings.Fields(command), nil)
		var a answer
		if err := json.Unmarshal([]byte(stdout), &a); err != nil || a.Outcome != "deleted" || status != 0 {
			t.Errorf("%q: status %d: %s%s", command, status, stdout, stderr)
		}
	}
	if shown == 0 {
		t.Error("README.md shows no command that deletes an API user of the sandbox")
	}
}
