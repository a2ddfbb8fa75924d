package main_test

import (
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// keyAnswer is what the tools that make keys answer, beside what all do.
type keyAnswer struct {
	answer
	ConfirmationCode, ClientID, SuccessorID string
	Delivered                               struct{ Where, Fingerprint string }
}

// makesKeys calls a tool, and once more with the code where one is wanted and
// yes says so.
func makesKeys(t *testing.T, h host, yes bool, tool string, arguments map[string]any) keyAnswer {
	t.Helper()
	read := func() keyAnswer {
		a := keyAnswer{answer: call(t, h, tool, arguments)}
		var more struct {
			ConfirmationCode, ClientID, SuccessorID string
			Delivered                               struct{ Where, Fingerprint string }
		}
		if err := json.Unmarshal([]byte(a.text), &more); err != nil {
			t.Fatal(err)
		}
		a.ConfirmationCode, a.ClientID, a.SuccessorID, a.Delivered = more.ConfirmationCode, more.ClientID, more.SuccessorID, more.Delivered
		return a
	}
	a := read()
	if a.Outcome != "confirmation_required" || a.ConfirmationCode == "" {
		t.Fatalf("%s was not asked for: %s", tool, a.text)
	}
	if !yes {
		return a
	}
	arguments["confirmationCode"] = a.ConfirmationCode
	return read()
}

// delivered reads a file with a secret, which is one to look for from then on.
func (s *fixture) delivered(path string) string {
	s.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		s.t.Errorf("%s: %v %v", path, info.Mode(), err)
	}
	key := strings.TrimSpace(string(b))
	s.secret(key)
	return key
}

// noteFiles records every file below the home but those in the folder spared.
func (s *fixture) noteFiles(spared string) {
	s.t.Helper()
	err := filepath.WalkDir(s.home, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == spared:
			return fs.SkipDir
		case !d.Type().IsRegular() || strings.HasPrefix(d.Name(), "token of"):
			return nil
		}
		b, err := os.ReadFile(path)
		s.note(path, b)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// use asks the workspace for a path with a key.
func (w *workspace) use(key, path string) (int, string) {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, w.url+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if res.StatusCode == http.StatusTooManyRequests { // the program has used up this second's requests
		reset, err := strconv.Atoi(res.Header.Get("Ratelimit-Reset"))
		if err != nil {
			w.t.Fatal(err)
		}
		w.ahead.Add(int64(time.Duration(reset) * time.Second))
		return w.use(key, path)
	}
	return res.StatusCode, string(b)
}

// TestAgentRotatesAKey: an agent hands out a key with a small role and rotates
// it, and no secret is in anything that the program says or keeps.
func TestAgentRotatesAKey(t *testing.T) {
	t.Parallel()
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		dir := filepath.Join(s.home, "keys")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		h := via.open(s, []string{"--tools", "default,credentials", "--deliver", "file", "--deliver-dir", dir, "--confirm", "strict", "--log-level", "debug",
			"--journal", filepath.Join(s.home, "journal")}, w.env(s, w.admin))
		clients := len(w.ClientApplications())

		a := makesKeys(t, h, true, "issue_api_key", map[string]any{"name": "Time Export", "roleId": "Time Tracking Reader"})
		if a.Outcome != "created" || filepath.Dir(a.Delivered.Where) != dir || !strings.Contains(filepath.Base(a.Delivered.Where), a.ClientID+"_"+a.APIUserID) {
			t.Fatalf("issued: %s", a.text)
		}
		key := s.delivered(a.Delivered.Where)
		if status, body := w.use(key, "/me"); status != http.StatusOK || !strings.Contains(body, a.APIUserID) {
			t.Errorf("the key: %d %s", status, body)
		}
		for _, path := range []string{"/apiusers", "/clientapplications", "/roles", "/webhooks"} {
			if status, body := w.use(key, path); status != http.StatusUnauthorized {
				t.Errorf("the key may read %s: %d %s", path, status, body)
			}
		}

		b := makesKeys(t, h, true, "rotate_api_key", map[string]any{"apiUserId": a.APIUserID})
		if b.Outcome != "created" || b.APIUserID != a.APIUserID || b.SuccessorID == "" || !strings.Contains(b.Message, "delete_api_user") || !strings.Contains(b.Message, a.APIUserID) {
			t.Fatalf("rotated: %s", b.text)
		}
		next := s.delivered(b.Delivered.Where)
		if status, body := w.use(next, "/me"); status != http.StatusOK || !strings.Contains(body, b.SuccessorID) {
			t.Errorf("the successor's key: %d %s", status, body)
		}
		if again := findings(call(t, h, "audit_api_users", nil), "duplicate_name"); len(again) != 2 {
			t.Errorf("the audit shows %d doubled names", len(again))
		}
		makesKeys(t, h, false, "delete_api_user", map[string]any{"apiUserId": a.APIUserID})
		if status, body := w.use(key, "/me"); status != http.StatusOK || !w.has(a.APIUserID) {
			t.Errorf("the old one is gone without a yes: %d %s", status, body)
		}
		if gone := makesKeys(t, h, true, "delete_api_user", map[string]any{"apiUserId": a.APIUserID}); gone.Outcome != "deleted" || w.has(a.APIUserID) || !w.has(b.SuccessorID) {
			t.Errorf("deleted: %s", gone.text)
		}

		made := makesKeys(t, h, true, "create_client_application", map[string]any{"clientId": "vault", "displayName": "Vault", "isConfidential": true})
		if made.Outcome != "created" || len(w.ClientApplications()) != clients+2 {
			t.Fatalf("made: %s", made.text)
		}
		for _, app := range w.ClientApplications() {
			if app.ClientID == "vault" && s.delivered(made.Delivered.Where) != app.Secret {
				t.Error("another secret was delivered")
			}
		}
		s.noteFiles(dir)
		if !strings.Contains(s.record[filepath.Join(s.home, "journal")].String(), a.APIUserID) {
			t.Error("the journal does not tell of the key")
		}
	})
}

func TestWhereSecretsGoIsSetAtTheStart(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	file := s.file("file", "x")
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"file without folder":       {[]string{"--deliver", "file"}, "--deliver-dir"},
		"file into no folder":       {[]string{"--deliver", "file", "--deliver-dir", filepath.Join(s.home, "none")}, "--deliver-dir"},
		"file into a file":          {[]string{"--deliver", "file", "--deliver-dir", file}, "--deliver-dir"},
		"folder without file":       {[]string{"--deliver-dir", s.home}, "--deliver file"},
		"command without program":   {[]string{"--deliver", "command"}, "--deliver-command"},
		"command that is not":       {[]string{"--deliver", "command", "--deliver-command", "/no/such/program"}, "--deliver-command"},
		"program without command":   {[]string{"--deliver", "keyring", "--deliver-command", "cat"}, "--deliver command"},
		"somewhere":                 {[]string{"--deliver", "mail"}, "deliver"},
		"a writing tool, read-only": {[]string{"--tools", "issue_api_key", "--read-only"}, "--read-only"},
		"an argument of the model":  {[]string{"--deliver", "issue_api_key"}, "deliver"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			stdout, stderr, status := s.run(append([]string{"--sandbox"}, tc.args...), nil)
			if status != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, tc.says) {
				t.Errorf("status %d, %s%s", status, stdout, stderr)
			}
		})
	}
}

// TestACommandTakesTheKey: the program gets it on its input, in an environment
// without this program's secrets, and is not heard.
func TestACommandTakesTheKey(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	stored, environ := filepath.Join(s.home, "stored"), filepath.Join(s.home, "environ")
	script := s.file("vault", "#!/bin/sh\numask 077\nenv > "+environ+"\ntee "+stored+"\ncat "+stored+" >&2\n")
	args := []string{"--tools", "credentials", "--deliver", "command", "--deliver-command", "/bin/sh", "--deliver-command", script, "--log-level", "debug"}
	env := []string{"AWORK_BASE_URL=" + w.url, "AWORK_TOKEN=" + w.admin, "AWORK_MCP_STATE_KEY=" + strings.Repeat("QUFB", 10) + "QUE="}
	h := s.stdio(modern, args, env)
	a := call(t, h, "issue_api_key", map[string]any{"apiUserId": sandbox.ZapierSyncID})
	if a.Outcome != "created" || !strings.Contains(a.Message, "saved to: the program sh.") {
		t.Fatalf("issued: %s", a.text)
	}
	if status, body := w.use(s.delivered(stored), "/me"); status != http.StatusOK || !strings.Contains(body, sandbox.ZapierSyncID) {
		t.Errorf("the key: %d %s", status, body)
	}
	seen, err := os.ReadFile(environ)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(seen), w.admin) || strings.Contains(string(seen), "QUFB") || !strings.Contains(string(seen), "AWORK_MCP_API_USER_ID="+sandbox.ZapierSyncID) {
		t.Errorf("the program's environment: %s", seen)
	}
	if status := h.end(); status != 0 {
		t.Errorf("status %d", status)
	}
	// One that fails: the key exists, and the log says why nobody has it.
	h = s.stdio(modern, []string{"--tools", "credentials", "--deliver", "command", "--deliver-command", "false"}, env)
	if a := call(t, h, "issue_api_key", map[string]any{"apiUserId": sandbox.ZapierSyncID}); a.Outcome != "delivery_failed" || !strings.Contains(a.Message, "delivery failed") {
		t.Errorf("into a program that fails: %s", a.text)
	}
	if status := h.end(); status != 0 || !strings.Contains(h.p.stderr.text(), "exit status 1") {
		t.Errorf("status %d", status)
	}
}
