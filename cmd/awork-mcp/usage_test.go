package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

const token = "AWORK_TOKEN=awork-key-that-nobody-has"

// What can't be served is refused before anything is: with status 2, and one
// line that says what to set.
func TestRefusedInOneLine(t *testing.T) {
	for name, c := range map[string]struct {
		args, env []string
		says      []string
	}{
		"no token":                 {nil, nil, []string{"AWORK_TOKEN", "--sandbox"}},
		"no token, stdio":          {[]string{"stdio"}, nil, []string{"AWORK_TOKEN", "--sandbox"}},
		"no token, http":           {[]string{"http"}, nil, []string{"AWORK_TOKEN", "--sandbox"}},
		"no token, call":           {[]string{"call", "list_roles"}, nil, []string{"AWORK_TOKEN", "--sandbox"}},
		"empty token":              {nil, []string{"AWORK_TOKEN="}, []string{"AWORK_TOKEN", "--sandbox"}},
		"blank token":              {nil, []string{"AWORK_TOKEN=  "}, []string{"AWORK_TOKEN", "--sandbox"}},
		"empty token and file":     {nil, []string{"AWORK_TOKEN=", "AWORK_TOKEN_FILE="}, []string{"AWORK_TOKEN", "--sandbox"}},
		"white space in the token": {nil, []string{"AWORK_TOKEN=two words"}, []string{"AWORK_TOKEN", "white space"}},
		"placeholder as token":     {nil, []string{"AWORK_TOKEN=${AWORK_TOKEN}"}, []string{"AWORK_TOKEN", "placeholder"}},
		"missing token file":       {[]string{"--token-file", "nowhere"}, nil, []string{"token file", "nowhere"}},
		"token file is a folder":   {[]string{"--token-file", "."}, nil, []string{"token file"}},
		"unknown flag":             {[]string{"--frobnicate"}, nil, []string{"--frobnicate", "--help"}},
		"unknown flag of http":     {[]string{"http", "--frobnicate"}, nil, []string{"--frobnicate", "--help"}},
		"token as a flag":          {[]string{"--token=abc"}, nil, []string{"--token"}},
		"unknown command":          {[]string{"frobnicate"}, nil, []string{"frobnicate"}},
		"flag without value":       {[]string{"--tools"}, nil, []string{"--tools"}},
		"sandbox and address":      {[]string{"--sandbox", "--base-url", "https://api.awork.com/api/v1"}, nil, []string{"--sandbox", "base URL"}},
		"sandbox and its variable": {[]string{"--sandbox"}, []string{"AWORK_BASE_URL=https://api.awork.com/api/v1"}, []string{"--sandbox", "base URL"}},
		"plain http":               {[]string{"--base-url", "http://api.awork.com/api/v1"}, []string{token}, []string{"https"}},
		"no URL":                   {[]string{"--base-url", "awork"}, []string{token}, []string{"https://api.awork.com/api/v1"}},
		"password in the URL":      {[]string{"--base-url", "https://me:hunter2@api.awork.com"}, []string{token}, []string{"user"}},
		"unknown tool":             {[]string{"--sandbox", "--tools", "get_api_user,erase_everything"}, nil, []string{"--tools", "erase_everything", "delete_api_user"}},
		"glob of nothing":          {[]string{"--sandbox", "--tools", "erase_*"}, nil, []string{"--tools", "erase_*"}},
		"hidden tool":              {[]string{"--sandbox", "--read-only", "--tools", "delete_api_user"}, nil, []string{"--tools", "--read-only", "delete_api_user"}},
		"empty AWORK_MCP_TOOLS":    {[]string{"--sandbox"}, []string{"AWORK_MCP_TOOLS="}, []string{"AWORK_MCP_TOOLS"}},
		"blank AWORK_MCP_TOOLS":    {[]string{"--sandbox"}, []string{"AWORK_MCP_TOOLS= "}, []string{"AWORK_MCP_TOOLS"}},
		"empty --tools":            {[]string{"--sandbox", "--tools="}, nil, []string{"--tools"}},
		"no boolean":               {[]string{"--sandbox"}, []string{"AWORK_MCP_READ_ONLY=maybe"}, []string{"maybe", "on/off"}},
		"no boolean as a flag":     {[]string{"--sandbox", "--read-only=maybe"}, nil, []string{"--read-only", "maybe"}},
		"no way to confirm":        {[]string{"--sandbox", "--confirm=sometimes"}, nil, []string{"--confirm", "human"}},
		"no way, by variable":      {[]string{"--sandbox"}, []string{"AWORK_MCP_CONFIRM=sometimes"}, []string{"--confirm", "human"}},
		"no log level":             {[]string{"--sandbox", "--log-level=loud"}, nil, []string{"--log-level", "debug"}},
		"no log format":            {[]string{"--sandbox", "--log-format=xml"}, nil, []string{"--log-format", "json"}},
		"protect a broken UUID":    {[]string{"--sandbox", "--protect", "5fa814ac-1ffe-457a-b35b-46e68230b1f"}, nil, []string{"--protect", "UUID"}},
		"protect a broken glob":    {[]string{"--sandbox", "--protect", "[a-"}, nil, []string{"--protect", "[a-"}},
		"protect nothing":          {[]string{"--sandbox", "--protect="}, nil, []string{"--protect"}},
		"listen everywhere":        {[]string{"http", "--sandbox", "--listen", "0.0.0.0:0"}, nil, []string{"loopback"}},
		"listen on no host":        {[]string{"http", "--sandbox", "--listen", ":0"}, nil, []string{"loopback"}},
		"listen everywhere, IPv6":  {[]string{"http", "--sandbox", "--listen", "[::]:0"}, nil, []string{"loopback"}},
		"listen by variable":       {[]string{"http", "--sandbox"}, []string{"AWORK_MCP_LISTEN=0.0.0.0:0"}, []string{"loopback"}},
		"listen without a port":    {[]string{"http", "--sandbox", "--listen", "127.0.0.1"}, nil, []string{"port"}},
		"any origin":               {[]string{"http", "--sandbox", "--allowed-origins", "*"}, nil, []string{"origin"}},
		"no public URL":            {[]string{"http", "--sandbox", "--public-url", "ftp://example.com"}, nil, []string{"URL"}},
		"call of an unknown tool":  {[]string{"--sandbox", "call", "erase_everything"}, nil, []string{"erase_everything", "delete_api_user"}},
		"call of a hidden tool":    {[]string{"--sandbox", "--read-only", "call", "delete_api_user"}, nil, []string{"delete_api_user"}},
		"call of nothing":          {[]string{"--sandbox", "call"}, nil, []string{"tool"}},
		"call without a key":       {[]string{"--sandbox", "call", "get_api_user", sandbox.ZapierSyncID}, nil, []string{"key=value"}},
		"call with one key twice":  {[]string{"--sandbox", "call", "delete_api_user", "apiUserId=" + sandbox.ZapierSyncID, "apiUserId=" + sandbox.DatevExportID}, nil, []string{"apiUserId", "twice"}},
		"sandbox with a bad fault": {[]string{"sandbox", "--fault", "explode:DELETE"}, nil, []string{"--fault", "explode"}},
		"sandbox for everyone":     {[]string{"sandbox", "--listen", "0.0.0.0:0"}, nil, []string{"--listen", "loopback"}},
		"sandbox in no time":       {[]string{"sandbox", "--latency", "soon"}, nil, []string{"--latency"}},
		"sandbox limited somehow":  {[]string{"sandbox", "--rate-limit", "some"}, nil, []string{"--rate-limit"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t)
			s.secret("awork-key-that-nobody-has")
			s.secret("hunter2")
			stdout, stderr, status := s.runHere(c.args, c.env)
			refusedInOneLine(t, stdout, stderr, status, c.says...)
		})
	}
}

// What main adds to that: the streams and the status of the process.
func TestTheProcessRefusesInOneLine(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	for _, args := range [][]string{nil, {"http"}, {"--frobnicate"}} {
		stdout, stderr, status := s.run(args, nil)
		refusedInOneLine(t, stdout, stderr, status)
	}
}

func refusedInOneLine(t *testing.T, stdout, stderr string, status int, says ...string) {
	t.Helper()
	if status != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "awork-mcp: ") {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	for _, word := range says {
		if !strings.Contains(stderr, word) {
			t.Errorf("%q is not in %q", word, stderr)
		}
	}
}

func TestTokenFilesThatAreNone(t *testing.T) {
	for content, word := range map[string]string{
		"":                 "empty",
		" \n":              "empty",
		"one two\n":        "white space",
		"one\ntwo\n":       "white space",
		"${AWORK_TOKEN}\n": "placeholder",
	} {
		s := newFixture(t)
		path := s.file("key", content)
		for _, how := range [][]string{{"--token-file", path}, {"stdio", "--token-file=" + path}} {
			stdout, stderr, status := s.runHere(how, nil)
			refusedInOneLine(t, stdout, stderr, status, word, "token file", path)
		}
		stdout, stderr, status := s.runHere(nil, []string{"AWORK_TOKEN_FILE=" + path})
		refusedInOneLine(t, stdout, stderr, status, word, "token file", path)
	}
}

// The token is looked for in AWORK_TOKEN, then in the file that is named, then
// in the default file.
func TestWhereTheTokenIsLookedFor(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	address := "AWORK_BASE_URL=" + w.url
	named := s.file("named", " "+w.reader+"\r\n")
	who := func(args []string, env ...string) string {
		t.Helper()
		stdout, stderr, status := s.run(append(args, "call", "check_access"), append(env, address))
		var a struct{ User struct{ ID string } }
		if err := json.Unmarshal([]byte(stdout), &a); err != nil || status != 0 {
			t.Fatalf("status %d: %s%s", status, stdout, stderr)
		}
		return a.User.ID
	}
	if got := who([]string{"--token-file", named}); got != sandbox.ReaderUserID {
		t.Errorf("the named file: %s", got)
	}
	s.file(".config/awork-mcp/token", w.admin)
	if got := who(nil); got != sandbox.AdminUserID {
		t.Errorf("the default file: %s", got)
	}
	if got := who(nil, "AWORK_TOKEN=", "AWORK_TOKEN_FILE="); got != sandbox.AdminUserID {
		t.Errorf("the default file, with empty variables: %s", got)
	}
	if got := who(nil, "AWORK_TOKEN_FILE="+named); got != sandbox.ReaderUserID {
		t.Errorf("the file that the variable names: %s", got)
	}
	if got := who([]string{"--token-file", named}, "AWORK_TOKEN="+w.admin, "AWORK_TOKEN_FILE=nowhere"); got != sandbox.AdminUserID {
		t.Errorf("AWORK_TOKEN beside a file: %s", got)
	}
	if got := who([]string{"--token-file", named}, "AWORK_TOKEN_FILE=nowhere"); got != sandbox.ReaderUserID {
		t.Errorf("the flag beside the variable: %s", got)
	}
}

// --sandbox needs no token, and does not look at the one that is there.
func TestSandboxIgnoresTheToken(t *testing.T) {
	s := newFixture(t)
	for _, env := range [][]string{{"AWORK_TOKEN=${AWORK_TOKEN}"}, {"AWORK_TOKEN=real"}, {"AWORK_TOKEN=two words"}, {"AWORK_TOKEN_FILE=nowhere"}} {
		if stdout, stderr, status := s.runHere([]string{"--sandbox", "call", "list_roles"}, env); status != 0 {
			t.Errorf("%s: status %d: %s%s", env, status, stdout, stderr)
		}
	}
}

func TestEmptyVariablesAreNone(t *testing.T) {
	s := newFixture(t)
	var env []string
	for _, name := range []string{
		"AWORK_BASE_URL", "AWORK_TOKEN", "AWORK_TOKEN_FILE", "AWORK_MCP_SANDBOX", "AWORK_MCP_READ_ONLY", "AWORK_MCP_CONFIRM",
		"AWORK_MCP_PROTECT", "AWORK_MCP_LOG_LEVEL", "AWORK_MCP_LOG_FORMAT", "AWORK_MCP_LISTEN", "AWORK_MCP_LATENCY",
		"AWORK_MCP_RATE_LIMIT", "AWORK_MCP_FAULT",
	} {
		env = append(env, name+"=")
	}
	if stdout, stderr, status := s.runHere([]string{"--sandbox", "call", "delete_api_user", "apiUserId=" + sandbox.ZapierSyncID}, env); status != 0 {
		t.Errorf("status %d: %s%s", status, stdout, stderr)
	}
	for i := range env {
		env[i] += " "
	}
	if names := s.toolNames(env, "--sandbox"); !slices.Contains(names, "delete_api_user") {
		t.Errorf("with blank variables: %s", names)
	}
}

// An option of a bundle that its user left blank is none, whatever it is for: that
// of the tools opens those that are offered by default. Any other placeholder is
// taken at its word.
func TestBlankOptionsOfBundlesAreNone(t *testing.T) {
	s := newFixture(t)
	all := s.toolNames(nil)
	env := []string{"AWORK_MCP_TOOLS=${user_config.tools}", "AWORK_MCP_READ_ONLY=${user_config.read_only}", "AWORK_MCP_CONFIRM=${user_config.confirm}"}
	if got := s.toolNames(env); !slices.Equal(got, all) {
		t.Errorf("%s, want %s", got, all)
	}
	if _, stderr, status := s.runHere([]string{"tools"}, []string{"AWORK_MCP_TOOLS=${TOOLS}"}); status != 2 || !strings.Contains(stderr, "${TOOLS}") {
		t.Errorf("another placeholder: %d %s", status, stderr)
	}
}

// toolNames runs tools --json.
func (s *fixture) toolNames(env []string, args ...string) (names []string) {
	s.t.Helper()
	stdout, stderr, status := s.runHere(append(args, "tools", "--json"), env)
	var list []struct{ Name string }
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || status != 0 {
		s.t.Fatalf("%s: status %d, %v: %s%s", args, status, err, stdout, stderr)
	}
	for _, tool := range list {
		names = append(names, tool.Name)
	}
	return names
}

func TestBooleans(t *testing.T) {
	s := newFixture(t)
	for value, want := range map[string]bool{
		"true": true, "1": true, "yes": true, "on": true, "ON": true, "True": true,
		"false": false, "0": false, "no": false, "off": false, "No": false,
	} {
		if names := s.toolNames([]string{"AWORK_MCP_READ_ONLY=" + value}); slices.Contains(names, "delete_api_user") == want {
			t.Errorf("AWORK_MCP_READ_ONLY=%s: %s", value, names)
		}
		if names := s.toolNames(nil, "--read-only="+value); slices.Contains(names, "delete_api_user") == want {
			t.Errorf("--read-only=%s: %s", value, names)
		}
	}
	if names := s.toolNames([]string{"AWORK_MCP_READ_ONLY=on"}, "--read-only=off"); !slices.Contains(names, "delete_api_user") {
		t.Errorf("the flag does not win: %s", names)
	}
	if names := s.toolNames([]string{"AWORK_MCP_READ_ONLY=off"}, "--read-only"); slices.Contains(names, "delete_api_user") {
		t.Errorf("the flag does not win: %s", names)
	}
}

func TestFlagsBeforeAndAfterTheCommand(t *testing.T) {
	s := newFixture(t)
	id := "apiUserId=" + sandbox.ZapierSyncID
	for _, args := range [][]string{
		{"--sandbox", "--protect", "zapier*", "call", "delete_api_user", id},
		{"call", "--sandbox", "--protect=zapier*", "delete_api_user", id},
		{"call", "delete_api_user", id, "--sandbox", "--protect", "zapier*"},
		{"--protect", "hubspot*", "call", "delete_api_user", id, "--sandbox", "--protect", "{" + strings.ToUpper(sandbox.ZapierSyncID) + "}"},
		{"--protect", "hubspot*,zapier*", "--sandbox", "call", "delete_api_user", id},
	} {
		stdout, stderr, status := s.runHere(args, nil)
		var a answer
		if err := json.Unmarshal([]byte(stdout), &a); err != nil || a.Outcome != "blocked" || status != 1 {
			t.Errorf("%s: status %d: %s%s", args, status, stdout, stderr)
		}
	}
}

func TestWhichTools(t *testing.T) {
	s := newFixture(t)
	all := s.toolNames(nil)
	for _, c := range []struct {
		args, env, want []string
	}{
		{[]string{"--tools", "default"}, nil, all},
		{[]string{"--tools", "get_api_user"}, nil, []string{"get_api_user"}},
		{[]string{"--tools", "get_*,delete_api_user"}, nil, []string{"get_api_user", "delete_api_user"}},
		{[]string{"--tools", "get_*", "--tools", "delete_api_user"}, nil, []string{"get_api_user", "delete_api_user"}},
		{nil, []string{"AWORK_MCP_TOOLS=get_*,delete_api_user"}, []string{"get_api_user", "delete_api_user"}},
		{[]string{"--tools", "check_access"}, []string{"AWORK_MCP_TOOLS=get_*"}, []string{"check_access"}},
		{[]string{"--read-only", "--tools", "*_api_user"}, nil, []string{"get_api_user"}},
	} {
		if got := s.toolNames(c.env, c.args...); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: %s", c.args, c.env, got)
		}
	}
	stdout, stderr, status := s.runHere([]string{"tools"}, nil)
	if status != 0 || stderr != "" {
		t.Errorf("tools: status %d, %q", status, stderr)
	}
	for _, name := range all {
		if !strings.Contains(stdout, name) {
			t.Errorf("tools does not list %s", name)
		}
	}
}

func TestVersionAndHelp(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	for _, args := range [][]string{{"version"}, {"--version"}, {"--read-only", "--version"}} {
		stdout, stderr, status := s.run(args, nil)
		if status != 0 || stderr != "" || !strings.HasPrefix(stdout, "awork-mcp ") || strings.Count(stdout, "\n") != 1 {
			t.Errorf("%s: status %d, %q, %q", args, status, stdout, stderr)
		}
	}
	for _, args := range [][]string{{"--help"}, {"-h"}, {"http", "--help"}, {"call", "--help"}} {
		stdout, stderr, status := s.run(args, nil)
		if status != 0 || stderr != "" || !strings.Contains(stdout, "AWORK_TOKEN") && args[0] != "http" && args[0] != "call" || !strings.Contains(stdout, "--sandbox") {
			t.Errorf("%s: status %d, %q, %q", args, status, stdout, stderr)
		}
		if help := strings.Join(strings.Fields(stdout), " "); args[0] == "http" && !strings.Contains(help, "neither the default token file nor a sign-in is read") {
			t.Errorf("%s does not say what --credentials caller leaves unread: %s", args, help)
		}
	}
}

// What fails once it has begun has status 1.
func TestFailuresAfterTheStart(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.web([]string{"--sandbox"}, nil)
	stdout, stderr, status := s.run([]string{"http", "--sandbox", "--listen", w.addr}, nil)
	if status != 1 || stdout != "" || !strings.Contains(stderr, "--listen") {
		t.Errorf("a port that is taken: status %d, %q, %q", status, stdout, stderr)
	}
	ws := s.workspace(sandbox.Options{})
	path := s.file("key", ws.admin)
	h := s.stdio(modern, []string{"--token-file", path}, []string{"AWORK_BASE_URL=" + ws.url})
	if a := call(t, h, "check_access", nil); a.Outcome != "found" {
		t.Errorf("a token file that is there: %s", a.text)
	}
	if err := os.Remove(filepath.Clean(path)); err != nil {
		t.Fatal(err)
	}
	if a := call(t, h, "check_access", nil); !a.isError || strings.Contains(a.Message, "awork-mcp failed") {
		t.Errorf("a token file that is gone: %s", a.text)
	}
	s.file("key", ws.admin)
	if a := call(t, h, "check_access", nil); a.Outcome != "found" {
		t.Errorf("a token file that is back: %s", a.text)
	}
}
