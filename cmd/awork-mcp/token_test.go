package main_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func TestTokenFileIsTakenUpWhenItChanges(t *testing.T) {
	t.Parallel()
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		path := s.file("key", w.reader)
		h := via.open(s, []string{"--token-file", path}, []string{"AWORK_BASE_URL=" + w.url})
		id := map[string]any{"apiUserId": sandbox.ZapierSyncID}
		if a := call(t, h, "delete_api_user", id); a.Outcome != "permission_denied" {
			t.Errorf("with the reader's token: %s", a.text)
		}
		s.file("key", w.admin+"\n")
		if a := call(t, h, "delete_api_user", id); a.Outcome != "deleted" {
			t.Errorf("with the admin's token: %s", a.text)
		}
		s.file("key", "two words\n")
		if a := call(t, h, "check_access", nil); a.Outcome == "found" || strings.Contains(a.text, "two words") {
			t.Errorf("with a file that holds no token: %s", a.text)
		}
	})
}

// A token that awork refuses is looked for again in the file, even where the
// file looks the same as before.
func TestRefusedTokenIsReadAgain(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	path := s.file("key", w.reader)
	born := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, born, born); err != nil {
		t.Fatal(err)
	}
	h := s.stdio(modern, []string{"--token-file", path}, []string{"AWORK_BASE_URL=" + w.url})
	if a := call(t, h, "check_access", nil); a.Outcome != "found" || a.CanWrite {
		t.Fatalf("before: %s", a.text)
	}
	if len(w.admin) != len(w.reader) {
		t.Fatal("the tokens differ in length")
	}
	s.file("key", w.admin)
	if err := os.Chtimes(path, born, born); err != nil {
		t.Fatal(err)
	}
	w.RemoveToken(w.reader)
	if a := call(t, h, "delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}); a.Outcome != "deleted" {
		t.Errorf("after: %s", a.text)
	}
	w.RemoveToken(w.admin)
	if a := call(t, h, "delete_api_user",
		map[string]any{"apiUserId": sandbox.HubSpotBridgeID}); a.Outcome != "unauthenticated" ||
		!strings.Contains(a.Message, "AWORK_TOKEN") {
		t.Errorf("with no token that is good: %s", a.text)
	}
	want := []string{"Bearer " + w.reader, "Bearer " + w.admin}
	if got := w.tokens(); !slices.Equal(got, want) {
		t.Errorf("%d different tokens came, want %d", len(got), len(want))
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	var came atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		came.Add(1)
		if r.Header.Get("Authorization") != "" {
			t.Errorf("the token reached another host: %s %s", r.Method, r.URL)
		}
		rw.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(other.Close)
	w := s.workspace(sandbox.Options{Faults: []sandbox.Fault{{Kind: sandbox.FaultRedirect, Target: other.URL}}})
	h := s.stdio(modern, nil, w.env(s, w.admin))
	for tool, arguments := range map[string]map[string]any{
		"delete_api_user": {"apiUserId": sandbox.ZapierSyncID},
		"get_api_user":    {"apiUserId": sandbox.ZapierSyncID},
		"create_api_user": {"name": "Robot", "roleId": "Integration"},
		"list_api_users":  nil,
		"check_access":    nil,
	} {
		if a := call(t, h, tool, arguments); a.Outcome != "upstream_error" || !strings.Contains(a.Message, "redirect") {
			t.Errorf("%s: %s", tool, a.text)
		}
	}
	if n := came.Load(); n > 0 {
		t.Errorf("%d requests reached another host", n)
	}
	if !w.has(sandbox.ZapierSyncID) {
		t.Error("it is gone")
	}
}

// A token file that others may read is warned of, in one line of the log.
func TestOpenTokenFileIsWarnedOf(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	path := s.file("key", w.admin)
	args := []string{"--token-file", path, "call", "list_roles"}
	env := []string{"AWORK_BASE_URL=" + w.url}
	if _, stderr, _ := s.run(args, env); strings.Contains(stderr, "chmod") {
		t.Errorf("a file of mode 600: %s", stderr)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, stderr, _ := s.run(args, env); !strings.Contains(stderr, "chmod 600") || !strings.Contains(stderr, path) {
		t.Errorf("a file of mode 644: %s", stderr)
	}
}
