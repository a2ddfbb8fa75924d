package main_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// fileOf is the file that login names.
func fileOf(stdout string) string {
	_, after, _ := strings.Cut(stdout, "The tokens are in ")
	path, _, _ := strings.Cut(after, " (")
	return path
}

// From an empty home to a call, a look, and out again.
func TestLoginAndLogout(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a := s.authorization(s.workspace(sandbox.Options{}))
	env := []string{"AWORK_BASE_URL=" + a.url}
	if _, stderr, status := s.run([]string{"call", "list_roles"}, env); status != 2 ||
		!strings.Contains(stderr, "awork-mcp login") || !strings.Contains(stderr, "AWORK_TOKEN") {
		t.Errorf("before: %d %s", status, stderr)
	}
	stdout := a.login()
	if !strings.Contains(stdout, "Signed in as ") || !strings.Contains(stdout, ".json") {
		t.Errorf("login: %s", stdout)
	}
	path := fileOf(stdout)
	if info, err := os.Stat(path); err != nil || filepath.Ext(path) != ".json" || !strings.HasPrefix(path, s.home) ||
		info.Size() == 0 {
		t.Errorf("%s: %v", path, err)
	}
	if out, stderr, status := s.run([]string{"call", "list_roles"}, env); status != 0 {
		t.Errorf("call: %d %s %s", status, out, stderr)
	}
	if out, stderr, status := s.run([]string{"doctor"}, env); status != 0 ||
		!strings.Contains(out, "awork-mcp login") || !strings.Contains(out, path) {
		t.Errorf("doctor: %d %s %s", status, out, stderr)
	}
	if out, _, _ := s.run([]string{"doctor"}, append(env, "AWORK_TOKEN="+a.w.admin)); !strings.Contains(out,
		"also signed in") || !strings.Contains(out, "in AWORK_TOKEN") {
		t.Errorf("doctor with AWORK_TOKEN: %s", out)
	}
	a.login()
	if out, stderr, status := s.run([]string{"logout"}, env); status != 0 || !strings.Contains(out, "Signed out") {
		t.Errorf("logout: %d %s %s", status, out, stderr)
	}
	if out, _, status := s.run([]string{"logout"}, env); status != 0 || !strings.Contains(out, "Nobody") {
		t.Errorf("logout again: %d %s", status, out)
	}
	if _, stderr, status := s.run([]string{"call", "list_roles"}, env); status != 2 ||
		!strings.Contains(stderr, "awork-mcp login") {
		t.Errorf("after: %d %s", status, stderr)
	}
	// The second login replaced the first, which awork took back.
	if a.registered != 2 || a.revocations != 2 || a.refreshed != 0 {
		t.Errorf("%d registrations, %d revocations, %d refreshes", a.registered, a.revocations, a.refreshed)
	}
}

// expire has the access token of the sign-in expire.
func expire(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	expired := regexp.MustCompile(`"expires": "\d{4}-`).ReplaceAll(content, []byte(`"expires": "2001-`))
	if err := os.WriteFile(path, expired, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A sign-in that awork ends while doctor looks is to be made again; the file that
// others may read is not called one for this user only.
func TestDoctorOfASignInThatEnds(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a := s.authorization(s.workspace(sandbox.Options{}))
	path := fileOf(a.login())
	expire(t, path)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	a.mu.Lock()
	clear(a.tokens)
	a.mu.Unlock()
	out, _, status := s.run([]string{"doctor"}, []string{"AWORK_BASE_URL=" + a.url})
	if status != 1 || !strings.Contains(out, "→ run awork-mcp login\n") || strings.Contains(out, "AWORK_TOKEN") ||
		strings.Contains(out, "this user only") || !strings.Contains(out, "chmod 600") {
		t.Errorf("%d %s", status, out)
	}
}

// Whose sign-in awork no longer accepts is sent to sign in, not to make a key.
func TestDoctorOfASignInThatAworkRefuses(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a := s.authorization(s.workspace(sandbox.Options{}))
	a.login()
	a.mu.Lock()
	for token := range a.tokens {
		a.w.RemoveToken(token)
	}
	a.mu.Unlock()
	out, _, status := s.run([]string{"doctor"}, a.env())
	if status != 1 || !strings.Contains(out, "FAIL  token") || !strings.Contains(out, "→ run awork-mcp login\n") ||
		strings.Contains(out, "API clients") {
		t.Errorf("%d %s", status, out)
	}
	out, _, status = s.run([]string{"doctor"}, a.env("AWORK_TOKEN="+s.canary()))
	if status != 1 || !strings.Contains(out, "API clients") {
		t.Errorf("with AWORK_TOKEN: %d %s", status, out)
	}
}

// Processes that share a sign-in refresh it once.
func TestProcessesShareASignIn(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a := s.authorization(s.workspace(sandbox.Options{}))
	stdout := a.login()
	path := fileOf(stdout)
	expire(t, path)
	var all []*process
	for range 3 {
		p := s.start([]string{"call", "list_roles"}, []string{"AWORK_BASE_URL=" + a.url})
		_ = p.stdin.Close()
		all = append(all, p)
	}
	for _, p := range all {
		if status := p.wait(); status != 0 {
			t.Errorf("exit status %d: %s", status, p.stderr.text())
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.refreshed != 1 {
		t.Errorf("%d refreshes", a.refreshed)
	}
}

// Without a browser on this machine: the terminal says what to do, and takes the
// address on which another one ended.
func TestLoginByPasting(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a := s.authorization(s.workspace(sandbox.Options{}))
	p, address := a.startLogin()
	for _, says := range []string{"5 minutes", "Ctrl-C", "If the browser shows an error", "press Enter",
		"http://localhost:", "paste it here"} {
		p.stderr.find(t, says, func(line string) (string, bool) { return line, strings.Contains(line, says) })
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(address)
	if err != nil {
		t.Fatal("the browser got no page")
	}
	_ = response.Body.Close()
	end := response.Header.Get("Location")
	if !strings.HasPrefix(end, "http://localhost:") {
		t.Errorf("the browser comes back to %.20s", end)
	}
	for _, line := range []string{"http://localhost/?code=wrong", end} {
		if _, err := io.WriteString(p.stdin, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	if status := p.wait(); status != 0 || !strings.Contains(p.stdout.text(), "Signed in as") ||
		strings.Count(p.stderr.text(), "That is not the address") != 1 {
		t.Errorf("exit status %d: %s%s", status, p.stdout.text(), p.stderr.text())
	}
}

// A sign-in that is broken off leaves no client behind that may be the reason.
func TestBrokenOffLoginRegistersAnew(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a := s.authorization(s.workspace(sandbox.Options{}))
	p, _ := a.startLogin()
	p.signal(os.Interrupt)
	if status := p.wait(); status != 1 || !strings.Contains(p.stderr.text(), "given up") {
		t.Errorf("exit status %d: %s", status, p.stderr.text())
	}
	a.login()
	if a.registered != 2 {
		t.Errorf("%d registrations", a.registered)
	}
}

// A sign-in that can't be refreshed says when it ends.
func TestLoginWithoutRefresh(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	a := s.authorization(s.workspace(sandbox.Options{}))
	a.noRefresh = true
	p, address := a.startLogin()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal("the browser got no page")
	}
	_ = response.Body.Close()
	if status := p.wait(); status != 0 || !strings.Contains(p.stderr.text(),
		"nothing to refresh this sign-in with. It ends 20") {
		t.Errorf("exit status %d: %s", status, p.stderr.text())
	}
	out, _, status := s.run([]string{"doctor"}, []string{"AWORK_BASE_URL=" + a.url})
	if status != 0 || !strings.Contains(out, "nothing to refresh this sign-in with") ||
		strings.Contains(out, "refreshed by then") {
		t.Errorf("doctor: %d %s", status, out)
	}
}
