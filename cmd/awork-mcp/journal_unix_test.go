//go:build unix

package main_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// A journal that can't grow, as on a disk that is full, keeps the write from being
// sent, whether a part of the line fits or nothing does. Once it can grow again it
// goes on, and verifies.
func TestJournalOnAFullDisk(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"a part of the line": 4*512 - 100, "nothing": 4 * 512} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			w := s.workspace(sandbox.Options{})
			earlier := strings.Repeat("{}\n", size/3)
			path := s.file("journal", earlier+strings.Repeat("\n", size-len(earlier)))
			deletion := []string{"--journal", path, "call", "delete_api_user", "apiUserId=" + sandbox.ZapierSyncID}
			// Files may have four blocks of 512 bytes; a signal would end the program first.
			limited := append([]string{"-c", `trap "" XFSZ; ulimit -f 4; exec "$0" "$@"`, binary}, deletion...)
			command := exec.Command("sh", limited...)
			command.Dir = s.home
			command.Env = append(w.env(s, w.admin), "HOME="+s.home, "XDG_CONFIG_HOME="+filepath.Join(s.home, ".config"))
			out, err := command.CombinedOutput()
			s.note("a full disk", out)
			if err == nil || !strings.Contains(string(out), `"outcome": "blocked"`) ||
				!strings.Contains(string(out), "file too large") {
				t.Errorf("%v: %s", err, out)
			}
			if sent := w.writes(); len(sent) > 0 {
				t.Errorf("sent %v", sent)
			}
			if stdout, stderr, status := s.run(deletion, w.env(s, w.admin)); status != 0 {
				t.Errorf("without the limit: %s%s", stdout, stderr)
			}
			if stdout, stderr, status := s.run([]string{"journal", path, "--verify"}, nil); status != 0 {
				t.Errorf("it does not verify: %s%s", stdout, stderr)
			}
		})
	}
}
