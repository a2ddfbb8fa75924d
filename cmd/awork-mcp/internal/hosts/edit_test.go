package hosts

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// ours is the server that the tests set up.
func ours() Server {
	args := []string{"stdio", "--protect=Zap*", `--journal=a "b" <ü>`}
	return Server{Name: "awork", Command: `C:\Program Files\awork-mcp.exe`, Args: args}
}

// TestGolden sets a host up whose file holds "before", has nothing to do the
// second time, and takes the server out again, which leaves what was before, and
// where nothing is remembered of the install "uninstalled", or what was before.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			parts := sections(t, file)
			if parts.uninstalled == "" {
				parts.uninstalled = parts.before
			}
			host := find(t, parts.host)
			for _, newline := range []string{"\n", "\r\n"} {
				golden(t, host, file, newline, parts)
			}
		})
	}
}

// parts are those of a golden file: "host: ID", then sections that begin with
// "-- name --".
type parts struct{ host, before, after, uninstalled string }

func sections(t testing.TB, file string) *parts {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var p parts
	head, rest, _ := strings.Cut(string(b), "\n")
	p.host = strings.TrimPrefix(head, "host: ")
	for _, section := range strings.Split(rest, "-- ")[1:] {
		name, text, _ := strings.Cut(section, " --\n")
		switch name {
		case "before":
			p.before = text
		case "after":
			p.after = text
		case "uninstalled":
			p.uninstalled = text
		default:
			t.Fatalf("%s: what is %q?", file, name)
		}
	}
	return &p
}

func golden(t *testing.T, host Host, file, newline string, want *parts) {
	t.Helper()
	written := func(s string) string { return strings.ReplaceAll(s, "\n", newline) }
	sys := machine(t, "linux")
	path := host.File(sys)
	write(t, path, written(want.before))
	do(t, sys, host, ours())
	got := read(t, path)
	if *update && newline == "\n" {
		want.after = got
		text := "host: " + want.host + "\n-- before --\n" + want.before + "-- after --\n" + want.after
		if want.uninstalled != want.before {
			text += "-- uninstalled --\n" + want.uninstalled
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(written(want.after), got); d != "" {
		t.Errorf("after install with %q (-want +got):\n%s", newline, d)
	}
	if c, err := host.Install(sys, ours()); err != nil || !c.None() || c.Diff() != "" {
		t.Errorf("the second install: %v, %+v", err, c)
	}
	restored := want.before
	if had, err := host.format.decode([]byte(want.before)); err != nil || host.format.entry(had, "awork") != nil {
		restored = want.uninstalled
	}
	undo(t, sys, host, "awork")
	if d := cmp.Diff(written(restored), read(t, path)); d != "" {
		t.Errorf("after uninstall with %q (-want +got):\n%s", newline, d)
	}
	write(t, path, written(want.before))
	sys.Now = func() time.Time { return time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC) }
	do(t, sys, host, ours())
	if err := os.Remove(sys.recordFile()); err != nil {
		t.Fatal(err)
	}
	undo(t, sys, host, "awork")
	if d := cmp.Diff(written(want.uninstalled), read(t, path)); d != "" {
		t.Errorf("after uninstall without a record with %q (-want +got):\n%s", newline, d)
	}
	if c, err := host.Uninstall(sys, "awork", ours().Command); err != nil || !c.None() {
		t.Errorf("the second uninstall: %v, %+v", err, c)
	}
}

// TestEmpty: every host can be set up without a file, and with an empty one.
func TestEmpty(t *testing.T) {
	for _, host := range All() {
		for _, text := range []string{"none", "", " \n", "\ufeff"} {
			sys := machine(t, "linux")
			path := host.File(sys)
			if text != "none" {
				write(t, path, text)
			}
			do(t, sys, host, ours())
			if got, err := host.entry(sys, "awork"); got == nil || err != nil {
				t.Errorf("%s on %q: %v, %v:\n%s", host.ID, text, got, err, read(t, path))
			}
			if text == "none" && read(t, path) != host.Snippet(ours()) {
				t.Errorf("%s: the file is not its snippet:\n%s", host.ID, read(t, path))
			}
			r := undo(t, sys, host, "awork")
			if r.Removed != (text == "none") || r.Removed == exists(path) {
				t.Errorf("%s on %q: %+v", host.ID, text, r)
			} else if !r.Removed && read(t, path) != text {
				t.Errorf("%s on %q: uninstall leaves %q", host.ID, text, read(t, path))
			}
		}
	}
}

// TestRefused: what can't be understood, or not be changed alone, stays as it is,
// and the error says where.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct{ host, text, says string }{
		"broken JSON":          {"cursor", "{\n  \"mcpServers\": {\n    \"x\": nope\n  }\n}", "line 3"},
		"cut JSON":             {"claude-code", "{\n\"a\": 1,\n", "line 3"},
		"no object":            {"gemini", "[1]", "no object"},
		"servers are no table": {"vscode", "{\"servers\": [1]}", `"servers" is no object`},
		"servers twice":        {"cursor", "{\"mcpServers\": {}, \"mcpServers\": {}}", `"mcpServers" is there twice`},
		"entry twice":          {"cursor", "{\"mcpServers\": {\"awork\": {}, \"awork\": {}}}", `"awork" is there twice`},
		"field twice": {"cursor", `{"mcpServers": {"awork": {"command": "awork-mcp", "command": "awork-mcp"}}}`,
			`"command" is there twice`},
		"entry is no object": {"cursor", "{\"mcpServers\": {\"awork\": 7}}", "it is no object"},
		"broken TOML":        {"codex", "model = \"x\"\n[mcp_servers\n", "line 2"},
		"twice in TOML":      {"codex", "[a]\nb = 1\n[a]\n", "line 3"},
		"inline table":       {"codex", "mcp_servers = { other = { command = \"x\" } }\n", "nothing was changed"},
		"inline entry":       {"codex", "[mcp_servers]\nawork = { command = \"awork-mcp\" }\n", "can't be changed without"},
		"dotted keys":        {"codex", "mcp_servers.awork.command = \"awork-mcp\"\n", "can't be changed without"},
		"array of tables":    {"codex", "[[mcp_servers]]\nname = \"x\"\n", "nothing was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			host := find(t, c.host)
			sys := machine(t, "linux")
			write(t, host.File(sys), c.text)
			_, err := host.Install(sys, ours())
			if err == nil {
				t.Fatal("it is taken")
			}
			for _, want := range []string{c.says, "nothing was changed", host.File(sys)} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Install: no %q in %v", want, err)
				}
			}
			if got := read(t, host.File(sys)); got != c.text {
				t.Errorf("the file is now %q", got)
			}
		})
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"", "a b", "a.b", `"`, "a\nb", strings.Repeat("a", 65), "ä"} {
		if _, err := cursor().Install(machine(t, "linux"), Server{Name: name, Command: "x"}); err == nil {
			t.Errorf("the name %q is taken", name)
		}
	}
}
