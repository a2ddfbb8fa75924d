package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// journal reads a journal, in which no secret may be.
func (s *fixture) journal(path string) (all []map[string]any) {
	s.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	s.note("the journal", text)
	for line := range strings.Lines(string(text)) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			s.t.Errorf("no line of a journal: %q", line)
		}
		all = append(all, fields)
	}
	return all
}

func TestJournalOverAll(t *testing.T) {
	t.Parallel()
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		path := s.file("journal", "")
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		h := via.open(s, []string{"--journal", path}, w.env(s, w.admin))
		held := w.hold(http.MethodDelete, "/apiusers/"+sandbox.ZapierSyncID)
		c := begin(h, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
		receive(t, held.arrived, "the delete")
		// awork has the request: the intent is on disk.
		if l := s.journal(path); len(l) != 1 || l[0]["phase"] != "intent" || l[0]["apiUserId"] != sandbox.ZapierSyncID || l[0]["confirmed"] != "no forms" && l[0]["confirmed"] != "never" {
			t.Errorf("before: %v", l)
		}
		held.release()
		if a := answered(t, receive(t, c, "the answer")); a.Outcome != "deleted" {
			t.Errorf("got %s", a.text)
		}
		l := s.journal(path)
		if len(l) != 2 || l[0]["id"] != l[1]["id"] || l[1]["outcome"] != "deleted" || l[1]["traceId"] == "" || l[1]["workspace"] != sandbox.WorkspaceName {
			t.Errorf("after: %v", l)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info.Mode(), err)
		}
		id, _ := l[0]["id"].(string)
		h.process().stderr.find(t, "the event in the log", func(line string) (string, bool) {
			return line, strings.Contains(line, id) && strings.Contains(line, `"outcome":"deleted"`)
		})
	})
}

// A write that died with the program is reported at the next start, once.
func TestKilledInAWrite(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	path := filepath.Join(s.home, "journal")
	args, env := []string{"--journal", path}, w.env(s, w.admin)
	h := s.stdio(modern, args, env)
	held := w.hold(http.MethodDelete, "/apiusers/"+sandbox.ZapierSyncID)
	begin(h, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
	receive(t, held.arrived, "the delete")
	reported := func(stderr string) bool {
		return strings.Contains(stderr, "without a result") && strings.Contains(stderr, sandbox.ZapierSyncID)
	}
	// Another program on the same journal does not take it for dead.
	if _, stderr, status := s.run(append(args, "call", "list_roles"), env); status != 0 || reported(stderr) {
		t.Errorf("while it runs: status %d: %s", status, stderr)
	}
	h.p.signal(syscall.SIGKILL)
	h.p.wait()
	held.release()
	if _, stderr, status := s.run(append(args, "call", "list_roles"), env); status != 0 || !reported(stderr) {
		t.Errorf("after it: status %d: %s", status, stderr)
	}
	if l := s.journal(path); len(l) != 2 || l[1]["outcome"] != "unknown" || l[1]["id"] != l[0]["id"] {
		t.Errorf("%v", l)
	}
	if _, stderr, _ := s.run(append(args, "call", "list_roles"), env); reported(stderr) {
		t.Errorf("reported twice: %s", stderr)
	}
}

// What a create would have made has no id.
func TestUnfinishedCreateIsReportedWithoutAnID(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	path := s.file("journal", `{"id":"ad9ff9bd-7b8f-44b0-a3cb-0dd0f7a4c0a4","phase":"intent","time":"2026-01-02T03:04:05Z",`+
		`"tool":"create_api_user","name":"Nightly export"}`+"\n")
	_, stderr, status := s.run([]string{"--sandbox", "--journal", path, "call", "list_roles"}, nil)
	if status != 0 || !strings.Contains(stderr, "Nightly export") || strings.Contains(stderr, uuid.Nil.String()) {
		t.Errorf("status %d: %s", status, stderr)
	}
}

func TestJournalThatCantBeWritten(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	for _, path := range []string{s.home, filepath.Join(s.home, "no", "journal"), os.DevNull} {
		for _, command := range [][]string{nil, {"http", "--listen", "127.0.0.1:0"}, {"call", "list_roles"}} {
			stdout, stderr, status := s.run(append([]string{"--sandbox", "--journal", path}, command...), nil)
			refusedInOneLine(t, stdout, stderr, status, "--journal", path)
		}
	}
	// One that goes bad later keeps everything from being sent.
	w := s.workspace(sandbox.Options{})
	path := s.file("folder/journal", "")
	h := s.stdio(modern, []string{"--journal", path}, w.env(s, w.admin))
	if a := call(t, h, "list_roles", nil); a.Outcome != "found" {
		t.Errorf("before: %s", a.text)
	}
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	if a := call(t, h, "delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}); a.Outcome != "blocked" || !strings.Contains(a.Message, "journal") || len(w.writes()) > 0 {
		t.Errorf("%s, sent %v", a.text, w.writes())
	}
}

// A write that is cancelled in flight still gets its result.
func TestJournalOfACancelledWrite(t *testing.T) {
	t.Parallel()
	overBothEras(t, func(t *testing.T, era mcptest.Era) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		path := filepath.Join(s.home, "journal")
		h := s.stdio(era, []string{"--journal", path}, w.env(s, w.admin))
		held := w.hold(http.MethodDelete, "/apiusers/"+sandbox.ZapierSyncID)
		id, never := h.Begin(t.Context(), "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
		receive(t, held.arrived, "the delete")
		h.Cancel(id)
		h.sync(t)
		held.release()
		if status := h.end(); status != 0 {
			t.Errorf("status %d", status)
		}
		if r, came := <-never; came {
			t.Errorf("answered: %+v", r)
		}
		if l := s.journal(path); len(l) != 2 || l[1]["outcome"] != "deleted" {
			t.Errorf("%v", l)
		}
	})
}
