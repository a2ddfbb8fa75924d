package main_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	program "github.com/awork-mcp/awork-mcp/cmd/awork-mcp"
)

// runHere does what run does in this process: there are more command lines to refuse
// than processes to start. No other test runs meanwhile.
func (s *fixture) runHere(args, env []string) (stdout, stderr string, status int) {
	s.t.Helper()
	s.t.Chdir(s.home)
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); name != "PATH" {
			s.t.Setenv(name, "") // puts it back in the end
			_ = os.Unsetenv(name)
		}
	}
	s.t.Setenv("HOME", s.home)
	s.t.Setenv("XDG_CONFIG_HOME", filepath.Join(s.home, ".config"))
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		s.t.Setenv(name, value)
	}
	var out, logged bytes.Buffer
	name := "«" + strings.Join(args, " ") + "»"
	status = program.Run(args, strings.NewReader(""),
		io.MultiWriter(noted{s, "stdout of " + name}, &out), io.MultiWriter(noted{s, "stderr of " + name}, &logged))
	return out.String(), logged.String(), status
}
