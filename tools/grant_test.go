package tools_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A tool that writes without a grant does not compile: neither with the client that
// it reads with, nor with a grant of its own making.
func TestAWriteWithoutAGrantDoesNotCompile(t *testing.T) {
	t.Parallel()
	gotool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go here")
	}
	for name, c := range map[string]struct{ body, problem string }{
		"with the reading client": {
			`_, err := c.Awork.DeleteAPIUser(ctx, id); return err`, "DeleteAPIUser"},
		"with a grant of its own": {
			`return c.Write(ctx, call.Grant{}, call.Write{}, nil)`, "call.Grant"},
		"with a type that pretends": {
			`return c.Write(ctx, pretended{}, call.Write{}, nil)`, "granted"},
		"as tools do": {
			`_, g, err := c.Authorize(ctx, call.Change{}); if err != nil { return err }; return c.Write(ctx, g, call.Write{}, nil)`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := `package tools

import (
	"context"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/internal/call"
)

type pretended struct{}

func (pretended) granted() {}

func skips(ctx context.Context, c *call.Call, id uuid.UUID) error { ` + c.body + ` }

var _ = skips
`
			file := writeFile(t, "skips.go", source)
			here, err := filepath.Abs("skips.go")
			if err != nil {
				t.Fatal(err)
			}
			overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{here: file}})
			if err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), gotool, "build", "-overlay", writeFile(t, "overlay.json", string(overlay)), ".").CombinedOutput()
			if c.problem == "" && err != nil {
				t.Errorf("%v: %s", err, out)
			}
			if c.problem != "" && (err == nil || !strings.Contains(string(out), "skips.go") || !strings.Contains(string(out), c.problem)) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// writeFile writes a file of a name in a folder of its own.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
