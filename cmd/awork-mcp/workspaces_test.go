package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// An agency signs in to its own workspace and to a client's, works in each, and
// signs out of one after the other.
func TestSignInsToTwoWorkspaces(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a, alpha, beta := s.agency()
	a.choose(alpha)
	if out := a.login(); !strings.Contains(out, `to the workspace "Alpha"`) {
		t.Errorf("login: %s", out)
	}
	if out, _, status := s.run([]string{"call", "check_access"}, a.env()); status != 0 ||
		!strings.Contains(out, `"Alpha"`) {
		t.Errorf("the only one: %d %s", status, out)
	}
	a.choose(beta)
	a.login()
	out, _, status := s.run([]string{"login", "--list"}, a.env())
	for _, want := range []string{`Alpha +` + alphaID, `Beta +` + betaID, `until 20\d\d-`, `refreshed`} {
		if status != 0 || !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("login --list: %d %s; want %s", status, out, want)
		}
	}
	for _, command := range []string{"call check_access", "stdio", "http --listen 127.0.0.1:0", "logout", "audit",
		"install cursor --dry-run"} {
		_, stderr, status := s.run(strings.Fields(command), a.env())
		if status != 2 || !strings.Contains(stderr, "--workspace") ||
			!strings.Contains(stderr, `"Alpha" (`+alphaID+`), "Beta" (`+betaID+")") {
			t.Errorf("%s: %d %s", command, status, stderr)
		}
	}
	for setting, want := range map[string]string{"Alpha": "Alpha", betaID: "Beta", "Beta": "Beta"} {
		out, stderr, status := s.run([]string{"--workspace", setting, "call", "check_access"}, a.env())
		if status != 0 || !strings.Contains(out, `"workspace": "`+want+`"`) {
			t.Errorf("--workspace %s: %d %s%s", setting, status, out, stderr)
		}
		out, _, status = s.run([]string{"call", "check_access"}, a.env("AWORK_MCP_WORKSPACE="+setting))
		if status != 0 || !strings.Contains(out, `"workspace": "`+want+`"`) {
			t.Errorf("AWORK_MCP_WORKSPACE=%s: %d %s", setting, status, out)
		}
	}
	out, _, status = s.run([]string{"doctor"}, a.env())
	if status != 1 || !strings.Contains(out, "FAIL  settings") || strings.Count(out, "also signed in as") != 2 {
		t.Errorf("doctor without a workspace: %d %s", status, out)
	}
	out, _, status = s.run([]string{"--workspace=Alpha", "doctor"}, a.env())
	if status != 0 || !regexp.MustCompile(`ok +sign-in +with awork-mcp login as .* to the workspace "Alpha"`).MatchString(out) ||
		!regexp.MustCompile(`ok +sign-in +also signed in as .* to the workspace "Beta"`).MatchString(out) {
		t.Errorf("doctor: %d %s", status, out)
	}
	out, stderr, status := s.run([]string{"logout", "--workspace=Alpha"}, a.env())
	if status != 0 || !strings.Contains(out, `Signed out of the workspace "Alpha"; awork has revoked`) {
		t.Errorf("logout: %d %s%s", status, out, stderr)
	}
	if out, _, status := s.run([]string{"call", "check_access"}, a.env()); status != 0 ||
		!strings.Contains(out, `"Beta"`) {
		t.Errorf("the one that is left: %d %s", status, out)
	}
	if _, stderr, status := s.run([]string{"--workspace=Alpha", "call", "check_access"}, a.env()); status != 2 ||
		!strings.Contains(stderr, "login") {
		t.Errorf("the one that is gone: %d %s", status, stderr)
	}
	a.choose(alpha)
	a.login()
	if _, stderr, status := s.run([]string{"logout", "--all", "--workspace=Alpha"}, a.env()); status != 2 {
		t.Errorf("logout --all --workspace: %d %s", status, stderr)
	}
	out, stderr, status = s.run([]string{"logout", "--all"}, a.env())
	if status != 0 || strings.Count(out, "Signed out of") != 2 {
		t.Errorf("logout --all: %d %s%s", status, out, stderr)
	}
	if out, _, status := s.run([]string{"login", "--list"}, a.env()); status != 0 || !strings.Contains(out, "Nobody") {
		t.Errorf("login --list at the end: %d %s", status, out)
	}
}

// Processes that work in several workspaces refresh each sign-in once.
func TestProcessesShareSeveralSignIns(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a, alpha, beta := s.agency()
	for _, sp := range []*space{alpha, beta} {
		a.choose(sp)
		expire(t, fileOf(a.login()))
	}
	var all []*process
	for range 2 {
		for _, name := range []string{"Alpha", "Beta"} {
			p := s.start([]string{"--workspace", name, "call", "list_roles"}, a.env())
			_ = p.stdin.Close()
			all = append(all, p)
		}
	}
	for _, p := range all {
		if status := p.wait(); status != 0 {
			t.Errorf("exit status %d: %s", status, p.stderr.text())
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.refreshed != 2 {
		t.Errorf("%d refreshes", a.refreshed)
	}
}

// The sign-in of an earlier version goes on.
func TestEarlierSignInGoesOn(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a, alpha, beta := s.agency()
	s.file(".config/awork-mcp/login.json", `{"logins": {"`+a.url+`": {"clientId": "dcr_9", "keptIn": "file",
		"expires": "2099-01-01T00:00:00Z", "accessToken": "`+alpha.admin+`", "refreshToken": "x"}}}`)
	if out, stderr, status := s.run([]string{"call", "check_access"}, a.env()); status != 0 ||
		!strings.Contains(out, `"Alpha"`) {
		t.Errorf("%d %s%s", status, out, stderr)
	}
	a.choose(beta)
	a.login()
	out, _, status := s.run([]string{"login", "--list"}, a.env())
	if status != 0 || !strings.Contains(out, "Alpha") || !strings.Contains(out, "Beta") || strings.Count(out, "\n") != 3 {
		t.Errorf("login --list: %d %s", status, out)
	}
	if _, err := os.Stat(filepath.Join(s.home, ".config/awork-mcp/login.json")); err == nil {
		t.Error("the earlier file is left")
	}
}

// A token of another workspace is refused by every command, whatever its source:
// one line names both, and nothing but GET /me was sent with it.
func TestTokenOfAnotherWorkspaceIsRefused(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a, alpha, beta := s.agency()
	a.choose(beta)
	a.login()
	file := s.file("key", beta.admin)
	for source, env := range map[string][]string{"AWORK_TOKEN": {"AWORK_TOKEN=" + beta.admin},
		"a file": {"AWORK_TOKEN_FILE=" + file}} {
		for _, command := range []string{"call list_api_users",
			"call delete_api_user apiUserId=" + sandbox.ZapierSyncID, "stdio",
			"http --listen 127.0.0.1:0", "doctor"} {
			for _, named := range []string{"Alpha", alphaID} {
				out, stderr, status := s.run(append([]string{"--workspace", named}, strings.Fields(command)...), a.env(env...))
				want := 2
				if command == "doctor" {
					want, stderr = 1, out
				}
				if status != want || !strings.Contains(stderr, `"Beta" (`+betaID+")") || !strings.Contains(stderr, named) ||
					command != "doctor" && strings.Count(stderr, "\n") != 1 {
					t.Errorf("%s, %s for %s: %d %s%s", source, command, named, status, out, stderr)
				}
			}
		}
	}
	// The sign-in is another workspace's, and is not taken for the one that is named.
	if _, stderr, status := s.run([]string{"--workspace=Alpha", "call", "list_roles"}, a.env()); status != 2 ||
		!strings.Contains(stderr, `"Beta"`) {
		t.Errorf("the sign-in: %d %s", status, stderr)
	}
	if _, _, status := s.run([]string{"--workspace=Alpha", "--sandbox", "call", "list_roles"}, nil); status != 2 {
		t.Errorf("the sandbox: %d", status)
	}
	if n := a.requests(beta) + a.requests(alpha); n != 0 {
		t.Errorf("%d requests that are not GET /me", n)
	}
}

// A token file that changes to another workspace's: every call is blocked until it
// is right again.
func TestRunningServerIsBound(t *testing.T) {
	t.Parallel()
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		a, alpha, beta := s.agency()
		path := s.file("key", alpha.admin)
		h := via.open(s, []string{"--token-file", path, "--workspace", "Alpha"}, a.env())
		if r := call(t, h, "list_roles", nil); r.Outcome != "found" {
			t.Fatalf("with the right token: %s", r.text)
		}
		s.file("key", beta.admin+"\n")
		for tool, arguments := range map[string]map[string]any{
			"list_roles": nil, "check_access": nil, "list_api_users": nil, "audit_api_users": nil,
			"get_api_user":     {"apiUserId": sandbox.ZapierSyncID},
			"delete_api_user":  {"apiUserId": sandbox.ZapierSyncID},
			"create_api_user":  {"name": "Robot", "roleId": "Integration"},
			"delete_api_users": {"apiUserIds": []string{sandbox.ZapierSyncID}},
		} {
			r := call(t, h, tool, arguments)
			if r.Outcome != "blocked" || !strings.Contains(r.Message, `"Alpha"`) || !strings.Contains(r.Message, `"Beta"`) {
				t.Errorf("%s: %s", tool, r.text)
			}
		}
		if n := a.requests(beta); n != 0 {
			t.Errorf("%d requests that are not GET /me", n)
		}
		s.file("key", alpha.admin)
		if r := call(t, h, "delete_api_user",
			map[string]any{"apiUserId": sandbox.ZapierSyncID}); r.Outcome != "deleted" || alpha.has(sandbox.ZapierSyncID) {
			t.Errorf("with the right token again: %s", r.text)
		}
	})
}

// With each caller's own token, --workspace binds too.
func TestCallersAreBound(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a, alpha, beta := s.agency()
	x := s.web([]string{"--credentials=caller", "--workspace=" + alphaID, "--confirm=never"}, a.env())
	if r := call(t, x.as("X-Awork-Token", alpha.admin).streamable(modern), "list_roles", nil); r.Outcome != "found" {
		t.Errorf("the right workspace: %s", r.text)
	}
	h := x.as("X-Awork-Token", beta.admin).streamable(modern)
	for _, tool := range []string{"list_roles", "delete_api_user"} {
		r := call(t, h, tool, map[string]map[string]any{"delete_api_user": {"apiUserId": sandbox.ZapierSyncID}}[tool])
		if r.Outcome != "blocked" || !strings.Contains(r.Message, `"Beta"`) {
			t.Errorf("another workspace, %s: %s", tool, r.text)
		}
	}
	if n := a.requests(beta); n != 0 {
		t.Errorf("%d requests that are not GET /me", n)
	}
}

// A start at which awork can't be asked serves, and calls are not let through.
func TestWorkspaceIsNotKnownAtTheStart(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{Faults: []sandbox.Fault{{Kind: sandbox.FaultRedirect,
		Target: "http://127.0.0.1:1"}}})
	h := s.stdio(modern, []string{"--workspace", "Alpha"}, w.env(s, w.admin))
	if r := call(t, h, "list_roles", nil); r.Outcome == "found" || r.Outcome == "unauthenticated" {
		t.Errorf("%s", r.text)
	}
	h.p.stderr.awaitText(t, "can't be found out now")
}

// install writes the workspace along.
func TestInstallNamesTheWorkspace(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a, alpha, beta := s.agency()
	for _, sp := range []*space{alpha, beta} {
		a.choose(sp)
		a.login()
	}
	env := a.env()
	if out, stderr, status := s.run([]string{"install", "cursor", "--yes", "--workspace=Beta",
		"--base-url=" + a.url}, env); status != 0 || strings.Contains(stderr, "no awork token") {
		t.Fatalf("%d %s%s", status, out, stderr)
	}
	content, err := os.ReadFile(filepath.Join(s.home, ".cursor/mcp.json"))
	if err != nil || !slices.Contains(strings.Fields(strings.ReplaceAll(string(content), ",", " ")),
		`"--workspace=Beta"`) {
		t.Errorf("%v %s", err, content)
	}
}
