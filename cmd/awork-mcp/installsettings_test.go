package main_test

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Settings of the environment alone go along too.
func TestInstallFromEnvironment(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.file("key", "the-token-of-a-file")
	env := []string{s.onlyPath(), "AWORK_TOKEN_FILE=" + filepath.Join(s.home, "key"),
		"AWORK_BASE_URL=https://awork.example.com/api/v1", "AWORK_MCP_PROTECT=Zap*,X", "AWORK_MCP_READ_ONLY=no"}
	if out, hints, status := s.run([]string{"install", "cursor", "--yes"}, env); status != 0 {
		t.Fatalf("status %d: %s%s", status, out, hints)
	}
	_, got := s.launches(".cursor/mcp.json")
	slices.Sort(got)
	want := []string{"--base-url=https://awork.example.com/api/v1", "--protect=X", "--protect=Zap*", "--read-only=false",
		"--token-file=" + filepath.Join(s.home, "key"), "stdio"}
	if !slices.Equal(got, want) {
		t.Errorf("it launches with %q, want %q", got, want)
	}
}

// A workspace that is chosen names the entry, so that one host holds several, and
// binds the server that is launched.
func TestInstallWorkspaces(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.file("key", "the-token-of-a-file")
	common := []string{"cursor", "--token-file", filepath.Join(s.home, "key"), "--yes"}
	for _, args := range [][]string{{"--workspace", "Studio Nord"}, {}} {
		out, hints, status := s.run(slices.Concat([]string{"install"}, common, args), []string{s.onlyPath()})
		if status != 0 {
			t.Fatalf("%d %s%s", status, out, hints)
		}
	}
	text := s.files()[".cursor/mcp.json"]
	for _, want := range []string{`"awork-studio-nord": {`, `"--workspace=Studio Nord"`, `"awork": {`} {
		if strings.Count(text, want) != 1 {
			t.Errorf("no %s, or more than one, in %s", want, text)
		}
	}
	env := []string{s.onlyPath(), "AWORK_MCP_WORKSPACE=Studio Nord"}
	out, hints, status := s.run([]string{"uninstall", "cursor", "--yes"}, env)
	if status != 0 || !strings.Contains(out, "Removed awork-studio-nord from Cursor.") {
		t.Errorf("%d %s%s", status, out, hints)
	}
	if text := s.files()[".cursor/mcp.json"]; strings.Contains(text, "studio") || !strings.Contains(text, `"awork": {`) {
		t.Errorf("what is left: %s", text)
	}
}

// What the host's server would not find in its environment is written down, or
// warned of.
func TestInstallOtherEnvironment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		host, file string
		args       []string
		env        []string
		want       []string // of the arguments, after stdio
		says, not  []string
	}{
		"token below XDG_CONFIG_HOME": {"cursor", "xdg/awork-mcp/token", nil, []string{"XDG_CONFIG_HOME=HOME/xdg"},
			[]string{"--token-file=HOME/xdg/awork-mcp/token"}, nil, []string{"no awork token", "XDG_CONFIG_HOME"}},
		"token in the usual folder": {"cursor", ".config/awork-mcp/token", nil, nil, nil, nil, []string{"no awork token"}},
		"the usual folder by name": {"cursor", ".config/awork-mcp/token", nil,
			[]string{"XDG_CONFIG_HOME=HOME/.config"}, nil, nil, []string{"no awork token"}},
		"no token": {"cursor", "x", nil, nil, nil, []string{"no awork token", "awork-mcp login"}, nil},
		"a proxy and certificates": {"cursor", ".config/awork-mcp/token", nil,
			[]string{"HTTPS_PROXY=http://proxy", "SSL_CERT_FILE=/ca.pem"}, nil,
			[]string{"HTTPS_PROXY is set here, and Cursor may not hand it on", "SSL_CERT_FILE is set here"}, nil},
		"a proxy that is handed on": {"qwen", ".config/awork-mcp/token", nil, []string{"HTTPS_PROXY=http://proxy"},
			nil, nil, []string{"HTTPS_PROXY"}},
		"a proxy that the sandbox does not need": {"cursor", "x", []string{"--sandbox"}, []string{"HTTPS_PROXY=http://proxy"},
			[]string{"--sandbox"}, nil, []string{"HTTPS_PROXY", "token"}},
		"another address": {"cursor", ".config/awork-mcp/token", []string{"--base-url=https://awork.example.com"}, nil,
			[]string{"--base-url=https://awork.example.com"}, nil, []string{"token source"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if runtime.GOOS != "linux" {
				t.Skip("the folders of Linux")
			}
			s := newFixture(t)
			s.file(c.file, "the-token-of-a-file")
			env := []string{s.onlyPath()}
			for _, e := range c.env {
				env = append(env, strings.ReplaceAll(e, "HOME/", s.home+"/"))
			}
			out, hints, status := s.run(append([]string{"install", c.host, "--yes"}, c.args...), env)
			if status != 0 {
				t.Fatalf("status %d: %s%s", status, out, hints)
			}
			want := []string{"stdio"}
			for _, arg := range c.want {
				want = append(want, strings.ReplaceAll(arg, "HOME/", s.home+"/"))
			}
			file := map[string]string{"cursor": ".cursor/mcp.json", "qwen": ".qwen/settings.json"}[c.host]
			if _, got := s.launches(file); !slices.Equal(got, want) {
				t.Errorf("it launches with %q, want %q", got, want)
			}
			checkWords(t, hints, c.says, c.not)
		})
	}
}

// checkWords verifies that a text says some things and not others.
func checkWords(t *testing.T, text string, says, not []string) {
	t.Helper()
	for _, want := range says {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in: %s", want, text)
		}
	}
	for _, bad := range not {
		if strings.Contains(text, bad) {
			t.Errorf("%q in: %s", bad, text)
		}
	}
}

// A host that shows no form and asks nobody is offered a second call.
func TestInstallWhereNobodyAsks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args  []string
		warns bool
	}{
		"opencode":              {[]string{"install", "opencode"}, true},
		"opencode, strict":      {[]string{"install", "opencode", "--confirm", "strict"}, false},
		"opencode, human":       {[]string{"install", "opencode", "--confirm", "human"}, false},
		"opencode, never":       {[]string{"install", "opencode", "--confirm", "never"}, false},
		"opencode, to read":     {[]string{"install", "opencode", "--read-only"}, false},
		"a host that has forms": {[]string{"install", "cursor"}, false},
		"a host that approves":  {[]string{"install", "windsurf"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			_, hints, status := s.run(append(c.args, "--sandbox", "--yes"), []string{s.onlyPath()})
			if status != 0 || strings.Contains(hints, "add --confirm strict") != c.warns {
				t.Errorf("%d, want a warning: %v: %s", status, c.warns, hints)
			}
		})
	}
	// What a hosted server asks is set there.
	for host, warns := range map[string]bool{"opencode": true, "cursor": false} {
		s := newFixture(t)
		_, hints, status := s.run([]string{"install", host, "--url", "https://mcp.example.com/mcp", "--yes"}, []string{s.onlyPath()})
		if status != 0 || strings.Contains(hints, "https://mcp.example.com/mcp needs --confirm strict") != warns {
			t.Errorf("%s, hosted: %d, want a warning: %v: %s", host, status, warns, hints)
		}
	}
}

// install --url connects a host to a server that is hosted; the token's variable
// is named, and no token is written.
func TestInstallHosted(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	env := []string{s.onlyPath(), "TEAM_TOKEN=" + s.canary(), "AWORK_MCP_READ_ONLY=1"}
	out, hints, status := s.run([]string{"install", "cursor", "--url", "https://mcp.example.com/mcp",
		"--bearer-env", "TEAM_TOKEN", "--awork-token-env", "MINE", "--yes"}, env)
	if status != 0 || !strings.Contains(out, "Added awork to Cursor.") {
		t.Fatalf("%d %s%s", status, out, hints)
	}
	text := s.files()[".cursor/mcp.json"]
	for _, want := range []string{`"url": "https://mcp.example.com/mcp"`, "Bearer ${env:TEAM_TOKEN}", "${env:MINE}"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	checkWords(t, hints, []string{"MINE is not set here"}, []string{"TEAM_TOKEN is not set", "wants a token"})
	out, hints, status = s.run([]string{"uninstall", "cursor", "--yes"}, env)
	_, left := s.files()[".cursor/mcp.json"]
	if status != 0 || left || !strings.Contains(out, "Removed awork from Cursor.") {
		t.Errorf("uninstall: %d %s%s", status, out, hints)
	}
	_, hints, status = s.run([]string{"install", "claude-desktop", "--url", "https://mcp.example.com/mcp", "--yes"}, env)
	if status != 0 {
		t.Errorf("%d %s", status, hints)
	}
	checkWords(t, hints, []string{"mcp-remote", "no npx here", "--bearer-env NAME"}, nil)
}
