//go:build e2e && unix

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// The Inspector's exit statuses.
const (
	inspectorOK      = 0
	inspectorError   = 1 // a protocol error, or no connection
	inspectorIsError = 5 // the tool's result is an error, or there is no such tool
)

// inspectorResult is what the Inspector prints of the results that matter here.
type inspectorResult struct {
	Result struct {
		ProtocolVersion   string                     `json:"protocolVersion"`
		ServerInfo        struct{ Name string }      `json:"serverInfo"`
		Tools             []struct{ Name string }    `json:"tools"`
		Prompts           []struct{ Name string }    `json:"prompts"`
		Resources         []struct{ URI string }     `json:"resources"`
		Contents          []struct{ Text string }    `json:"contents"`
		Content           []struct{ Text string }    `json:"content"`
		IsError           bool                       `json:"isError"`
		StructuredContent struct{ structured }       `json:"structuredContent"`
		Raw               map[string]json.RawMessage `json:"-"`
	} `json:"result"`
}

// structured is what every structured result may have of what is checked.
type structured struct {
	Outcome            string                     `json:"outcome"`
	Message            string                     `json:"message"`
	ConfirmationCode   string                     `json:"confirmationCode"`
	Workspace          string                     `json:"workspace"`
	APIUserID          string                     `json:"apiUserId"`
	RequiredPermission string                     `json:"requiredPermission"`
	APIUser            struct{ Name string }      `json:"apiUser"`
	Total              int                        `json:"total"`
	Results            []struct{ Outcome string } `json:"results"`
}

// inspectorTarget is a way to reach the program.
type inspectorTarget struct {
	name, transport, era string
	args                 []string // of http
	version              string   // that is negotiated; none where the era is refused
	brief                bool     // what differs between the targets, no more
}

func inspectorTargets() []inspectorTarget {
	const newest, older = "2026-07-28", "2025-11-25"
	return []inspectorTarget{
		{"stdio legacy", "stdio", "legacy", nil, older, false},
		{"stdio auto", "stdio", "auto", nil, newest, true},
		{"stdio modern", "stdio", "modern", nil, newest, false},
		{"http legacy", "http", "legacy", nil, older, false},
		{"http auto", "http", "auto", nil, newest, true},
		{"http modern", "http", "modern", nil, newest, false},
		{"http stateless legacy", "http", "legacy", []string{"--stateless"}, older, true},
		{"http stateless modern", "http", "modern", []string{"--stateless"}, newest, true},
		{"sse legacy", "sse", "legacy", nil, older, false},
		{"sse auto", "sse", "auto", nil, older, true},
		{"sse modern", "sse", "modern", nil, "", false},
	}
}

func TestInspectorCLI(t *testing.T) {
	section(t, "inspector", func(t *testing.T, c *tally) {
		n := npm(t)
		for _, target := range inspectorTargets() {
			t.Run(target.name, func(t *testing.T) {
				t.Parallel()
				inspect(t, c, newInspector(t, n, target))
			})
		}
	})
}

// inspector runs the Inspector's command line on one target.
type inspector struct {
	clients
	inspectorTarget
	home, config, sandbox string
}

// newInspector has three servers in its configuration: one of an admin, one of
// someone who may only read, and one that wants a human's yes.
func newInspector(t *testing.T, n clients, target inspectorTarget) *inspector {
	t.Helper()
	i := &inspector{clients: n, inspectorTarget: target, home: newHome(t), sandbox: serveSandbox(t)}
	i.config = writeServers(t, i.home, map[string]serverEntry{
		"admin":  i.entry(t, sandbox.AdminToken),
		"reader": i.entry(t, sandbox.ReaderToken),
		"human":  i.entry(t, sandbox.AdminToken, "--confirm", "human"),
	})
	return i
}

// serverEntry is a server in the Inspector's configuration.
type serverEntry struct {
	Type    string            `json:"type"`
	Command string            `json:"command,omitempty"`
	Args    []string          `json:"args,omitempty"`
	Env     map[string]string `json:"env,omitempty"`
	URL     string            `json:"url,omitempty"`
	Era     string            `json:"protocolEra,omitempty"`
}

// newEntry is the program as one of the Inspector's servers; where it is reached
// over HTTP it is started.
func newEntry(t *testing.T, transport, era string, env, args []string) serverEntry {
	t.Helper()
	if transport == "stdio" {
		e := serverEntry{Type: "stdio", Command: binary, Args: args, Env: map[string]string{}, Era: era}
		for _, v := range env {
			name, value, _ := strings.Cut(v, "=")
			e.Env[name] = value
		}
		return e
	}
	base, _ := serveHTTP(t, env, args...)
	if transport == "sse" {
		return serverEntry{Type: "sse", URL: base + "/sse", Era: era}
	}
	return serverEntry{Type: "streamable-http", URL: base + "/mcp", Era: era}
}

func writeServers(t *testing.T, dir string, servers map[string]serverEntry) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"mcpServers": servers})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "servers.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func (i *inspector) entry(t *testing.T, token string, args ...string) serverEntry {
	t.Helper()
	return newEntry(t, i.transport, i.era, against(i.sandbox, token), append(args, i.args...))
}

// do runs one command, and gives what it printed and its exit status.
func (i *inspector) do(t *testing.T, server, method string, args ...string) (inspectorResult, string, int) {
	t.Helper()
	launcher := i.path("@modelcontextprotocol", "inspector", "clients", "launcher", "build", "index.js")
	p := i.run(t, i.home, nil, launcher, append([]string{"--cli", "--config", i.config, "--server", server,
		"--protocol-era", i.era, "--format", "json", "--method", method}, args...)...)
	status := p.wait(t, timeout)
	var r inspectorResult
	if out := p.stdout.String(); out != "" {
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Errorf("%s: what is printed is no JSON (%v): %s", method, err, cut(out, 300))
		}
	}
	return r, cut(p.stdout.String()+" "+lastLine(p.stderr.String()), 600), status
}

// call calls a tool on an API user, with a code where there is one.
func (i *inspector) call(t *testing.T, c *tally, server, tool, id, code, outcome string, status int) structured {
	t.Helper()
	args := `{"apiUserId":"` + id + `"}`
	if code != "" {
		args = `{"apiUserId":"` + id + `","confirmationCode":"` + code + `"}`
	}
	r, text, got := i.do(t, server, "tools/call", "--tool-name", tool, "--tool-args-json", args)
	equal(t, c, tool+"'s exit status", got, status)
	s := r.Result.StructuredContent.structured
	c.check(t, s.Outcome == outcome && s.APIUserID == id && s.Message != "" && r.Result.IsError == (status != inspectorOK),
		"%s: want %s of %s, have %s", tool, outcome, id, text)
	var mirror structured
	c.check(t, len(r.Result.Content) == 1 && json.Unmarshal([]byte(r.Result.Content[0].Text), &mirror) == nil &&
		mirror.Outcome == s.Outcome && mirror.Message == s.Message, "%s: the text does not mirror the structured content: %s", tool, text)
	return s
}

// code returns the code that a deletion wants where nobody can be asked, else "".
func (i *inspector) code(t *testing.T, c *tally, server string) string {
	t.Helper()
	if i.transport != "sse" && (i.args == nil || i.era != "legacy") {
		return ""
	}
	asked := i.call(t, c, server, "delete_api_user", target, "", "confirmation_required", inspectorIsError)
	c.check(t, asked.ConfirmationCode != "", "there is no code: %+v", asked)
	return asked.ConfirmationCode
}

func inspect(t *testing.T, c *tally, i *inspector) {
	r, text, status := i.do(t, "admin", "initialize")
	if i.version == "" {
		equal(t, c, "exit status of an era that this transport does not have", status, inspectorError)
		return
	}
	c.must(t, status == inspectorOK && r.Result.ServerInfo.Name == "awork-mcp" && r.Result.ProtocolVersion == i.version,
		"initialize: exit status %d, %s", status, text)

	r, text, status = i.do(t, "admin", "tools/list", "--strict")
	equal(t, c, "exit status of the portability check", status, inspectorOK)
	var names []string
	for _, tool := range r.Result.Tools {
		names = append(names, tool.Name)
	}
	slices.Sort(names)
	c.check(t, slices.Equal(names, toolNames), "tools: %v in %s", names, text)

	found := i.call(t, c, "admin", "get_api_user", target, "", "found", inspectorOK)
	equal(t, c, "name", found.APIUser.Name, "Zapier Sync")
	denied := i.call(t, c, "reader", "delete_api_user", target, i.code(t, c, "reader"), "permission_denied", inspectorIsError)
	equal(t, c, "permission", denied.RequiredPermission, "workspace-manage-config:write")
	// The command line has no forms.
	i.call(t, c, "human", "delete_api_user", target, "", "blocked", inspectorIsError)
	deleted := i.call(t, c, "admin", "delete_api_user", target, i.code(t, c, "admin"), "deleted", inspectorOK)
	equal(t, c, "name of what was deleted", deleted.APIUser.Name, "Zapier Sync")
	equal(t, c, "workspace", deleted.Workspace, "Studio Nordlicht")
	i.call(t, c, "admin", "delete_api_user", target, "", "not_found", inspectorIsError)
	if i.brief {
		return
	}

	_, _, status = i.do(t, "admin", "tools/call", "--tool-name", "no_such_tool", "--tool-args-json", "{}")
	equal(t, c, "exit status of an unknown tool", status, inspectorIsError)

	r, text, status = i.do(t, "admin", "resources/list")
	c.check(t, status == inspectorOK && len(r.Result.Resources) == 2 && r.Result.Resources[0].URI == "awork://api-users" && r.Result.Resources[1].URI == "ui://awork-mcp/audit.html", "resources: %s", text)
	r, text, status = i.do(t, "admin", "resources/read", "--uri", "awork://api-users")
	var list structured
	c.check(t, status == inspectorOK && len(r.Result.Contents) == 1 && json.Unmarshal([]byte(r.Result.Contents[0].Text), &list) == nil &&
		list.Total == seeded-1, "the resource of all: exit status %d, %s", status, text)
	_, text, status = i.do(t, "admin", "resources/read", "--uri", "awork://api-users/"+target)
	c.check(t, status == inspectorError && strings.Contains(text, "there is no resource"), "a resource that is gone: exit status %d, %s", status, text)
	r, text, status = i.do(t, "admin", "prompts/list")
	var prompts []string
	for _, p := range r.Result.Prompts {
		prompts = append(prompts, p.Name)
	}
	slices.Sort(prompts)
	c.check(t, status == inspectorOK && slices.Equal(prompts, []string{"offboard_integration", "offboard_person", "review_api_users"}), "prompts: %s", text)
}
