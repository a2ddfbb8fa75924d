package hosts

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestUndoOddFiles: byte order marks, line ends and a missing newline at the end
// come back, whether or not the install is remembered.
func TestUndoOddFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ host, text string }{
		"TOML without a newline at the end":         {"codex", "model = \"x\""},
		"TOML of Windows without one":               {"codex", "model = \"x\"\r\n[a]\r\nb = 1"},
		"TOML with two":                             {"codex", "model = \"x\"\n\n"},
		"TOML with a byte order mark":               {"codex", "\ufeffmodel = \"x\"\n"},
		"TOML with a mark, without a newline":       {"codex", "\ufeff[a]\nb = 1 # c"},
		"TOML that ends with a comment":             {"codex", "a = 1\n# the end"},
		"JSON without a newline at the end":         {"cursor", "{\n  \"a\": 1\n}"},
		"JSON of Windows with a byte order mark":    {"cursor", "\ufeff{\r\n\t\"a\": 1,\r\n}\r\n"},
		"JSON with a comment behind the last entry": {"gemini", "{\"mcpServers\": {\"x\": {} /* y */} } // z"},
		"JSON with a comment in an empty container": {"cursor", "{\"mcpServers\": { // mine\n}}\n"},
		"JSON with a comment behind a server":       {"cursor", "{\"mcpServers\": {\"x\": {} // mine\n}}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := find(t, c.host)
			for _, remembered := range []bool{true, false} {
				sys := machine(t, "linux")
				path := host.File(sys)
				write(t, path, c.text)
				do(t, sys, host, ours())
				if mark := strings.HasPrefix(read(t, path), "\ufeff"); mark != strings.HasPrefix(c.text, "\ufeff") {
					t.Errorf("a byte order mark: %v", mark)
				}
				if !remembered {
					if err := os.Remove(sys.recordFile()); err != nil {
						t.Fatal(err)
					}
				}
				undo(t, sys, host, "awork")
				if got := read(t, path); got != c.text {
					t.Errorf("remembered %v: %q, want %q", remembered, got, c.text)
				}
			}
		})
	}
}

// TestUndoSeveral: installs of several names, and of one again, are undone from
// the last one to the first; nothing of them is left behind.
func TestUndoSeveral(t *testing.T) {
	t.Parallel()
	const text = "{\"mcpServers\": {}, \"a\": [1,2]}"
	sys := machine(t, "linux")
	path := cursor().File(sys)
	write(t, path, text)
	minutes := 0
	sys.Now = func() time.Time {
		minutes++
		return time.Date(2026, 11, 23, 12, minutes, 0, 0, time.UTC)
	}
	one, two := ours(), ours()
	two.Name = "awork-two"
	do(t, sys, cursor(), one)
	one.Args = []string{"stdio", "--read-only"}
	do(t, sys, cursor(), one)
	afterOne := read(t, path)
	do(t, sys, cursor(), two)
	undo(t, sys, cursor(), two.Name)
	if got := read(t, path); got != afterOne {
		t.Errorf("without the second: %s", got)
	}
	undo(t, sys, cursor(), one.Name)
	if got := read(t, path); got != text {
		t.Errorf("without both: %s", got)
	}
	if exists(sys.recordFile()) {
		t.Errorf("it still remembers %s", read(t, sys.recordFile()))
	}
}

// TestUndoChangedFile: what came into the file since stays, and so does the file
// where its backup holds something else.
func TestUndoChangedFile(t *testing.T) {
	t.Parallel()
	const text = "{\n  \"a\": 1\n}\n"
	for name, change := range map[string]func(t *testing.T, path, backup string){
		"the file": func(t *testing.T, path, _ string) {
			write(t, path, strings.Replace(read(t, path), `"a": 1`, `"a": 2`, 1))
		},
		"the backup":    func(t *testing.T, _, backup string) { write(t, backup, "{}") },
		"no backup":     func(_ *testing.T, _, backup string) { _ = os.Remove(backup) },
		"broken backup": func(t *testing.T, _, backup string) { write(t, backup, "{") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sys := machine(t, "linux")
			path := cursor().File(sys)
			write(t, path, text)
			r := do(t, sys, cursor(), ours())
			change(t, path, r.Backup)
			want := text
			if name == "the file" {
				want = strings.Replace(text, `"a": 1`, `"a": 2`, 1)
			}
			if r := undo(t, sys, cursor(), "awork"); read(t, path) != want || r.Backup == "" {
				t.Errorf("%q, %+v", read(t, path), r)
			}
		})
	}
}

// TestUndoOwnCommand: what a host's own command wrote is undone too.
func TestUndoOwnCommand(t *testing.T) {
	t.Parallel()
	var m *commandMachine
	m = withCommand(t, "codex", func([]string) error {
		write(t, codex().File(m.System), "[mcp_servers.awork]\ncommand = \"c\"\nargs = [\"stdio\"]\nx = 1\n")
		return nil
	})
	do(t, m.System, codex(), Server{Name: "awork", Command: "c", Args: []string{"stdio"}})
	c, err := codex().Uninstall(m.System, "awork", "c")
	if err != nil {
		t.Fatal(err)
	}
	if r := apply(t, c); !r.Removed || exists(r.Path) || len(m.commands) != 1 {
		t.Errorf("%+v, %q", r, m.commands)
	}
}

// TestUndoAfterAFailure: an install that fails is not remembered.
func TestUndoAfterAFailure(t *testing.T) {
	t.Parallel()
	sys := machine(t, "linux")
	c, err := cursor().Install(sys, ours())
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(sys.Home, ".cursor"), "a file where the folder belongs")
	if _, err := c.Apply(context.Background()); err == nil || exists(sys.recordFile()) {
		t.Errorf("%v, remembered: %v", err, exists(sys.recordFile()))
	}
}

// TestBackupFails: a backup that could not be made is not named as one.
func TestBackupFails(t *testing.T) {
	sys := machine(t, "linux")
	now := time.Now()
	sys.Now = func() time.Time { return now }
	write(t, cursor().File(sys), "{}")
	c, err := cursor().Install(sys, ours())
	if err != nil {
		t.Fatal(err)
	}
	write(t, c.Path+now.Format(".20060102-150405.000")+".bak", "another's")
	r, err := c.Apply(t.Context())
	if err == nil || !strings.Contains(err.Error(), "could not be backed up") || r.Backup != "" || read(t, c.Path) != "{}" {
		t.Errorf("%+v %v", r, err)
	}
}
