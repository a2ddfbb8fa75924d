package main_test

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func TestAuditCommand(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	env := w.env(s, w.admin)
	out, stderr, status := s.run([]string{"audit"}, env)
	if status != 0 || stderr != "" || !strings.Contains(out, "admin_by_omission") || strings.Contains(out, "\x1b") ||
		!strings.Contains(out, "→ awork-mcp call update_api_user apiUserId=") || !strings.Contains(out, sandbox.WorkspaceName) {
		t.Fatalf("status %d: %s%s", status, out, stderr)
	}
	for _, c := range []struct {
		args   []string
		status int
	}{
		{[]string{"--fail-on", "high"}, 1},
		{[]string{"--fail-on", "low", "--rule", "unknown_role"}, 0},
		{[]string{"--fail-on", "low", "--rule", "orphan"}, 1},
		{[]string{"--fail-on", "high", "--rule", "orphan"}, 0},
		{[]string{"--tools", "get_api_user", "--read-only"}, 0}, // which say what agents may call
	} {
		if out, stderr, status := s.run(append([]string{"audit"}, c.args...), env); status != c.status || stderr != "" {
			t.Errorf("%s: status %d: %s%s", c.args, status, out, stderr)
		}
	}
	out, _, _ = s.run([]string{"audit", "--format", "csv"}, env)
	if rows, err := csv.NewReader(strings.NewReader(out)).ReadAll(); err != nil || len(rows) < 5 || rows[0][0] != "severity" {
		t.Errorf("%v: %s", err, out)
	}
	report, _, _ := s.run([]string{"audit", "--format", "json"}, env)
	baseline := s.file("baseline.json", report)
	if out, _, status := s.run([]string{"audit", "--baseline", "~/baseline.json", "--fail-on", "low"}, env); status != 0 || !strings.Contains(out, "0 new, 0 gone") {
		t.Errorf("nothing new: status %d: %s", status, out)
	}
	out, stderr, status = s.run([]string{"audit", "--traces"}, env)
	if status != 0 || stderr != "" || !strings.Contains(out, "last trace 20") || !strings.Contains(out, "reading leaves none") {
		t.Errorf("traces: status %d: %s%s", status, out, stderr)
	}
	stdout, stderr, status := s.run([]string{"audit", "--baseline", baseline, "--traces"}, env)
	refusedInOneLine(t, stdout, stderr, status, "made without --traces: leave --traces out")
	w.RemoveAPIUser(sandbox.HubSpotBridgeID)
	w.addAdmin(t, s, env)
	out, _, status = s.run([]string{"audit", "--baseline", baseline, "--fail-on", "medium", "--format", "json"}, env)
	var now struct {
		Findings []struct{ Rule, Status string }
		Gone     []struct{ Rule string }
	}
	if err := json.Unmarshal([]byte(out), &now); err != nil || status != 1 || len(now.Gone) != 1 || now.Gone[0].Rule != "orphan" {
		t.Fatalf("status %d, %v: %s", status, err, out)
	}
	fresh := 0
	for _, f := range now.Findings {
		if f.Status == "new" {
			fresh++
		}
	}
	if fresh == 0 || fresh == len(now.Findings) {
		t.Errorf("%d of %d are new", fresh, len(now.Findings))
	}
	if sent := w.writes(); len(sent) != 1 { // that of the admin
		t.Errorf("sent %v", sent)
	}
}

func (w *workspace) addAdmin(t *testing.T, s *fixture, env []string) {
	t.Helper()
	if out, stderr, status := s.run([]string{"call", "--yes", "create_api_user", "name=Fresh", "admin=true"}, env); status != 0 {
		t.Fatalf("status %d: %s%s", status, out, stderr)
	}
}

// A fix that the table shows can be run as it is there: it reaches the workspace that
// was audited.
func TestAuditShowsFixesThatRun(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	token := s.file("token", w.admin)
	for name, flags := range map[string][]string{
		"sandbox": {"--sandbox"}, "token file": {"--token-file=" + token, "--base-url=" + w.url, "--workspace=" + sandbox.WorkspaceID},
	} {
		out, stderr, _ := s.run(append(flags, "audit", "--read-only", "--rule", "admin_by_omission"), nil)
		_, line, found := strings.Cut(out, "→ awork-mcp ")
		if !found || stderr != "" {
			t.Fatalf("%s: %s%s", name, out, stderr)
		}
		line, _, _ = strings.Cut(line, "\n")
		if out, stderr, status := s.run(strings.Fields(line), nil); status != 0 || !strings.Contains(out, `"updated"`) {
			t.Errorf("%s: %s: status %d: %s%s", name, line, status, out, stderr)
		}
	}
}

func TestAuditRefusals(t *testing.T) {
	s := newFixture(t)
	s.file("broken.json", "{}")
	s.file("traced.json", `{"findings": [], "traces": {}}`)
	for _, c := range []struct{ args, says []string }{
		{[]string{"--rule", "webhook_failing"}, []string{"--rule webhook_failing", "--traces"}},
		{[]string{"--rule", "admn"}, []string{"--rule", "admn", "admin_by_omission"}},
		{[]string{"--baseline", "none.json"}, []string{"--baseline", "none.json"}},
		{[]string{"--baseline", "broken.json"}, []string{"--baseline", "broken.json", "--format json"}},
		{[]string{"--baseline", "traced.json"}, []string{"--baseline", "made with --traces: add --traces"}},
		{[]string{"--fail-on", "grave"}, []string{"--fail-on", "high"}},
		{[]string{"--format", "xml"}, []string{"--format", "csv"}},
	} {
		stdout, stderr, status := s.runHere(append([]string{"--sandbox", "audit"}, c.args...), nil)
		refusedInOneLine(t, stdout, stderr, status, c.says...)
	}
	w := s.workspace(sandbox.Options{})
	stdout, stderr, status := s.run([]string{"audit"}, []string{"AWORK_BASE_URL=" + w.url, "AWORK_TOKEN=" + s.canary()})
	if status != 1 || stdout != "" || !strings.HasPrefix(stderr, "awork-mcp: ") {
		t.Errorf("a bad token: status %d: %s%s", status, stdout, stderr)
	}
}

// What could not be checked is not gone, and a report of another workspace is
// compared with a warning.
func TestAuditNotChecked(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	env := w.env(s, w.admin)
	report, _, _ := s.run([]string{"audit", "--format", "json"}, env)
	baseline := s.file("baseline.json", report)
	w.AddFaults(sandbox.Fault{Kind: sandbox.FaultStatus, Path: "/clientapplications", Status: 500})
	out, stderr, status := s.run([]string{"audit", "--baseline", baseline, "--fail-on", "low"}, env)
	if status != 0 || !strings.Contains(out, "0 gone, 1 not checked") || !strings.Contains(out, "not checked: orphan (") ||
		!strings.Contains(stderr, "orphan (the client applications could not be read)") {
		t.Errorf("status %d: %s%s", status, out, stderr)
	}
	other := s.file("other.json", strings.Replace(report, sandbox.WorkspaceName, "Elsewhere", 1))
	_, stderr, status = s.run([]string{"audit", "--baseline", other}, env)
	if status != 0 || !strings.Contains(stderr, `"Elsewhere"`) {
		t.Errorf("another workspace: status %d: %s", status, stderr)
	}
}
