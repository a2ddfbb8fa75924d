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

// Where secrets would be lost, nothing starts, and doctor fails.
func TestADeliveryIsTriedAtTheStart(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	open := filepath.Join(s.home, "open")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	script := s.file("script", "#!/no/such/interpreter\n")
	if err := os.Chmod(script, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		// The environment of these tests leads to no keyring.
		"no keyring":              {[]string{"--deliver=keyring"}, "keyring"},
		"a folder open to others": {[]string{"--deliver=file", "--deliver-dir=" + open}, "chmod go-w"},
		"no interpreter":          {[]string{"--deliver=command", "--deliver-command=" + script}, "interpreter"},
	} {
		args := append([]string{"--sandbox", "--tools=credentials"}, c.args...)
		_, stderr, status := s.run(args, nil)
		if status != 2 || !strings.Contains(stderr, c.says) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: %d %s", name, status, stderr)
		}
		out, _, status := s.run(append(args, "doctor"), nil)
		if status != 1 || !strings.Contains(out, c.says) {
			t.Errorf("%s, doctor: %d %s", name, status, out)
		}
	}
}

// Tools that make secrets with nowhere to put them: a warning at the start, and a
// failure of doctor.
func TestCredentialsWithoutDelivery(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	for args, warned := range map[string]bool{
		"--sandbox":                                                            false,
		"--sandbox --tools=credentials":                                        true,
		"--sandbox --tools=default,rotate_api_key":                             true,
		"--sandbox --tools=delete_client_application":                          false,
		"--sandbox --tools=credentials --deliver=file --deliver-dir=" + s.home: false,
	} {
		words := strings.Fields(args)
		if _, stderr, status := s.run(words, nil); status != 0 || strings.Contains(stderr, "nowhere to go") != warned {
			t.Errorf("%s: %d %s", args, status, stderr)
		}
		out, _, status := s.run(append(words, "doctor"), nil)
		if (status == 1) != warned || strings.Contains(out, "FAIL  delivery") != warned ||
			warned && !strings.Contains(out, "→ set --deliver") {
			t.Errorf("%s, doctor: %d %s", args, status, out)
		}
	}
	out, _, _ := s.run([]string{"--sandbox", "doctor", "--deliver=file", "--deliver-dir=" + s.home}, nil)
	if !strings.Contains(out, "ok    delivery") || !strings.Contains(out, s.home) {
		t.Errorf("doctor does not show where secrets go: %s", out)
	}
}

// A folder that was moved away under a running server: no key is made, and none
// after another folder has taken its place.
func TestADeliveryIsTriedBeforeAKeyIsMade(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	dir := filepath.Join(s.home, "keys")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	h := s.stdio(modern, []string{"--tools=default,credentials", "--deliver=file", "--deliver-dir=" + dir, "--confirm=never"},
		w.env(s, w.admin))
	if a := call(t, h, "list_roles", nil); a.Outcome != "found" { // it runs
		t.Fatalf("%s", a.text)
	}
	issue := func(what, says string) {
		t.Helper()
		a := call(t, h, "issue_api_key", map[string]any{"apiUserId": sandbox.ZapierSyncID})
		if a.Outcome != "blocked" || !strings.Contains(a.Message, "none is made") {
			t.Errorf("%s: %s", what, a.text)
		}
		h.p.stderr.find(t, "the log of "+what, func(line string) (string, bool) { return line, strings.Contains(line, says) })
		if n := slices.IndexFunc(w.Requests(), func(r sandbox.Request) bool { return r.Method == http.MethodPost }); n >= 0 {
			t.Errorf("%s: a key was made", what)
		}
	}
	if err := os.Rename(dir, dir+"-old"); err != nil {
		t.Fatal(err)
	}
	issue("moved away", "mkdir -m 700")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	issue("another in its place", "at the start")
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir+"-old", dir); err != nil {
		t.Fatal(err)
	}
	if a := call(t, h, "issue_api_key", map[string]any{"apiUserId": sandbox.ZapierSyncID}); a.Outcome != "created" {
		t.Errorf("put back: %s", a.text)
	} else {
		s.delivered(a.deliveredTo(t))
	}
}

// deliveredTo is where a secret went.
func (a answer) deliveredTo(t *testing.T) string {
	t.Helper()
	var r struct{ Delivered struct{ Where string } }
	if err := json.Unmarshal([]byte(a.text), &r); err != nil {
		t.Fatal(err)
	}
	return r.Delivered.Where
}
