package main_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// Doctor tries all that the server needs at its start.
func TestDoctorTriesTheSettings(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	none := filepath.Join(s.home, "none")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no folder for secrets":  {[]string{"--deliver=file", "--deliver-dir=" + none}, "mkdir -m 700"},
		"no program for secrets": {[]string{"--deliver=command", "--deliver-command=" + none}, "--deliver-command"},
		"no journal":             {[]string{"--journal", filepath.Join(none, "journal")}, "--journal"},
		"unknown tool":           {[]string{"--tools=nope"}, "nope"},
	} {
		out, _, status := s.run(append(c.args, "--sandbox", "doctor"), nil)
		if status != 1 || !strings.Contains(out, "FAIL  settings") || !strings.Contains(out, c.says) {
			t.Errorf("%s: %d %s", name, status, out)
		}
	}
	out, _, status := s.run([]string{"doctor"}, nil)
	if status != 1 || !strings.HasPrefix(out, "FAIL  token") || !strings.Contains(out, "awork-mcp login") {
		t.Errorf("no token: %d %s", status, out)
	}
	if out, stderr, status := s.run([]string{"--sandbox", "doctor", "--deliver=file", "--deliver-dir=" + s.home, "--journal=journal"}, nil); status != 0 {
		t.Errorf("%d %s%s", status, out, stderr)
	}
	if left, err := filepath.Glob(filepath.Join(s.home, "journal*")); err != nil || len(left) > 0 {
		t.Errorf("doctor leaves %v, %v", left, err)
	}
}

// What stands in for awork writes nothing of its own to the terminal.
func TestDoctorShowsPlainText(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte(`{"code":"x\u001b[2J","description":"text \u001b]0;title\u0007 \u202e\u009b1m\nok    token        fine"}`))
	}))
	t.Cleanup(srv.Close)
	for _, args := range [][]string{{"doctor"}, {"doctor", "--json"}} {
		out, _, status := s.run(args, []string{"AWORK_TOKEN=" + s.canary(), "AWORK_BASE_URL=" + srv.URL})
		if status != 1 || strings.ContainsAny(out, "\x1b\x07\u202e\u009b") || strings.Contains(out, "\nok    token") || !strings.Contains(out, `]0;title`) {
			t.Errorf("%s: %d %q", args, status, out)
		}
	}
}

// Doctor lists what the policy covers, and fails where an entry covers nothing.
func TestDoctorListsThePolicy(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	out, stderr, status := s.run([]string{"--sandbox", "--protect=zapier*," + sandbox.HubSpotBridgeID, "--allow-roles=admin*,Member", "doctor"}, nil)
	for _, want := range []string{`"zapier*" covers "Zapier Sync"`, sandbox.HubSpotBridgeID + `" covers "HubSpot Bridge"`, `FAIL  allow-roles  "admin*" covers nothing`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q: %s%s", want, out, stderr)
		}
	}
	if status != 1 {
		t.Errorf("status %d", status)
	}
	if out, stderr, status := s.run([]string{"--sandbox", "--protect=zapier*", "doctor"}, nil); status != 0 {
		t.Errorf("status %d: %s%s", status, out, stderr)
	}
	for _, entry := range []string{`"` + sandbox.ZapierSyncID + `"`, sandbox.ZapierSyncID + " # prod", "apiusers/" + sandbox.ZapierSyncID, "693325c2*"} {
		stdout, stderr, status := s.run([]string{"--sandbox"}, []string{"AWORK_MCP_PROTECT=" + entry})
		refusedInOneLine(t, stdout, stderr, status, "--protect")
	}
}
