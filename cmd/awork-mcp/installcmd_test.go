package main_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// onlyPath is a PATH on which nothing of this machine is found.
func (s *fixture) onlyPath(dir ...string) string {
	return "PATH=" + strings.Join(append(dir, filepath.Join(s.home, "bin")), string(os.PathListSeparator))
}

// files gives the names and texts of the home's files.
func (s *fixture) files() map[string]string {
	s.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(s.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(s.home, path)
		all[name] = string(b)
		s.note(name, b)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// launches reads how a file in the shape of Cursor launches the server.
func (s *fixture) launches(name string) (command string, args []string) {
	s.t.Helper()
	var f struct {
		McpServers map[string]struct {
			Command string
			Args    []string
		}
	}
	if err := json.Unmarshal([]byte(s.files()[name]), &f); err != nil {
		s.t.Fatal(err)
	}
	return f.McpServers["awork"].Command, f.McpServers["awork"].Args
}

// install carries the settings of its command line, wherever they stand, and those
// of the environment, with paths that hold from every folder; the token stays.
func TestInstall(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	canary := s.canary()
	s.file("key", "the-token-of-a-file")
	env := []string{s.onlyPath(), "AWORK_TOKEN=" + canary, "AWORK_MCP_NO_ADMIN=1"}
	args := []string{"--read-only", "--protect", "Zap*,X y", "install", "Cursor", "--token-file", "key", "--protect=Z",
		"--confirm", "strict", "--journal", "~/journal", "--confirm-timeout", "90s", "--yes"}
	out, hints, status := s.run(args, env)
	if status != 0 || !strings.Contains(out, "+  \"command\": ") ||
		!strings.Contains(out, "Added awork to Cursor. Restart Cursor.") {
		t.Fatalf("status %d: %s%s", status, out, hints)
	}
	command, got := s.launches(".cursor/mcp.json")
	want := []string{"stdio", "--read-only", "--protect=Zap*", "--protect=X y", "--protect=Z",
		"--token-file=" + filepath.Join(s.home, "key"), "--confirm=strict", "--journal=" + filepath.Join(s.home, "journal"),
		"--confirm-timeout=1m30s", "--no-admin"}
	if command != binary || !slices.Equal(got, want) {
		t.Errorf("it launches %q %q, want %q %q", command, got, binary, want)
	}

	before := s.files()
	out, _, status = s.run(args, env)
	if status != 0 || !strings.Contains(out, "Nothing to do") || len(s.files()) != len(before) {
		t.Errorf("the second time: %d %s", status, out)
	}
	out, _, status = s.run([]string{"install"}, env)
	if status != 0 || !strings.Contains(out, "has awork") || strings.Contains(out, "codex") {
		t.Errorf("the list: %d %s", status, out)
	}
	out, _, status = s.run([]string{"uninstall", "cursor", "--yes"}, env)
	if status != 0 || !strings.Contains(out, "Removed awork from Cursor. Restart Cursor.\n") {
		t.Errorf("uninstall: %d %s", status, out)
	}
	out, _, status = s.run([]string{"uninstall", "cursor", "--yes"}, env)
	if status != 0 || !strings.Contains(out, "Nothing to do: Cursor has no server awork.") {
		t.Errorf("the second uninstall: %d %s", status, out)
	}
	if text, ok := s.files()[".cursor/mcp.json"]; ok {
		t.Errorf("what is left: %q", text)
	}
}

// What install does not do: without a yes, with settings that can't be used, or
// to a file that it does not understand. Nothing is written then.
func TestInstallRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"nobody to ask":           {[]string{"install", "cursor", "--sandbox"}, 2, "--yes"},
		"nobody to ask, removing": {[]string{"uninstall", "windsurf"}, 2, "--yes"},
		"dry run":                 {[]string{"install", "cursor", "--sandbox", "--dry-run", "--yes"}, 0, "+++"},
		"unknown tool":            {[]string{"install", "cursor", "--sandbox", "--tools=nope", "--yes"}, 2, "nope"},
		"plain http":              {[]string{"install", "cursor", "--base-url=http://example.com", "--yes"}, 2, "https"},
		"sandbox and address": {
			[]string{"install", "cursor", "--sandbox", "--base-url=https://example.com", "--yes"}, 2, "base URL"},
		"no token file": {[]string{"install", "cursor", "--token-file=nowhere", "--yes"}, 2, "nowhere"},
		"bad name":      {[]string{"install", "cursor", "--sandbox", "--name=a b", "--yes"}, 2, "--name"},
		"token as a setting": {
			[]string{"install", "cursor", "--sandbox", "--protect=a-token-of-ours", "--yes"}, 2, "token file"},
		"broken file":            {[]string{"install", "claude-desktop", "--sandbox", "--yes"}, 1, "line 2"},
		"no such host to leave":  {[]string{"uninstall", "emacs", "--yes"}, 2, "emacs"},
		"no host to leave":       {[]string{"uninstall"}, 2, "host"},
		"no such host":           {[]string{"install", "emacs", "--sandbox"}, 2, "it knows claude-desktop"},
		"a misspelled host":      {[]string{"install", "claud-code", "--sandbox"}, 2, "did you mean claude-code?"},
		"one of two hosts":       {[]string{"install", "claude", "--sandbox"}, 2, "claude-desktop or claude-code"},
		"hosted without https":   {[]string{"install", "cursor", "--url=http://mcp.example.com/mcp"}, 2, "https"},
		"hosted with a password": {[]string{"install", "cursor", "--url=https://a:b@mcp.example.com"}, 2, "password"},
		"hosted nowhere":         {[]string{"install", "cursor", "--url=mcp.example.com/mcp"}, 2, "address"},
		"hosted, read-only":      {[]string{"install", "cursor", "--url=https://a.example", "--read-only"}, 2, "read-only is"},
		"hosted, with a token":   {[]string{"install", "cursor", "--url=https://a.example", "--bearer-env=a.b"}, 2, "never a"},
		"a token for awork as a bearer": {
			[]string{"install", "cursor", "--url=https://a.example", "--bearer-env=AWORK_TOKEN"}, 2, "holds a token for awork"},
		"a bearer in a setting's name": {
			[]string{"install", "cursor", "--url=https://a.example", "--bearer-env=AWORK_MCP_TEAM"}, 2, "takes AWORK_MCP_TEAM for"},
		"a bearer in a setting": {
			[]string{"install", "cursor", "--url=https://a.example", "--bearer-env=AWORK_TOKEN_FILE"}, 2, "use another name"},
		"an awork token in a setting": {
			[]string{"install", "cursor", "--url=https://a.example", "--awork-token-env=awork_mcp_token"}, 2, "use another name"},
		"launched, with a token": {[]string{"install", "cursor", "--sandbox", "--bearer-env=TOKEN"}, 2, "--url"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			s.file(".config/Claude/claude_desktop_config.json", "{\n  nope\n}")
			s.file("Library/Application Support/Claude/claude_desktop_config.json", "{\n  nope\n}")
			s.file(".codeium/windsurf/mcp_config.json", `{"mcpServers":{"awork":{}}}`)
			before := s.files()
			out, hints, status := s.run(c.args, []string{s.onlyPath(), "AWORK_TOKEN=a-token-of-ours"})
			if status != c.status || !strings.Contains(out+hints, c.says) {
				t.Errorf("status %d, want %d and %q: %s%s", status, c.status, c.says, out, hints)
			}
			for file, text := range s.files() {
				if before[file] != text {
					t.Errorf("%s is now %q", file, text)
				}
			}
		})
	}
}

// A host is given the program's full path, by its link where that is on the PATH:
// an extension of an editor has the PATH of a desktop.
func TestInstallNamesItself(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	link := filepath.Join(s.home, "bin", "awork-mcp")
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary, link); err != nil {
		t.Skip(err)
	}
	for id, file := range map[string]string{"gemini": ".gemini/settings.json", "cursor": ".cursor/mcp.json"} {
		args := []string{"install", id, "--sandbox", "--yes"}
		if _, hints, status := s.run(args, []string{s.onlyPath()}); status != 0 {
			t.Fatal(hints)
		}
		if command, _ := s.launches(file); command != link {
			t.Errorf("%s launches %s, want %s", id, command, link)
		}
	}
}

// What go run built is deleted sooner or later, and no host can launch it then.
func TestInstallOfAPassingProgram(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{
		".cache/go-build/2b/" + strings.Repeat("2b", 32) + "-d", "cache/2b/" + strings.Repeat("2b", 32) + "-d",
		"tmp/go-build123456/b001/exe",
	} {
		s := newFixture(t)
		path := filepath.Join(s.home, folder, filepath.Base(binary))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Link(binary, path)); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), path, "--sandbox", "install", "cursor", "--yes")
		cmd.Env = []string{"HOME=" + s.home, "USERPROFILE=" + s.home}
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "go install") {
			t.Errorf("%s: %v %s", folder, err, out)
		}
	}
}

// A host's own command is found on the PATH and run; where it fails, the file is
// edited. It does not see the token.
func TestInstallThroughTheHost(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"does it": `mkdir -p "$HOME/.gemini"; printf ` +
			`'{"mcpServers":{"awork":{"command":"%s","args":["stdio","--sandbox"]}}}' "$6" > "$HOME/.gemini/settings.json"`,
		"fails": `echo "unknown command mcp" >&2; exit 1`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			s.file("bin/gemini", "#!/bin/sh\nprintf '%s\\n' \"$AWORK_TOKEN\" \"$@\" > arguments\n"+script+"\n")
			if err := os.Chmod(filepath.Join(s.home, "bin", "gemini"), 0o700); err != nil {
				t.Fatal(err)
			}
			out, hints, status := s.run([]string{"install", "gemini", "--sandbox", "--yes"},
				[]string{s.onlyPath("/usr/bin", "/bin"), "AWORK_TOKEN=" + s.canary()})
			added := strings.Contains(out, "Added awork to Gemini CLI. Start a new session. /mcp shows it.")
			if status != 0 || !added || strings.Contains(hints, "did not do it") != (name == "fails") {
				t.Errorf("status %d: %s%s", status, out, hints)
			}
			got := s.files()["arguments"]
			if want := "\nmcp\nadd\n--scope\nuser\nawork\n" + binary + "\n--\nstdio\n--sandbox\n"; got != want {
				t.Errorf("it got %q, want %q", got, want)
			}
			if _, args := s.launches(".gemini/settings.json"); !slices.Equal(args, []string{"stdio", "--sandbox"}) {
				t.Errorf("it launches with %q", args)
			}
		})
	}
}

// What is not this program's is neither changed nor removed; an entry that is
// switched off is named.
func TestInstallBesideOthers(t *testing.T) {
	t.Parallel()
	const others = `{"mcpServers":{"awork":{"url":"https://mcp.example.com"}}}`
	s := newFixture(t)
	s.file(".cursor/mcp.json", others)
	for _, command := range []string{"install", "uninstall"} {
		out, stderr, status := s.run([]string{command, "cursor", "--sandbox", "--yes"}, []string{s.onlyPath()})
		if status != 1 || out != "" || !strings.Contains(stderr, "--name") || s.files()[".cursor/mcp.json"] != others {
			t.Errorf("%s: %d %s%s", command, status, out, stderr)
		}
	}
	args := []string{"install", "cursor", "--sandbox", "--name", "awork-users", "--yes"}
	out, stderr, status := s.run(args, []string{s.onlyPath()})
	if status != 0 || !strings.Contains(out, "Added awork-users to Cursor.") {
		t.Errorf("under another name: %d %s%s", status, out, stderr)
	}
	s.file(".gemini/settings.json", `{"mcpServers":{"awork":{"command":"awork-mcp","enabled":false}}}`)
	for _, says := range []string{"Added awork", "Nothing to do"} {
		out, hints, _ := s.run([]string{"install", "gemini", "--sandbox", "--yes"}, []string{s.onlyPath()})
		if !strings.Contains(out, says) || !strings.Contains(hints, "switched off, and stays so (enabled: false)") {
			t.Errorf("switched off: %s%s", out, hints)
		}
	}
}

// The program that secrets are delivered to is found from every folder.
func TestInstallWithADeliveryCommand(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	if err := os.Chmod(s.file("deliver.sh", "#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{"./deliver.sh": filepath.Join(s.home, "deliver.sh"), "cat": "cat"} {
		args := []string{"install", "cursor", "--sandbox", "--yes", "--tools=credentials", "--deliver=command",
			"--deliver-command", word, "--deliver-command=./as/it/is"}
		if out, stderr, status := s.run(args, []string{s.onlyPath("/usr/bin", "/bin")}); status != 0 {
			t.Fatalf("%d %s%s", status, out, stderr)
		}
		words := []string{"--deliver-command=" + want, "--deliver-command=./as/it/is"}
		if _, got := s.launches(".cursor/mcp.json"); !slices.Equal(got[len(got)-2:], words) {
			t.Errorf("it launches with %q", got)
		}
	}
}
