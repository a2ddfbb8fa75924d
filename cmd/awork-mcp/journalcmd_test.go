package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gofrs/flock"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// writeJournal makes a journal of a delete and a create.
func (s *fixture) writeJournal(path string) {
	s.t.Helper()
	for _, call := range [][]string{
		{"call", "--yes", "delete_api_user", "apiUserId=" + sandbox.ZapierSyncID},
		{"call", "create_api_user", "name=It's new", "roleId=User"},
	} {
		if out, stderr, status := s.run(append([]string{"--sandbox", "--journal", path}, call...), nil); status != 0 {
			s.t.Fatalf("status %d: %s%s", status, out, stderr)
		}
	}
}

func TestJournalCommand(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	path := filepath.Join(s.home, "journal")
	s.writeJournal(path)
	out, stderr, status := s.run([]string{"journal", path}, nil)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if status != 0 || stderr != "" || len(lines) != 3 {
		t.Fatalf("status %d: %s%s", status, out, stderr)
	}
	for i, words := range [][]string{
		{"TIME", "WORKSPACE", "TOOL", "CONFIRMED", "OUTCOME"},
		{sandbox.WorkspaceName, "delete_api_user", "Zapier Sync", sandbox.ZapierSyncID, "flag --yes", "deleted"},
		{"create_api_user", "It's new", "not needed", "created"},
	} {
		for _, word := range words {
			if !strings.Contains(lines[i], word) {
				t.Errorf("no %q in %q", word, lines[i])
			}
		}
	}
	out, stderr, status = s.run([]string{"journal", path, "--api-user", sandbox.ZapierSyncID, "--since", "1h"}, nil)
	if status != 0 || strings.Contains(out, "It's new") || !strings.Contains(out, "new id, no keys") ||
		!strings.Contains(out, "awork-mcp call create_api_user 'name=Zapier Sync' roleId=") {
		t.Errorf("status %d: %s%s", status, out, stderr)
	}
	out, _, status = s.run([]string{"journal", "~/journal", "--json"}, nil)
	var all []struct{ Tool, Outcome, Confirmed, Finished string }
	if err := json.Unmarshal([]byte(out), &all); err != nil || status != 0 || len(all) != 2 || all[1].Outcome != "created" || all[0].Finished == "" {
		t.Errorf("status %d, %v: %s", status, err, out)
	}
	if out, _, status = s.run([]string{"journal", path, "--since", "2999-01-01"}, nil); status != 0 || strings.Count(out, "\n") != 1 {
		t.Errorf("status %d: %s", status, out)
	}
	for _, args := range [][]string{{"--since", "soon"}, {"--api-user", "Zapier"}, {"--verify", "--since", "1h"}, {"--after", "x"}, {"--verify", "--after", "x"}} {
		stdout, stderr, status := s.run(append([]string{"journal", path}, args...), nil)
		refusedInOneLine(t, stdout, stderr, status, args[0])
	}
	if _, stderr, status := s.run([]string{"journal", path + "-none"}, nil); status != 1 || !strings.Contains(stderr, "-none") {
		t.Errorf("a journal that is not there: status %d: %s", status, stderr)
	}
}

// A role is named by its id, in what made it and in each step that filled it.
func TestJournalCommandShowsRoles(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	path := filepath.Join(s.home, "journal")
	made, stderr, status := s.run([]string{"--sandbox", "--tools", "credentials", "--journal", path, "call", "--yes", "create_role",
		"name=Nightly Export", `needs=["projects:read","timeentries:read"]`}, nil)
	var a struct{ Outcome, RoleID string }
	if err := json.Unmarshal([]byte(made), &a); err != nil || status != 0 || a.Outcome != "created" || a.RoleID == "" {
		t.Fatalf("status %d, %v: %s%s", status, err, made, stderr)
	}
	out, stderr, status := s.run([]string{"journal", path}, nil)
	if status != 0 || strings.Count(out, a.RoleID) != 3 || !strings.Contains(out, "Nightly Export: project-timetracking (read)") {
		t.Errorf("status %d: %s%s", status, out, stderr)
	}
}

// A write that has no result is marked.
func TestJournalCommandMarksUnfinishedWrites(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	path := filepath.Join(s.home, "journal")
	s.writeJournal(path)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	s.file("journal", strings.Join(lines[:3], ""))
	if out, _, status := s.run([]string{"journal", path}, nil); status != 0 || !strings.Contains(out, "NO RESULT") {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestJournalVerify(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	path := filepath.Join(s.home, "journal")
	s.writeJournal(path)
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	s.writeJournal(path)
	out, stderr, status := s.run([]string{"journal", path, "--verify"}, nil)
	if status != 0 || !strings.Contains(out, "ok  8 lines") || !strings.Contains(out, path+".1") || !strings.Contains(out, "ends at line 4") {
		t.Errorf("status %d: %s%s", status, out, stderr)
	}
	if out, _, status := s.run([]string{"--sandbox", "--journal", path, "doctor"}, nil); status != 0 || !strings.Contains(out, "ok    journal      8 lines") {
		t.Errorf("doctor: status %d: %s", status, out)
	}
	text, err := os.ReadFile(path + ".1")
	if err != nil {
		t.Fatal(err)
	}
	s.file("journal.1", strings.Replace(string(text), "Zapier Sync", "Zapier Sink", 1))
	out, stderr, status = s.run([]string{"journal", path, "--verify"}, nil)
	if status != 1 || stderr != "" || !strings.Contains(out, path+".1, line 1: it was changed") {
		t.Errorf("changed: status %d: %s%s", status, out, stderr)
	}
	out, _, status = s.run([]string{"journal", path, "--verify", "--json"}, nil)
	var report struct{ Fault struct{ Line int } }
	if err := json.Unmarshal([]byte(out), &report); err != nil || status != 1 || report.Fault.Line != 1 {
		t.Errorf("status %d: %s", status, out)
	}
	if out, _, status := s.run([]string{"--sandbox", "--journal", path, "doctor"}, nil); status != 1 || !strings.Contains(out, "FAIL  journal") {
		t.Errorf("doctor: status %d: %s", status, out)
	}
}

// A start that does not get the journal's lock says so and fails.
func TestLockedJournal(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	path := filepath.Join(s.home, "journal")
	lock := flock.New(path + ".lock")
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Unlock() }()
	stdout, stderr, status := s.run([]string{"--sandbox", "--journal", path}, nil)
	if status != 1 || stdout != "" || !strings.Contains(stderr, "another process holds its lock") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
}

// A running server reports the write of another one that was killed, as soon as
// that is gone.
func TestServerReportsTheWriteOfAKilledOne(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	path := filepath.Join(s.home, "journal")
	args, env := []string{"--journal", path}, w.env(s, w.admin)
	watching := s.stdio(modern, args, env)
	killed := s.stdio(modern, args, env)
	held := w.hold("DELETE", "/apiusers/"+sandbox.ZapierSyncID)
	begin(killed, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
	receive(t, held.arrived, "the delete")
	killed.process().signal(syscall.SIGKILL)
	killed.process().wait()
	held.release()
	watching.process().stderr.find(t, "the warning", func(line string) (string, bool) {
		return line, strings.Contains(line, "without a result") && strings.Contains(line, sandbox.ZapierSyncID)
	})
}

// A cut at the very end is no fault: the report says where the journal ends, and
// that the file beside it names another end.
func TestJournalCutAtItsEnd(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	path := filepath.Join(s.home, "journal")
	s.writeJournal(path)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	for n := range 4 {
		s.file("journal", strings.Join(lines[:n], ""))
		out, stderr, status := s.run([]string{"journal", path, "--verify"}, nil)
		if status != 0 || n > 0 && !strings.Contains(out, fmt.Sprintf("ends at line %d,", n)) || !strings.Contains(out, ".chain") {
			t.Errorf("%d lines left: status %d: %s%s", n, status, out, stderr)
		}
		out, _, status = s.run([]string{"--sandbox", "--journal", path, "doctor"}, nil)
		if status != 0 || !strings.Contains(out, ".chain") {
			t.Errorf("doctor: status %d: %s", status, out)
		}
	}
}

// What --verify printed once proves with --after that nothing up to there was cut
// off since.
func TestJournalAfter(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	path := filepath.Join(s.home, "journal")
	s.writeJournal(path)
	out, _, _ := s.run([]string{"journal", path, "--verify"}, nil)
	words := strings.Fields(out)
	end := words[len(words)-1]
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	verify := func(status int, says string) {
		t.Helper()
		out, stderr, got := s.run([]string{"journal", path, "--verify", "--after", end}, nil)
		if got != status || !strings.Contains(out, says) {
			t.Errorf("status %d: %s%s", got, out, stderr)
		}
	}
	verify(0, "ends at line 4,")
	s.writeJournal(path)
	verify(0, "ends at line 8,")
	s.file("journal", strings.Join(strings.SplitAfter(string(text), "\n")[:2], ""))
	verify(1, "line 2: no line up to here is the one with which the journal ended before")
}
