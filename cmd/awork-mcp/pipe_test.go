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

// A reader of the output that goes away, such as head, makes no error.
func TestClosedPipeIsNoError(t *testing.T) {
	t.Parallel()
	hello := string(mcptest.Message(legacy, 1, "initialize", mcptest.Hello(string(legacy), nil))) + "\n"
	for _, args := range []string{
		"--sandbox", "tools", "tools --json", "version", "--sandbox call list_roles", "completion bash",
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
		cmd := exec.Command(binary, strings.Fields(args)...)
		var stderr bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(hello), w, &stderr
		cmd.Env = []string{"HOME=" + t.TempDir(), "AWORK_MCP_LOG_LEVEL=warn"}
		err = cmd.Run()
		_ = w.Close()
		if err != nil || stderr.Len() > 0 {
			t.Errorf("%s: %v, %q", args, err, &stderr)
		}
	}
}
