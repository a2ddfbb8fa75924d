package hosts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestForeign: an entry of that name which is another server's is neither changed
// nor removed; our own, wherever the program was, is both.
func TestForeign(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ host, entry, says string }{
		"address":              {"cursor", `{"url": "https://mcp.example.com?key=canary"}`, "it has a url"},
		"address and program":  {"gemini", `{"command": "awork-mcp", "httpUrl": "https://canary"}`, "it has a httpUrl"},
		"address of Windsurf":  {"windsurf", `{"serverUrl": "https://mcp.example.com/canary"}`, "it has a serverUrl"},
		"remote type":          {"claude-code", `{"type": "sse", "command": "awork-mcp"}`, `its type is "sse"`},
		"another program":      {"cursor", `{"command": "npx", "args": ["-y", "canary"]}`, `it launches "npx"`},
		"a like name":          {"cursor", `{"command": "/bin/awork-mcp-proxy"}`, "it launches"},
		"a program of no name": {"cursor", `{"command": 7}`, "it launches 7"},
		"remote in opencode":   {"opencode", `{"type": "remote", "url": "https://canary"}`, "it has a url"},
		"another in opencode":  {"opencode", `{"type": "local", "command": ["uvx", "canary"]}`, `it launches "uvx"`},
		"address in TOML":      {"codex", "url = \"https://canary\"\n", "it has a url"},
		"another in TOML":      {"codex", "command = \"docker\"\nargs = [\"canary\"]\n", `it launches "docker"`},
		"no object":            {"cursor", `"canary"`, "it is no object"},
		"ours":                 {"cursor", `{"command": "/old/awork-mcp", "args": ["http"]}`, ""},
		"ours, by the PATH":    {"claude-code", `{"type": "stdio", "command": "awork-mcp", "env": {"A": "b"}}`, ""},
		"ours, under Windows":  {"cursor", `{"command": "C:\\old\\AWORK-MCP.EXE"}`, ""},
		"ours, renamed":        {"cursor", `{"command": "/opt/keys"}`, ""},
		"ours, not finished":   {"cursor", `{"env": {}}`, ""},
		"ours in opencode":     {"opencode", `{"type": "local", "command": ["/old/awork-mcp", "stdio"]}`, ""},
		"ours of a release": {"cursor",
			`{"type": "STDIO", "serverUrl": null, "command": "/old/awork-mcp_0.1.0_linux_amd64"}`, ""},
		"ours by npx": {"cursor", `{"command": "npx", "args": ["-y", "awork-mcp@1"]}`, ""},
		"ours by docker": {"cursor",
			`{"command": "docker", "args": ["run", "-i", "ghcr.io/awork-mcp/awork-mcp:latest"]}`, ""},
		"ours by go run": {"cursor",
			`{"command": "go", "args": ["run", "github.com/awork-mcp/awork-mcp/cmd/awork-mcp@latest"]}`, ""},
		"ours by cmd":          {"opencode", `{"type": "local", "command": ["cmd", "/c", "awork-mcp"]}`, ""},
		"a command of nothing": {"opencode", `{"type": "local", "command": []}`, "it launches []"},
		"ours in TOML":         {"codex", "command = \"/old/awork-mcp\"\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := find(t, c.host)
			sys := machine(t, "linux")
			write(t, host.File(sys), fileWith(host, c.entry))
			want := Server{Name: "awork", Command: "/opt/keys", Args: []string{"stdio"}}
			install, errInstall := host.Install(sys, want)
			uninstall, errUninstall := host.Uninstall(sys, "awork", want.Command)
			if c.says == "" {
				if errInstall != nil || errUninstall != nil || install.None() || uninstall.None() {
					t.Errorf("%v, %v", errInstall, errUninstall)
				}
				return
			}
			for _, err := range []error{errInstall, errUninstall} {
				if err == nil || strings.Contains(err.Error(), "canary") {
					t.Fatal(err)
				}
				for _, want := range []string{c.says, "--name", "nothing was changed"} {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("no %q in %v", want, err)
					}
				}
			}
			found := Detect(sys, "awork", want.Command)
			if len(found) != 1 || found[0].State != "has another server named awork" {
				t.Errorf("found: %+v", found)
			}
			if _, err := host.Install(sys, Server{Name: "awork-users", Command: "awork-mcp"}); err != nil {
				t.Errorf("under another name: %v", err)
			}
		})
	}
}

// fileWith returns a host's file that holds an entry named awork.
func fileWith(host Host, entry string) string {
	if host.format.toml {
		return "[" + host.format.container + ".awork]\n" + entry
	}
	return `{"` + host.format.container + `": {"awork": ` + entry + `}}`
}

// TestSwitchedOff: what keeps the host from launching the server stays, and is
// reported, whether or not anything else changes.
func TestSwitchedOff(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		fileWith(cursor(), `{"command": "awork-mcp", "args": ["stdio"], "disabled": true}`):  "disabled: true",
		fileWith(cursor(), `{"command": "awork-mcp", "args": [], "enabled": false}`):         "enabled: false",
		fileWith(cursor(), `{"command": "awork-mcp", "args": ["stdio"], "disabled": false}`): "",
		`{}`: "",
	} {
		sys := machine(t, "linux")
		write(t, cursor().File(sys), text)
		c, err := cursor().Install(sys, Server{Name: "awork", Command: "awork-mcp", Args: []string{"stdio"}})
		if err != nil || c.SwitchedOff != want {
			t.Errorf("%s: %q, %v", text, c.SwitchedOff, err)
		}
	}
}

// TestDiff: the entry alone is shown, however the file is laid out, and of what
// was not written here no value.
func TestDiff(t *testing.T) {
	t.Parallel()
	const head = "--- F\n+++ F\n@@ mcpServers.awork @@\n"
	for name, c := range map[string]struct{ host, before, install, uninstall string }{
		"new, in one line": {"cursor", `{"mcpServers":{"x":{"env":{"K":"canary"}}}}`,
			head + "+  \"command\": \"awork-mcp\"\n+  \"args\": [\"stdio\"]\n", ""},
		"new, with a comma for its neighbour": {"cursor",
			"{\n  \"mcpServers\": {\n    \"x\": {\"env\": {\"K\": \"canary\"}}\n  }\n}\n",
			head + "+  \"command\": \"awork-mcp\"\n+  \"args\": [\"stdio\"]\n", ""},
		"other arguments, in one line": {"cursor",
			`{"mcpServers":{"awork":{"command":"awork-mcp","args":["stdio","--read-only"],"env":{"K":"canary"}},` +
				`"x":{"url":"canary"}}}`,
			head + "-  \"args\": [\"stdio\", \"--read-only\"]\n+  \"args\": [\"stdio\"]\n",
			head + "-  \"args\": [\"stdio\", \"--read-only\"]\n-  \"command\": \"awork-mcp\"\n-  \"env\": …\n"},
		"no arguments yet": {"codex",
			"[mcp_servers.x]\nkey = \"canary\"\n[mcp_servers.awork]\ncommand = \"awork-mcp\"\nstartup_timeout_sec = 9\n",
			"--- F\n+++ F\n@@ mcp_servers.awork @@\n+  args = [\"stdio\"]\n",
			"--- F\n+++ F\n@@ mcp_servers.awork @@\n-  command = \"awork-mcp\"\n-  startup_timeout_sec = …\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := find(t, c.host)
			sys := machine(t, "linux")
			write(t, host.File(sys), c.before)
			install, err := host.Install(sys, Server{Name: "awork", Command: "awork-mcp", Args: []string{"stdio"}})
			if err != nil {
				t.Fatal(err)
			}
			uninstall, err := host.Uninstall(sys, "awork", "")
			if err != nil {
				t.Fatal(err)
			}
			for got, want := range map[string]string{install.Diff(): c.install, uninstall.Diff(): c.uninstall} {
				if d := cmp.Diff(want, strings.ReplaceAll(got, host.File(sys), "F")); d != "" {
					t.Error(d)
				}
			}
		})
	}
}
