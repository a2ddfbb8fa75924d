package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// roleAnswer is what the tools for roles answer.
type roleAnswer struct {
	answer
	ConfirmationCode, RoleID string
	Draft                    map[string]any
}

func asksForRole(t *testing.T, h host, tool string, arguments map[string]any) roleAnswer {
	t.Helper()
	a := roleAnswer{answer: call(t, h, tool, arguments)}
	var more struct {
		ConfirmationCode, RoleID string
		Draft                    map[string]any
	}
	if err := json.Unmarshal([]byte(a.text), &more); err != nil {
		t.Fatal(err)
	}
	a.ConfirmationCode, a.RoleID, a.Draft = more.ConfirmationCode, more.RoleID, more.Draft
	return a
}

// countOf returns how many records a list has, and whether it may be read at all.
func (w *workspace) countOf(key, path string) (n, status int) {
	w.t.Helper()
	status, body := w.use(key, path+"?pageSize=1000")
	var list []json.RawMessage
	if status == http.StatusOK {
		if err := json.Unmarshal([]byte(body), &list); err != nil {
			w.t.Fatalf("%s: %v", path, err)
		}
	}
	return len(list), status
}

// TestAgentIssuesALimitedKey: from "the nightly export needs to read projects and
// time entries" to a key in a file that can do that and nothing else, in one
// conversation, with nothing that is secret in anything the program says.
func TestAgentIssuesALimitedKey(t *testing.T) {
	t.Parallel()
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		dir, journal := filepath.Join(s.home, "keys"), filepath.Join(s.home, "journal")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		h := via.open(s, []string{"--tools", "default,credentials", "--deliver", "file", "--deliver-dir", dir, "--confirm", "strict", "--log-level", "debug",
			"--journal", journal}, w.env(s, w.admin))

		// The prompt names the tools, and the conversation is what it says.
		prompt := string(ask(t, h, "prompts/get", map[string]any{"name": "issue_limited_key", "arguments": map[string]any{"job": "the nightly export reads projects and time entries"}}).Result)
		for _, word := range []string{"nightly export reads projects", "suggest_role", "create_role", "issue_api_key"} {
			if !strings.Contains(prompt, word) {
				t.Errorf("the prompt lacks %s: %s", word, prompt)
			}
		}
		suggested := asksForRole(t, h, "suggest_role", map[string]any{"needs": []string{"GET /projects", "timeentries:read"}})
		if suggested.Outcome != "found" || suggested.Draft == nil {
			t.Fatalf("suggested: %s", suggested.text)
		}
		draft := suggested.Draft
		draft["name"] = "Nightly Export"
		asked := asksForRole(t, h, "create_role", draft)
		if asked.Outcome != "confirmation_required" || len(w.Roles()) != 8 {
			t.Fatalf("made without a yes: %s", asked.text)
		}
		draft["confirmationCode"] = asked.ConfirmationCode
		made := asksForRole(t, h, "create_role", draft)
		if made.Outcome != "created" {
			t.Fatalf("the role: %s", made.text)
		}
		i := slices.IndexFunc(w.Roles(), func(r sandbox.Role) bool { return r.ID == made.RoleID })
		want := []sandbox.Permission{{Feature: "project-master-data", AccessLevels: []string{"read"}}, {Feature: "project-timetracking", AccessLevels: []string{"read"}}}
		if i < 0 || len(w.Roles()) != 9 || !slices.EqualFunc(w.Roles()[i].Permissions, want, func(a, b sandbox.Permission) bool {
			return a.Feature == b.Feature && slices.Equal(a.AccessLevels, b.AccessLevels)
		}) {
			t.Fatalf("the role holds %+v", w.Roles())
		}

		issued := makesKeys(t, h, true, "issue_api_key", map[string]any{"name": "Nightly Export", "roleId": made.RoleID})
		if issued.Outcome != "created" || !strings.Contains(issued.Message, "project-timetracking (read)") {
			t.Fatalf("the key: %s", issued.text)
		}
		key := s.delivered(issued.Delivered.Where)
		if status, body := w.use(key, "/me/permissions"); status != http.StatusOK || !strings.Contains(body, made.RoleID) || strings.Contains(body, `"isAdmin":true`) {
			t.Errorf("the key's permissions: %d %s", status, body)
		}
		public := slices.DeleteFunc(w.Records(sandbox.AreaProjects), func(r sandbox.Record) bool { return r.Private })
		if n, status := w.countOf(key, "/projects"); status != http.StatusOK || n != len(public) || n == 0 {
			t.Errorf("the key reads %d projects of %d: %d", n, len(public), status)
		}
		// The warning says it: those of others are shown to who may write them.
		if n, status := w.countOf(key, "/timeentries"); status != http.StatusOK || n != 0 || !strings.Contains(made.text, "project-timetracking:write") {
			t.Errorf("the key reads %d time entries: %d, %s", n, status, made.text)
		}
		for _, path := range []string{"/companies", "/apiusers", "/clientapplications", "/roles", "/webhooks"} {
			if status, body := w.use(key, path); status != http.StatusUnauthorized {
				t.Errorf("the key may read %s: %d %s", path, status, body)
			}
		}
		for _, request := range []string{"GET /companies", "POST /roles", "DELETE /users/{userId}"} {
			if a := call(t, h, "check_access", map[string]any{"apiUserId": issued.APIUserID, "request": request}); !strings.Contains(a.text, `"answer":"no"`) {
				t.Errorf("%s: %s", request, a.text)
			}
		}
		s.noteFiles(dir)
		for _, words := range []string{made.RoleID, "create_role", issued.APIUserID, "project-timetracking (read)"} {
			if !strings.Contains(s.record[journal].String(), words) {
				t.Errorf("the journal lacks %s", words)
			}
		}
	})
}
