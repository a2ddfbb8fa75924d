package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The image's default command starts, given a token, with nothing in its home.
func TestContainerDefaultCommand(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	var args []string
	for line := range strings.Lines(string(file)) {
		if rest, ok := strings.CutPrefix(line, "CMD "); ok {
			if err := json.Unmarshal([]byte(rest), &args); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(args) == 0 {
		t.Fatal("the image has no default command")
	}
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env, cmd.Dir = []string{"AWORK_TOKEN=a-token"}, t.TempDir()
	cmd.Stdin = strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}` + "\n")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), `"id":1,"result":{}`) {
		t.Errorf("%v: %s%s", err, out, stderr.String())
	}
}
