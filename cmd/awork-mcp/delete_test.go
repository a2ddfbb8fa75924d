package main_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// The first command that README shows, in an empty home.
func TestDemonstration(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.secret(sandbox.AdminToken)
	stdout, _, status := s.run([]string{"--sandbox", "call", "delete_api_user", "apiUserId=" + sandbox.ZapierSyncID}, nil)
	var a answer
	if err := json.Unmarshal([]byte(stdout), &a); err != nil || status != 0 {
		t.Fatalf("status %d, %v: %s", status, err, stdout)
	}
	if a.Outcome != "deleted" || a.APIUserID != sandbox.ZapierSyncID || a.APIUser == nil || a.APIUser.Name != "Zapier Sync" || a.Workspace != sandbox.WorkspaceName {
		t.Errorf("got %s", stdout)
	}
}

func TestCallTellsByStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args    []string
		outcome string
		status  int
	}{
		"found":      {[]string{"get_api_user", "apiUserId=" + strings.ToUpper(sandbox.ZapierSyncID)}, "found", 0},
		"coerced":    {[]string{"list_api_users", "limit=2", "adminOnly=true"}, "found", 0},
		"array":      {[]string{"delete_api_users", `apiUserIds=["` + sandbox.ZapierSyncID + `"]`}, "deleted", 0},
		"text":       {[]string{"create_api_user", "name=2024", "roleId=Integration"}, "created", 0},
		"not found":  {[]string{"delete_api_user", "apiUserId=00000000-0000-4000-8000-000000000001"}, "not_found", 1},
		"no uuid":    {[]string{"delete_api_user", "apiUserId=zapier"}, "invalid_input", 1},
		"nil uuid":   {[]string{"delete_api_user", "apiUserId=" + sandbox.ZeroID}, "invalid_input", 1},
		"nothing":    {[]string{"delete_api_user"}, "invalid_input", 1},
		"unknown":    {[]string{"get_api_user", "apiUserId=" + sandbox.ZapierSyncID, "force=true"}, "invalid_input", 1},
		"own":        {[]string{"delete_api_user", "apiUserId=" + sandbox.AdminUserID}, "blocked", 1},
		"protected":  {[]string{"delete_api_user", "apiUserId=" + sandbox.ZapierSyncID, "--protect", "zapier*"}, "blocked", 1},
		"human":      {[]string{"delete_api_user", "apiUserId=" + sandbox.ZapierSyncID, "--confirm=human"}, "blocked", 1},
		"partial":    {[]string{"delete_api_users", `apiUserIds=["` + sandbox.ZapierSyncID + `","` + sandbox.AdminUserID + `"]`}, "partial", 1},
		"no role":    {[]string{"create_api_user", "name=Robot"}, "invalid_input", 1},
		"admin text": {[]string{"create_api_user", "name=Robot", "admin=yes"}, "invalid_input", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			s.secret(sandbox.AdminToken)
			stdout, _, status := s.run(append([]string{"--sandbox", "call"}, c.args...), nil)
			var a answer
			if err := json.Unmarshal([]byte(stdout), &a); err != nil || a.Outcome != c.outcome || a.Message == "" || status != c.status {
				t.Errorf("status %d, %v: %s", status, err, stdout)
			}
		})
	}
}

// The sandbox runs as a program of its own, at the address that it prints.
func TestDeletedThenNotFoundThenDenied(t *testing.T) {
	t.Parallel()
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		at, token := newFixture(t).sandboxProcess()
		s.secret(sandbox.AdminToken)
		s.secret(sandbox.ReaderToken)
		if token != sandbox.AdminToken {
			t.Fatalf("the sandbox prints the token %q", token)
		}

		h := via.open(s, nil, []string{"AWORK_BASE_URL=" + at, "AWORK_TOKEN=" + token})
		id := map[string]any{"apiUserId": sandbox.ZapierSyncID}
		a := call(t, h, "delete_api_user", id)
		if a.Outcome != "deleted" || a.isError || a.APIUserID != sandbox.ZapierSyncID || a.APIUser == nil || a.APIUser.Name != "Zapier Sync" {
			t.Errorf("the first: %s", a.text)
		}
		a = call(t, h, "delete_api_user", id)
		if a.Outcome != "not_found" || a.APIUserID != sandbox.ZapierSyncID || a.Workspace == "" {
			t.Errorf("the second: %s", a.text)
		}

		reader := via.open(s, nil, []string{"AWORK_BASE_URL=" + at, "AWORK_TOKEN=" + sandbox.ReaderToken})
		a = call(t, reader, "delete_api_user", map[string]any{"apiUserId": sandbox.HubSpotBridgeID})
		if a.Outcome != "permission_denied" || a.RequiredPermission != "workspace-manage-config:write" ||
			!strings.Contains(a.Message, "workspace-manage-config:write") || !strings.Contains(a.Message, "Sandbox Reader") {
			t.Errorf("with the reader's token: %s", a.text)
		}
		if a = call(t, h, "get_api_user", map[string]any{"apiUserId": sandbox.HubSpotBridgeID}); a.Outcome != "found" {
			t.Errorf("after the refusal: %s", a.text)
		}
	})
}

// sandboxProcess runs the sandbox and reads what it prints.
func (s *fixture) sandboxProcess(args ...string) (baseURL, token string) {
	s.t.Helper()
	p := s.start(append([]string{"sandbox"}, args...), nil)
	value := func(name string) string {
		return p.stdout.find(s.t, name, func(line string) (string, bool) {
			return strings.CutPrefix(strings.TrimSuffix(line, "\n"), name+"=")
		})
	}
	return value("AWORK_BASE_URL"), value("AWORK_TOKEN")
}

// The tools of the sandbox command: what it misbehaves in is what a user meets.
func TestSandboxCommandMisbehavesOnDemand(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	at, token := newFixture(t).sandboxProcess("--latency", "5ms", "--rate-limit=off",
		"--fault", "lost-after:DELETE:/apiusers/*:times=1", "--fault", "status:GET:/apiusers:status=403")
	s.secret(token)
	h := s.stdio(modern, nil, []string{"AWORK_BASE_URL=" + at, "AWORK_TOKEN=" + token})
	if a := call(t, h, "delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}); a.Outcome != "deleted" {
		t.Errorf("a delete whose connection dies after the effect: %s", a.text)
	}
	if a := call(t, h, "list_api_users", nil); a.Outcome != "upstream_error" {
		t.Errorf("403: %s", a.text)
	}
}
