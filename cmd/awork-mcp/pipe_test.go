//go:build unix

package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// A host that reads the answers no more makes no error.
func TestStdioWithAClosedPipe(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	cmd := exec.Command(served, "--sandbox")
	var stderr bytes.Buffer
	hello := mcptest.Message(legacy, 1, "initialize", mcptest.Hello(string(legacy), nil))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(string(hello)+"\n"), w, &stderr
	cmd.Env = []string{"HOME=" + t.TempDir()}
	err = cmd.Run()
	_ = w.Close()
	if err != nil || stderr.Len() > 0 {
		t.Errorf("%v, %q", err, &stderr)
	}
}
