package hosts

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// commandMachine is a machine on which a host's command is found. It records the
// command lines.
type commandMachine struct {
	System
	commands [][]string
}

func withCommand(t *testing.T, program string, command func(args []string) error) *commandMachine {
	t.Helper()
	m := &commandMachine{System: machine(t, "linux")}
	m.LookPath = func(name string) (string, error) {
		if name == program {
			return "/bin/" + name, nil
		}
		return "", errors.New("not found")
	}
	m.Run = func(_ context.Context, dir, path string, args ...string) error {
		if dir != m.Home {
			t.Errorf("it was run in %s", dir)
		}
		m.commands = append(m.commands, append([]string{path}, args...))
		return command(args)
	}
	return m
}

// TestOwnCommands: the arguments of every host's own command.
func TestOwnCommands(t *testing.T) {
	server := Server{Name: "awork", Command: "/a b/awork-mcp", Args: []string{"stdio", "--protect=Zap*"}}
	for id, c := range map[string]struct{ add, remove []string }{
		"claude-code": {
			[]string{"/bin/claude", "mcp", "add", "--scope", "user", "awork", "--",
				"/a b/awork-mcp", "stdio", "--protect=Zap*"},
			[]string{"/bin/claude", "mcp", "remove", "--scope", "user", "awork"},
		},
		"vscode": {[]string{"/bin/code", "--add-mcp",
			`{"args":["stdio","--protect=Zap*"],"command":"/a b/awork-mcp","name":"awork","type":"stdio"}`}, nil},
		"codex": {
			[]string{"/bin/codex", "mcp", "add", "awork", "--", "/a b/awork-mcp", "stdio", "--protect=Zap*"},
			[]string{"/bin/codex", "mcp", "remove", "awork"},
		},
		"gemini": {
			[]string{"/bin/gemini", "mcp", "add", "--scope", "user", "awork", "/a b/awork-mcp", "--",
				"stdio", "--protect=Zap*"},
			[]string{"/bin/gemini", "mcp", "remove", "--scope", "user", "awork"},
		},
		"qwen": {
			[]string{"/bin/qwen", "mcp", "add", "--scope", "user", "awork", "/a b/awork-mcp", "--",
				"stdio", "--protect=Zap*"},
			[]string{"/bin/qwen", "mcp", "remove", "--scope", "user", "awork"},
		},
		"opencode": {
			[]string{"/bin/opencode", "mcp", "add", "awork", "--", "/a b/awork-mcp", "stdio", "--protect=Zap*"}, nil},
		"claude-desktop": {}, "cursor": {}, "windsurf": {},
	} {
		host := find(t, id)
		sys := machine(t, "linux")
		sys.LookPath = func(name string) (string, error) { return "/bin/" + name, nil }
		change, err := host.Install(sys, server)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(change.Command, c.add) {
			t.Errorf("%s is called with %q, want %q", id, change.Command, c.add)
		}
		write(t, host.File(sys), host.Snippet(server))
		if change, err = host.Uninstall(sys, "awork", ours().Command); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(change.Command, c.remove) {
			t.Errorf("%s is called with %q, want %q", id, change.Command, c.remove)
		}
		// An entry that differs keeps what else is in it: the file is edited.
		server := server
		server.Args = nil
		if change, err = host.Install(sys, server); err != nil || change.Command != nil || change.None() {
			t.Errorf("%s, where it differs: %v, %+v", id, err, change)
		}
	}
}

// TestCommandDoesIt: the file is backed up, and not touched beside the command.
func TestCommandDoesIt(t *testing.T) {
	var m *commandMachine
	m = withCommand(t, "claude", func([]string) error {
		write(t, claudeCode().File(m.System),
			`{"mcpServers":{"awork":{"type":"stdio","command":"c","args":["stdio"],"env":{}}}}`)
		return nil
	})
	write(t, claudeCode().File(m.System), `{"numStartups": 1}`)
	r := do(t, m.System, claudeCode(), Server{Name: "awork", Command: "c", Args: []string{"stdio"}})
	if r.Refused != nil || len(m.commands) != 1 || read(t, r.Backup) != `{"numStartups": 1}` ||
		!strings.Contains(read(t, r.Path), `"env":{}`) {
		t.Errorf("%+v, %q", r, m.commands)
	}
}

// TestCommandFails: where the command fails, or says that it did what it did
// not, the file is edited.
func TestCommandFails(t *testing.T) {
	for name, answer := range map[string]error{"failed": errors.New("no such option"), "lied": nil} {
		m := withCommand(t, "gemini", func([]string) error { return answer })
		r := do(t, m.System, gemini(), ours())
		if r.Refused == nil || answer != nil && !errors.Is(r.Refused, answer) ||
			read(t, r.Path) != gemini().Snippet(ours()) {
			t.Errorf("%s: %+v:\n%s", name, r, read(t, r.Path))
		}
	}
}

// TestRealCommand: the host's command doesn't get the token, and the last line it
// prints becomes the error.
func TestRealCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a shell script")
	}
	t.Setenv("AWORK_TOKEN", "canary")
	t.Setenv("AWORK_MCP_STATE_KEY", "canary")
	script := filepath.Join(t.TempDir(), "host")
	write(t, script, "#!/bin/sh\necho first\necho \"token=$AWORK_TOKEN$AWORK_MCP_STATE_KEY args=$*\" >&2\nexit 3\n")
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	sys, err := Current()
	if err != nil {
		t.Fatal(err)
	}
	err = sys.Run(t.Context(), t.TempDir(), script, "a b")
	if err == nil || !strings.HasSuffix(err.Error(), ": token= args=a b") {
		t.Error(err)
	}
}

// TestFiles: permission bits stay, links are followed, the backup is as the
// file was, and nothing is left behind.
func TestFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links and permission bits")
	}
	sys := machine(t, "linux")
	real := filepath.Join(sys.Home, "dotfiles", "cursor.json")
	write(t, real, `{"theme": "dark"}`)
	if err := os.Chmod(real, 0o604); err != nil {
		t.Fatal(err)
	}
	link := cursor().File(sys)
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../dotfiles/link.json", link); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, filepath.Join(sys.Home, "dotfiles", "link.json")); err != nil {
		t.Fatal(err)
	}
	r := do(t, sys, cursor(), ours())
	if r.Path != real || !strings.Contains(read(t, real), "awork") || read(t, r.Backup) != `{"theme": "dark"}` {
		t.Errorf("%+v", r)
	}
	if to, err := os.Readlink(link); err != nil || to != "../dotfiles/link.json" {
		t.Errorf("the link: %q, %v", to, err)
	}
	for _, path := range []string{real, r.Backup} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o604 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	var names []string
	entries, err := os.ReadDir(filepath.Dir(real))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if d := cmp.Diff([]string{"cursor.json", "cursor.json.20261123-120000.000.bak", "link.json"}, names); d != "" {
		t.Error(d)
	}
}

func TestNewFileIsPrivate(t *testing.T) {
	sys := machine(t, "linux")
	r := do(t, sys, codex(), ours())
	info, err := os.Stat(r.Path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 || r.Backup != "" {
		t.Errorf("%v, %v, %+v", info.Mode(), err, r)
	}
}

func TestLinksThatLeadNowhere(t *testing.T) {
	sys := machine(t, "linux")
	file := windsurf().File(sys)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	later := filepath.Join(sys.Home, "later.json")
	if err := os.Symlink(later, file); err != nil {
		t.Skip(err)
	}
	if r := do(t, sys, windsurf(), ours()); r.Path != later || !strings.Contains(read(t, later), "awork") {
		t.Errorf("through a link to what is not there yet: %+v", r)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, file); err != nil {
		t.Fatal(err)
	}
	if c, err := windsurf().Install(sys, ours()); err == nil {
		t.Errorf("a link to itself: %+v", c)
	}
}

// TestMeanwhile: a file that changes between the question and the answer is left
// alone.
func TestMeanwhile(t *testing.T) {
	sys := machine(t, "linux")
	write(t, cursor().File(sys), "{}")
	c, err := cursor().Install(sys, ours())
	if err != nil {
		t.Fatal(err)
	}
	write(t, c.Path, `{"new": 1}`)
	_, err = c.Apply(t.Context())
	if err == nil || !strings.Contains(err.Error(), "in the meantime") || read(t, c.Path) != `{"new": 1}` {
		t.Error(err)
	}
}
