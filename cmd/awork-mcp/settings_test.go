package main_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// A misspelled variable is refused by every command that would run with it.
func TestMisspelledVariable(t *testing.T) {
	s := newFixture(t)
	for _, args := range [][]string{
		nil, {"stdio"}, {"http", "--listen", "127.0.0.1:0"}, {"call", "list_roles"}, {"tools"}, {"doctor"}, {"install", "cursor"},
	} {
		stdout, stderr, status := s.runHere(append([]string{"--sandbox"}, args...), []string{"AWORK_MCP_READONLY=true"})
		refusedInOneLine(t, stdout, stderr, status, "AWORK_MCP_READONLY", "AWORK_MCP_READ_ONLY")
	}
	env := []string{"AWORK_MCP_SERVICE_HOST=10.0.0.1", "AWORK_MCP_PORT=tcp://10.0.0.1:8080", "AWORK_MCP_PORT_8080_TCP_ADDR=10.0.0.1"}
	if names := s.toolNames(env); len(names) == 0 {
		t.Error("the variables of a service's name hide the tools")
	}
}

// Hosts start programs without a shell, which would know what ~ is.
func TestHomeInPaths(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	s.file("secret/token", w.reader)
	env := []string{"AWORK_BASE_URL=" + w.url}
	for name, c := range map[string]struct{ args, env []string }{
		"flag":     {[]string{"--token-file=~/secret/token", "call", "list_roles"}, env},
		"variable": {[]string{"call", "list_roles"}, append([]string{"AWORK_TOKEN_FILE=~/secret/token"}, env...)},
		"journal":  {[]string{"--sandbox", "--journal", "~/j.log", "call", "list_roles"}, nil},
	} {
		if stdout, stderr, status := s.run(c.args, c.env); status != 0 {
			t.Errorf("%s: status %d: %s%s", name, status, stdout, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(s.home, "j.log")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(s.home, "~")); err == nil {
		t.Error("there is a folder named ~ now")
	}
}

// call shows its result, and what is wrong, but no line for each call.
func TestCallLogsWarningsOnly(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	args := []string{"--sandbox", "call", "delete_api_user", "apiUserId=" + sandbox.ZapierSyncID}
	if _, stderr, status := s.run(args, nil); status != 0 || stderr != "" {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
	for _, more := range [][2]string{{"--log-level=info", ""}, {"", "AWORK_MCP_LOG_LEVEL=info"}} {
		_, stderr, _ := s.run(append(args, strings.Fields(more[0])...), strings.Fields(more[1]))
		if !strings.Contains(stderr, `"tool call"`) {
			t.Errorf("%s: stderr %q", more, stderr)
		}
	}
	w := s.workspace(sandbox.Options{})
	path := s.file("token", w.reader)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	_, stderr, _ := s.run([]string{"--token-file", path, "call", "list_roles"}, []string{"AWORK_BASE_URL=" + w.url})
	if !strings.Contains(stderr, "chmod 600") {
		t.Errorf("a warning is missing: %q", stderr)
	}
}

// A reader that has seen enough is no error, and a failed call stays one.
func TestClosedPipe(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	for name, c := range map[string]struct {
		args   []string
		status int
	}{
		"help":         {[]string{"--help"}, 0},
		"help of call": {[]string{"call", "--help"}, 0},
		"version":      {[]string{"--version"}, 0},
		"tools":        {[]string{"tools"}, 0},
		"tools --json": {[]string{"tools", "--json"}, 0},
		"completion":   {[]string{"completion", "fish"}, 0},
		"doctor":       {[]string{"--sandbox", "doctor"}, 0},
		"call":         {[]string{"--sandbox", "call", "list_roles"}, 0},
		"failed call":  {[]string{"--sandbox", "call", "get_api_user", "apiUserId=x"}, 1},
	} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = reader.Close()
		var stderr strings.Builder
		cmd := exec.Command(binary, c.args...)
		cmd.Env = []string{"HOME=" + s.home, "PATH=" + os.Getenv("PATH"), "GORACE=atexit_sleep_ms=0"}
		cmd.Stdout, cmd.Stderr, cmd.WaitDelay = writer, io.Writer(&stderr), 5*time.Second
		err = cmd.Run()
		_ = writer.Close()
		if cmd.ProcessState.ExitCode() != c.status || stderr.String() != "" {
			t.Errorf("%s: %v: %s", name, err, &stderr)
		}
	}
}

func TestCallArguments(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	for _, c := range []struct{ args, want []string }{
		{nil, []string{"name the tool", "list_api_users"}},
		{[]string{"get_api_user", sandbox.ZapierSyncID}, []string{"key=value", "apiUserId"}},
		{[]string{"get_api_user", "--apiUserId=" + sandbox.ZapierSyncID}, []string{"--apiUserId", "key=value"}},
		{[]string{"list_roles", "x"}, []string{"key=value", "includePermissions"}},
	} {
		stdout, stderr, status := s.run(append([]string{"--sandbox", "call"}, c.args...), nil)
		refusedInOneLine(t, stdout, stderr, status, c.want...)
	}
}

// The help of a command starts with its own flags, each with its default and its
// variable.
func TestHelpOfCommands(t *testing.T) {
	s := newFixture(t)
	for command, wants := range map[string][]string{
		"":        {"Commands:", "  sandbox ", "--confirm=MODE", "(default auto, $AWORK_MCP_CONFIRM)"},
		"http":    {"Flags:", "--listen=", "(default 127.0.0.1:8080, $AWORK_MCP_LISTEN)", "--stateless", "Settings,", "--sandbox"},
		"sandbox": {"Flags:", "--latency=", "(default on, $AWORK_MCP_RATE_LIMIT)", "Settings,", "--confirm-timeout", "(default 55s,"},
		"call":    {"Arguments:", "Flags:", "--yes", "Settings,", "--read-only"},
		"stdio":   {"Settings,", "--help"},
	} {
		stdout, stderr, status := s.runHere(append(strings.Fields(command), "--help"), nil)
		help := strings.Join(strings.Fields(stdout), " ")
		if status != 0 || stderr != "" {
			t.Errorf("%s: status %d: %s", command, status, stderr)
		}
		for _, want := range wants {
			want = strings.TrimSpace(want)
			before, after, found := strings.Cut(help, want)
			if !found {
				t.Errorf("%q --help: no %q after %.200s", command, want, before)
				break
			}
			help = after
		}
	}
}

// call --preview says what would happen, and does nothing.
func TestCallPreview(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	env := w.env(s, w.admin)
	for _, args := range [][]string{
		{"call", "--preview", "delete_api_user", "apiUserId=" + sandbox.ZapierSyncID},
		{"call", "--preview", "--yes", "create_api_user", "name=Boss", "admin=true"},
	} {
		out, stderr, status := s.run(args, env)
		if status != 0 || !strings.Contains(out, `"outcome": "preview"`) || len(w.writes()) > 0 {
			t.Errorf("%s: status %d, sent %v: %s%s", args, status, w.writes(), out, stderr)
		}
		if slices.Contains(args, "--yes") && !strings.Contains(out, "the flag --yes answers") {
			t.Errorf("%s does not say who would answer: %s", args, out)
		}
	}
	stdout, stderr, status := s.run([]string{"call", "--preview", "list_roles"}, env)
	refusedInOneLine(t, stdout, stderr, status, "--preview", "list_roles")
}
