package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// as is the same server to a client that sends these headers with each request.
func (x *web) as(header ...string) *web {
	y := *x
	y.client = &http.Client{Transport: adding{x.client.Transport, header}}
	return &y
}

// adding adds headers to requests, also such as are there already.
type adding struct {
	http.RoundTripper
	header []string
}

func (a adding) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for i := 0; i < len(a.header); i += 2 {
		r.Header.Add(a.header[i], a.header[i+1])
	}
	return a.RoundTripper.RoundTrip(r)
}

func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

// with is the same server to the holder of a token.
func (x *web) with(token string) *web { return x.as(bearer(token)...) }

// connection is one of the ways to speak to a server.
type connection struct {
	name string
	open func(x *web) host
}

func connections() []connection {
	return []connection{
		{"mcp 2026", func(x *web) host { return x.streamable(modern) }},
		{"mcp 2025", func(x *web) host { return x.streamable(legacy) }},
		{"sse", func(x *web) host { return x.sse() }},
	}
}

// team is a file of callers.
type team struct {
	path                      string
	alice, bob, warden, robot string
}

// team writes the file: alice and warden may do everything, bob may read, and
// the robot is a token without a name.
func (s *fixture) team() *team {
	s.t.Helper()
	c := &team{alice: s.canary(), bob: s.canary(), warden: s.canary(), robot: s.canary()}
	c.path = s.file("callers", fmt.Sprintf("# callers\nalice %s apiusers:read,apiusers:write\n\nbob %s apiusers:read\nwarden %s apiusers:write,apiusers:read\n%s\n", c.alice, c.bob, c.warden, c.robot))
	return c
}

func (c *team) flags(more ...string) []string {
	return append([]string{"--auth", "bearer", "--auth-token-file", c.path}, more...)
}

// toolNames are the tools that are listed.
func toolNames(t *testing.T, h host) []string {
	t.Helper()
	r := ask(t, h, "tools/list", nil)
	var list struct {
		Tools []struct {
			Name        string
			Annotations struct{ ReadOnlyHint bool }
		}
	}
	if err := json.Unmarshal(r.Result, &list); err != nil || len(list.Tools) == 0 {
		t.Fatalf("tools/list: %v %+v %s", err, r.Error, r.Result)
	}
	var names []string
	for _, tool := range list.Tools {
		name := tool.Name
		if !tool.Annotations.ReadOnlyHint {
			name += " (writes)"
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

var readingTools = []string{"audit_api_users", "check_access", "get_api_user", "list_api_users", "list_client_applications", "list_roles"}

// writesRefused holds a reader to what it is shown and may call.
func writesRefused(t *testing.T, h host, w *workspace) {
	t.Helper()
	if names := toolNames(t, h); !slices.Equal(names, readingTools) {
		t.Errorf("a reader is shown %v", names)
	}
	before := len(w.Requests())
	for tool, arguments := range map[string]map[string]any{
		"create_api_user":  {"name": "Robot", "roleId": "Integration"},
		"update_api_user":  {"apiUserId": sandbox.ZapierSyncID, "name": "Robot"},
		"delete_api_user":  {"apiUserId": sandbox.ZapierSyncID},
		"delete_api_users": {"apiUserIds": []string{sandbox.ZapierSyncID}},
	} {
		if r := ask(t, h, "tools/call", mcptest.ToolCall(tool, arguments)); r.Error == nil || r.Error.Code != -32602 {
			t.Errorf("a reader's %s: %+v %s", tool, r.Error, r.Result)
		}
	}
	if n := len(w.Requests()) - before; n > 0 {
		t.Errorf("%d requests of a reader's writes reached awork", n)
	}
	if a := call(t, h, "get_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}); a.Outcome != "found" {
		t.Errorf("a reader's read: %s", a.text)
	}
}

// calledBy waits for the log's line of a call with that outcome, which names its caller.
func (x *web) calledBy(t *testing.T, tool, outcome string) string {
	t.Helper()
	return x.p.stderr.find(t, "the log of "+tool, func(line string) (string, bool) {
		var fields struct{ Msg, Tool, Outcome, Caller string }
		ok := json.Unmarshal([]byte(line), &fields) == nil && fields.Msg == "tool call" && fields.Tool == tool && fields.Outcome == outcome
		return fields.Caller, ok
	})
}

func TestCallersOfAFile(t *testing.T) {
	t.Parallel()
	for _, c := range connections() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			w := s.workspace(sandbox.Options{})
			callers := s.team()
			x := s.web(callers.flags("--confirm=never"), w.env(s, w.admin))
			writesRefused(t, c.open(x.with(callers.bob)), w)
			if by := x.calledBy(t, "get_api_user", "found"); by != "bob" {
				t.Errorf("bob's call is logged as that of %q", by)
			}
			alice := c.open(x.with(callers.alice))
			if names := toolNames(t, alice); len(names) != 10 || !slices.Contains(names, "delete_api_user (writes)") {
				t.Errorf("a writer is shown %v", names)
			}
			if a := call(t, alice, "delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}); a.Outcome != "deleted" {
				t.Errorf("alice: %s", a.text)
			}
			if by := x.calledBy(t, "delete_api_user", "deleted"); by != "alice" {
				t.Errorf("alice's call is logged as that of %q", by)
			}
			if a := call(t, c.open(x.with(callers.robot)), "create_api_user", map[string]any{"name": "Robot", "roleId": "Integration"}); a.Outcome != "created" {
				t.Errorf("a caller without a name: %s", a.text)
			}
			if by := x.calledBy(t, "create_api_user", "created"); !strings.HasPrefix(by, "token-") {
				t.Errorf("the call of a token without a name is logged as that of %q", by)
			}
			if got := w.tokens(); !slices.Equal(got, []string{"Bearer " + w.admin}) {
				t.Errorf("%d different tokens reached awork", len(got))
			}
		})
	}
}

func TestCallersWithoutAToken(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	callers := s.team()
	x := s.web(callers.flags(), w.env(s, w.admin))
	session := x.with(callers.alice).streamable(legacy).SessionID
	params := mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID})
	deletion := mcptest.Message(modern, 1, "tools/call", params)
	era := []string{"MCP-Protocol-Version", string(modern), "Mcp-Method", "tools/call", "Mcp-Name", "delete_api_user"}
	for name, c := range map[string]struct {
		method, path string
		body         []byte
		header       []string
	}{
		"a call":           {"POST", "/mcp", deletion, era},
		"in a session":     {"POST", "/mcp", mcptest.Message(legacy, 1, "tools/call", params), []string{"Mcp-Session-Id", session}},
		"a session's read": {"GET", "/mcp", nil, []string{"Mcp-Session-Id", session}},
		"a session's end":  {"DELETE", "/mcp", nil, []string{"Mcp-Session-Id", session}},
		"a stream":         {"GET", "/sse", nil, nil},
		"a message":        {"POST", "/message?sessionId=1", deletion, nil},
		"metrics":          {"GET", "/metrics", nil, nil},
	} {
		for how, header := range map[string][]string{
			"no token": nil, "a wrong token": bearer(s.canary()), "awork's token": bearer(w.admin), "half a token": bearer(callers.alice[:20]),
			"another scheme": {"Authorization", "Basic " + callers.alice}, "X-Awork-Token": {"X-Awork-Token", w.admin},
		} {
			status, text, got := x.get(t, c.method, c.path, c.body, append(slices.Clone(header), c.header...)...)
			challenge := got.Get("WWW-Authenticate")
			if status != http.StatusUnauthorized || !strings.HasPrefix(challenge, "Bearer ") {
				t.Errorf("%s with %s: %d %q %.200s", name, how, status, challenge, text)
			}
			if sent := len(header) > 0 && strings.HasPrefix(header[1], "Bearer "); sent != strings.Contains(challenge, "invalid_token") {
				t.Errorf("%s with %s: %q", name, how, challenge)
			}
		}
	}
	for _, path := range []string{"/mcp?access_token=", "/mcp?token="} {
		if status, text, _ := x.get(t, "POST", path+callers.alice, deletion, era...); status != http.StatusUnauthorized {
			t.Errorf("a token in the query: %d %s", status, text)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, text, _ := x.get(t, "GET", path, nil); status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	if sent := w.writes(); len(sent) > 0 {
		t.Errorf("sent %v", sent)
	}
	// And with the token, the same requests do what they say.
	if status, text, _ := x.with(callers.alice).get(t, "POST", "/mcp", deletion, era...); status != http.StatusOK || w.has(sandbox.ZapierSyncID) {
		t.Errorf("with a token: %d %s", status, text)
	}
}

// The sessions of a caller are no other's.
func TestSessionsOfAnotherCaller(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	callers := s.team()
	x := s.web(callers.flags(), w.env(s, w.admin))
	alice := x.with(callers.alice).streamable(legacy)
	stream := x.with(callers.alice).sse()
	deletion := mcptest.Message(legacy, 1, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
	for _, other := range []string{callers.warden, callers.robot} {
		y := x.with(other)
		for _, c := range []struct {
			method, path string
			body         []byte
			header       []string
		}{
			{"POST", "/mcp", deletion, alice.headers()},
			{"GET", "/mcp", nil, append(alice.headers(), "Accept", "text/event-stream")},
			{"DELETE", "/mcp", nil, alice.headers()},
			{"POST", stream.Endpoint, deletion, nil},
		} {
			if status, text, _ := y.get(t, c.method, c.path, c.body, c.header...); status != http.StatusNotFound {
				t.Errorf("%s %s of another caller's: %d %s", c.method, c.path, status, text)
			}
		}
	}
	if sent := w.writes(); len(sent) > 0 {
		t.Errorf("sent %v", sent)
	}
	for _, h := range []host{alice, stream} {
		if a := call(t, h, "list_roles", nil); a.Outcome != "found" {
			t.Errorf("her own: %s", a.text)
		}
	}
}

func TestCallersFileIsTakenUpWhenItChanges(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	callers := s.team()
	x := s.web(callers.flags(), w.env(s, w.admin))
	status := func(token string) int {
		t.Helper()
		status, _, _ := x.with(token).get(t, "POST", "/mcp", mcptest.Message(modern, 1, "tools/list", nil), "MCP-Protocol-Version", string(modern), "Mcp-Method", "tools/list")
		return status
	}
	second := s.canary()
	if a, b := status(callers.alice), status(second); a != 200 || b != 401 {
		t.Errorf("before: %d, %d", a, b)
	}
	s.file("callers", "alice "+second+" apiusers:read\n")
	if a, b := status(callers.alice), status(second); a != 401 || b != 200 {
		t.Errorf("after: %d, %d", a, b)
	}
	writesRefused(t, x.with(second).streamable(modern), w)
	for _, bad := range []string{"alice " + callers.alice + "\n", "alice " + callers.alice + " everything\n"} {
		s.file("callers", bad)
		if a, b := status(callers.alice), status(second); a != 401 || b != 200 {
			t.Errorf("a file that can't be used: %d, %d", a, b)
		}
	}
	s.file("callers", "")
	if a, b := status(callers.alice), status(second); a != 401 || b != 401 {
		t.Errorf("an empty file: %d, %d", a, b)
	}
	x.p.stderr.find(t, "the log of a bad file", func(line string) (string, bool) {
		return line, strings.Contains(line, "line 1 has 2 fields") && strings.Contains(line, callers.path)
	})
}

// What can't be served is refused in one line that says what to set, and shows no token.
func TestTeamSettingsRefused(t *testing.T) {
	s := newFixture(t)
	callers, one, two := s.team(), s.canary(), s.canary()
	key := s.canary()
	keyFile := s.file("key", key+"\n")
	files := 0
	file := func(content string) []string {
		files++
		return []string{"--sandbox", "--auth", "bearer", "--auth-token-file", s.file(fmt.Sprint("callers ", files), content)}
	}
	oidc := []string{"--oidc-issuer", "https://issuer.example.com", "--oidc-audience", "awork-mcp"}
	for name, c := range map[string]struct {
		args, env []string
		says      []string
	}{
		"two fields":              {file("# callers\nalice " + one + " apiusers:read\n" + two + " apiusers:read\n"), nil, []string{"--auth-token-file", "line 3", "2 fields"}},
		"four fields":             {file("alice " + one + " apiusers:read apiusers:write\n"), nil, []string{"line 1", "4 fields"}},
		"unknown scope":           {file("\n" + one + " " + two + " everything\n"), nil, []string{"line 2", "apiusers:read"}},
		"the same token":          {file("alice " + one + " apiusers:read\nbob " + one + " apiusers:read,apiusers:write\n"), nil, []string{"line 2", "line 1"}},
		"nobody":                  {file("# nobody yet\n"), nil, []string{"--auth-token-file", "no caller"}},
		"missing file":            {[]string{"--sandbox", "--auth", "bearer", "--auth-token-file", "nowhere"}, nil, []string{"--auth-token-file", "nowhere"}},
		"bearer without a file":   {[]string{"--sandbox", "--auth=bearer"}, nil, []string{"--auth-token-file"}},
		"file without bearer":     {[]string{"--sandbox", "--auth-token-file", callers.path}, nil, []string{"--auth-token-file", "--auth bearer"}},
		"file with oidc":          {append([]string{"--sandbox", "--auth=oidc", "--auth-token-file", callers.path}, oidc...), nil, []string{"--auth-token-file", "--auth bearer"}},
		"oidc without anything":   {[]string{"--sandbox", "--auth=oidc"}, nil, []string{"--oidc-issuer", "--oidc-audience"}},
		"oidc without audience":   {[]string{"--sandbox", "--auth=oidc", "--oidc-issuer", "https://issuer.example.com"}, nil, []string{"--oidc-audience"}},
		"oidc without issuer":     {[]string{"--sandbox", "--auth=oidc", "--oidc-audience", "awork-mcp"}, nil, []string{"--oidc-issuer"}},
		"issuer without oidc":     {[]string{"--sandbox", "--oidc-issuer", "https://issuer.example.com"}, nil, []string{"--oidc-issuer", "--auth oidc"}},
		"audience without oidc":   {callers.flags("--sandbox", "--oidc-audience", "awork-mcp"), nil, []string{"--oidc-audience", "--auth oidc"}},
		"issuer by variable":      {[]string{"--sandbox"}, []string{"AWORK_MCP_OIDC_ISSUER=https://issuer.example.com"}, []string{"--oidc-issuer", "--auth oidc"}},
		"plain issuer":            {[]string{"--sandbox", "--auth=oidc", "--oidc-issuer", "http://issuer.example.com", "--oidc-audience", "awork-mcp"}, nil, []string{"--oidc-issuer", "https"}},
		"no issuer":               {[]string{"--sandbox", "--auth=oidc", "--oidc-issuer", "issuer", "--oidc-audience", "awork-mcp"}, nil, []string{"--oidc-issuer", "https"}},
		"unknown authentication":  {[]string{"--sandbox", "--auth=basic"}, nil, []string{"--auth", "bearer"}},
		"unknown credentials":     {[]string{"--sandbox", "--credentials=mine"}, nil, []string{"--credentials", "caller"}},
		"caller and AWORK_TOKEN":  {[]string{"--credentials=caller"}, []string{"AWORK_TOKEN=" + key}, []string{"--credentials caller", "AWORK_TOKEN", "--token-file"}},
		"caller and --token-file": {[]string{"--credentials=caller", "--token-file", keyFile}, nil, []string{"--credentials caller", "--token-file"}},
		"caller and its variable": {[]string{"--credentials=caller"}, []string{"AWORK_TOKEN_FILE=" + keyFile}, []string{"--credentials caller", "--token-file"}},
		"listen everywhere":       {[]string{"--sandbox", "--listen", "0.0.0.0:0"}, nil, []string{"loopback", "--auth"}},
		"listen on a name":        {[]string{"--sandbox", "--listen", "mcp.example.com:8080"}, nil, []string{"loopback", "--auth"}},
		"caller, everywhere":      {[]string{"--credentials=caller", "--listen", "0.0.0.0:0"}, nil, []string{"loopback", "--auth"}},
		"behind a proxy":          {[]string{"--sandbox", "--listen", "0.0.0.0:0", "--public-url", "https://mcp.example.com"}, nil, []string{"loopback", "--auth"}},
		"metrics on no address":   {[]string{"--sandbox", "--metrics-listen", "9090"}, nil, []string{"--metrics-listen", "host:port"}},
		"metrics on no port":      {[]string{"--sandbox", "--metrics-listen", "127.0.0.1:http3"}, nil, []string{"--metrics-listen", "host:port"}},
	} {
		t.Run(name, func(t *testing.T) {
			own := newFixture(t)
			own.secrets = append(own.secrets, s.secrets...)
			stdout, stderr, status := own.runHere(append([]string{"http"}, c.args...), c.env)
			refusedInOneLine(t, stdout, stderr, status, c.says...)
		})
	}
}

// With caller authentication the address is only a matter of the machine: this
// one is nobody's.
func TestAuthenticatedCallersFromElsewhere(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	_, stderr, status := s.run(append([]string{"http", "--sandbox", "--listen", "192.0.2.1:0"}, s.team().flags()...), nil)
	if status != 1 || !strings.Contains(stderr, "can't listen") || !strings.Contains(stderr, "--listen") {
		t.Errorf("status %d, %s", status, stderr)
	}
}

// A termination in the middle of a delete, however the caller is known.
func TestSignalAnswersEveryCaller(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(s *fixture, w *workspace) *web{
		"bearer": func(s *fixture, w *workspace) *web {
			callers := s.team()
			return s.web(callers.flags("--confirm=never"), w.env(s, w.admin)).with(callers.alice)
		},
		"oidc": func(s *fixture, w *workspace) *web {
			i := s.issuer()
			return s.web(i.flags("--confirm=never"), w.env(s, w.admin)).with(i.token(nil))
		},
		"caller's token": func(s *fixture, w *workspace) *web {
			return s.web([]string{"--credentials=caller", "--confirm=never"}, []string{"AWORK_BASE_URL=" + w.url}).as("X-Awork-Token", w.admin)
		},
		"bearer and caller's token, stateless": func(s *fixture, w *workspace) *web {
			callers := s.team()
			return s.web(callers.flags("--credentials=caller", "--stateless", "--confirm=never"), []string{"AWORK_BASE_URL=" + w.url}).as(append(bearer(callers.alice), "X-Awork-Token", w.admin)...)
		},
	} {
		for _, c := range connections() {
			if c.name == "mcp 2025" && strings.Contains(name, "stateless") {
				continue // there are no sessions
			}
			t.Run(name+", "+c.name, func(t *testing.T) {
				t.Parallel()
				s := newFixture(t)
				w := s.workspace(sandbox.Options{})
				h := c.open(open(s, w))
				held := w.hold("DELETE", "/apiusers/"+sandbox.ZapierSyncID)
				answer := begin(h, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
				receive(t, held.arrived, "the delete")
				h.process().signal(syscall.SIGTERM)
				stopping(t, h)
				held.release()
				if a := answered(t, receive(t, answer, "the answer")); a.Outcome != "deleted" {
					t.Errorf("got %s", a.text)
				}
				if status := h.process().wait(); status != 0 || w.has(sandbox.ZapierSyncID) {
					t.Errorf("status %d", status)
				}
			})
		}
	}
}
