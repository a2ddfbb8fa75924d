package hosts

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// machine is one on which no command is found.
func machine(t *testing.T, goos string) System {
	t.Helper()
	return System{
		GOOS: goos, Home: t.TempDir(),
		Getenv:   func(string) string { return "" },
		LookPath: func(string) (string, error) { return "", errors.New("not found") },
		Run: func(context.Context, string, string, ...string) error {
			t.Error("a command was run")
			return nil
		},
		Now: func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
	}
}

func find(t *testing.T, name string) Host {
	t.Helper()
	host, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return host
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func do(t *testing.T, sys System, host Host, s Server) Result {
	t.Helper()
	c, err := host.Install(sys, s)
	if err != nil {
		t.Fatal(err)
	}
	return apply(t, c)
}

func undo(t *testing.T, sys System, host Host, name string) Result {
	t.Helper()
	now := sys.Now().Add(time.Hour)
	sys.Now = func() time.Time { return now }
	c, err := host.Uninstall(sys, name, "")
	if err != nil {
		t.Fatal(err)
	}
	return apply(t, c)
}

func apply(t *testing.T, c *Change) Result {
	t.Helper()
	r, err := c.Apply(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestPaths: where every host has its file, on every system.
func TestPaths(t *testing.T) {
	const (
		linux   = "/home/ada"
		mac     = "/Users/ada"
		windows = `C:\Users\Ada`
	)
	set := map[string]string{
		"XDG_CONFIG_HOME": "/xdg", "APPDATA": `D:\Roaming`, "CODEX_HOME": "/cx", "CLAUDE_CONFIG_DIR": "/cc",
		"GEMINI_CLI_HOME": "/gm", "QWEN_HOME": "/qw",
	}
	for _, c := range []struct {
		host string
		// below the usual folders
		linux, mac, windows string
		// with the variables above set
		linuxSet, windowsSet string
	}{
		{"claude-desktop", "/.config/Claude/claude_desktop_config.json",
			"/Library/Application Support/Claude/claude_desktop_config.json",
			`\AppData\Roaming\Claude\claude_desktop_config.json`,
			"/xdg/Claude/claude_desktop_config.json", `D:\Roaming\Claude\claude_desktop_config.json`},
		{"claude-code", "/.claude.json", "/.claude.json", `\.claude.json`, "/cc/.claude.json", `/cc\.claude.json`},
		{"vscode", "/.config/Code/User/mcp.json",
			"/Library/Application Support/Code/User/mcp.json",
			`\AppData\Roaming\Code\User\mcp.json`,
			"/xdg/Code/User/mcp.json", `D:\Roaming\Code\User\mcp.json`},
		{"cursor", "/.cursor/mcp.json", "/.cursor/mcp.json", `\.cursor\mcp.json`,
			linux + "/.cursor/mcp.json", windows + `\.cursor\mcp.json`},
		{"windsurf", "/.codeium/windsurf/mcp_config.json", "/.codeium/windsurf/mcp_config.json",
			`\.codeium\windsurf\mcp_config.json`,
			linux + "/.codeium/windsurf/mcp_config.json", windows + `\.codeium\windsurf\mcp_config.json`},
		{"codex", "/.codex/config.toml", "/.codex/config.toml", `\.codex\config.toml`,
			"/cx/config.toml", `/cx\config.toml`},
		{"gemini", "/.gemini/settings.json", "/.gemini/settings.json", `\.gemini\settings.json`,
			"/gm/.gemini/settings.json", `/gm\.gemini\settings.json`},
		{"opencode", "/.config/opencode/opencode.json", "/.config/opencode/opencode.json",
			`\.config\opencode\opencode.json`,
			"/xdg/opencode/opencode.json", `/xdg\opencode\opencode.json`},
		{"qwen", "/.qwen/settings.json", "/.qwen/settings.json", `\.qwen\settings.json`,
			"/qw/settings.json", `/qw\settings.json`},
	} {
		host := find(t, strings.ToUpper(c.host))
		for _, on := range []struct {
			goos, home, want string
			vars             map[string]string
		}{
			{"linux", linux, linux + c.linux, nil}, {"darwin", mac, mac + c.mac, nil},
			{"windows", windows, windows + c.windows, nil},
			{"linux", linux, c.linuxSet, set}, {"windows", windows, c.windowsSet, set},
		} {
			sys := System{GOOS: on.goos, Home: on.home, Getenv: func(name string) string { return on.vars[name] }}
			if got := host.File(sys); got != on.want {
				t.Errorf("%s on %s: %s, want %s", c.host, on.goos, got, on.want)
			}
		}
	}
	if n := len(All()); n != 9 {
		t.Errorf("%d hosts, and 9 in this table", n)
	}
}

func TestOpencodePrefersTheFileThatIsThere(t *testing.T) {
	sys := machine(t, "linux")
	commented := filepath.Join(sys.Home, ".config", "opencode", "opencode.jsonc")
	write(t, commented, "{}")
	if got := opencode().File(sys); got != commented {
		t.Errorf("it takes %s", got)
	}
}

// TestDetect: a host is found by its command, its file, or its folder.
func TestDetect(t *testing.T) {
	sys := machine(t, "linux")
	if found := Detect(sys, "awork", ""); len(found) != 0 {
		t.Errorf("on an empty home: %+v", found)
	}
	sys.LookPath = func(name string) (string, error) {
		if name == "codex" {
			return "/bin/codex", nil
		}
		return "", errors.New("not found")
	}
	write(t, filepath.Join(sys.Home, ".cursor", "mcp.json"), cursor().Snippet(ours()))
	write(t, filepath.Join(sys.Home, ".claude.json"), "{")
	if err := os.MkdirAll(filepath.Join(sys.Home, ".gemini"), 0o755); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range Detect(sys, "awork", "") {
		got[s.Host.ID] = s.Where + ": " + s.State
	}
	for id, want := range map[string]string{
		"codex": "/bin/codex: not set up", "cursor": sys.Home + "/.cursor/mcp.json: has awork",
		"claude-code": sys.Home + "/.claude.json: ", "gemini": sys.Home + "/.gemini: not set up",
	} {
		if !strings.HasPrefix(got[id], want) {
			t.Errorf("%s: %q, want %q", id, got[id], want)
		}
	}
	if len(got) != 4 || !strings.Contains(got["claude-code"], "line 1") {
		t.Errorf("found: %v", got)
	}
}

// TestBatchFiles: cmd.exe would read a batch file's arguments anew.
func TestBatchFiles(t *testing.T) {
	sys := machine(t, "windows")
	batch, program := []string{`C:\bin\code.cmd`, `C:\bin\CODE.BAT`}, `C:\bin\code.exe`
	for _, path := range append(batch, program) {
		sys.LookPath = func(string) (string, error) { return path, nil }
		if _, got := vsCode().command(sys); got != (path == program) {
			t.Errorf("%s: %v", path, got)
		}
	}
}
