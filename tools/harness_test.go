package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.uber.org/goleak"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // thousands of small workspaces come and go
	goleak.VerifyTestMain(m)
}

const (
	baseURL   = "https://sandbox.invalid/api/v1"
	canary    = "cAnArY-7f3b91-T0ken+with/odd\"signs&more"
	unknownID = "11111111-2222-4333-8444-555555555555"
	writeOf   = "workspace-manage-config:write"
	readOf    = "workspace-manage-config:read"
)

// era is one of the two ways a client of the protocol may call.
type era string

const (
	legacy era = "2025-11-25"
	modern era = "2026-07-28"
)

func eras() []era { return []era{legacy, modern} }

// setup is what a fixture is made of. The zero value is the seeded workspace under
// the default policy with a token of its admin.
type setup struct {
	policy tools.Policy
	// owner is the API user or person whose token the client has.
	owner   string
	sandbox sandbox.Options
	faults  []sandbox.Fault
}

// fixture is a server over a sandbox, and the checks that every answer has to pass.
type fixture struct {
	t      testing.TB
	box    *sandbox.Sandbox
	tools  *tools.Tools
	server *server.MCPServer
	era    era
	log    *logBuffer
	wire   *transport
	// notes receives the notifications of calls, where the test wants them.
	notes  chan mcp.JSONRPCNotification
	lastID int
}

// open makes a fixture. Its client holds a canary for a token, which the sandbox
// takes as its owner's.
func open(t testing.TB, s setup) *fixture {
	t.Helper()
	if s.owner == "" {
		s.owner = sandbox.AdminUserID
	}
	s.sandbox.RateLimit = sandbox.RateLimit{Off: true}
	box := sandbox.New(s.sandbox)
	box.AddToken(canary, s.owner)
	box.AddFaults(s.faults...)
	token, err := awork.ParseToken(canary)
	if err != nil {
		t.Fatal(err)
	}
	d := &fixture{t: t, box: box, era: modern, log: &logBuffer{}, wire: &transport{inner: box.RoundTripper()}}
	client, err := awork.New(awork.Config{BaseURL: baseURL, Tokens: awork.StaticToken(token), Version: "test", Transport: d.wire})
	if err != nil {
		t.Fatal(err)
	}
	d.tools, err = tools.New(tools.Options{Client: client, Policy: s.policy, Log: slog.New(slog.NewJSONHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	d.server = d.tools.Server("test")
	t.Cleanup(func() { noSecrets(t, "the log", d.log.String()) })
	return d
}

// parallelSynctest runs a test in parallel with the others, with time of its own.
func parallelSynctest(t *testing.T, f func(t *testing.T)) {
	t.Parallel()
	synctest.Test(t, f)
}

// logBuffer is a buffer for concurrent writers.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// transport carries requests to the sandbox; before, where set, runs first.
type transport struct {
	inner  http.RoundTripper
	mu     sync.Mutex
	before func(*http.Request)
	after  func(*http.Request)
}

func (w *transport) hook(before, after func(*http.Request)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before, w.after = before, after
}

func (w *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	before, after := w.before, w.after
	w.mu.Unlock()
	if before != nil {
		before(req)
	}
	resp, err := w.inner.RoundTrip(req)
	if after != nil {
		after(req)
	}
	return resp, err
}

// secrets are what no output may carry.
func secrets() []string {
	asJSON, _ := json.Marshal(canary)
	secret, value := sandbox.FormsWebhookSecret, ""
	if _, v, ok := strings.Cut(secret, "="); ok {
		value = v
	}
	return []string{canary, string(asJSON[1 : len(asJSON)-1]), "cAnArY-7f3b91", secret, value, "sandbox-secret-",
		sandbox.AdminToken, sandbox.ReaderToken, sandbox.NobodyToken, "/services/T0NORD"}
}

func noSecrets(t testing.TB, where, text string) {
	t.Helper()
	for _, s := range secrets() {
		if strings.Contains(text, s) {
			t.Errorf("%s carries the secret %q: %s", where, s, text)
		}
	}
}

// rpc is the answer to a JSON-RPC request.
type rpc struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      any             `json:"id"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Data    any    `json:"data"`
	} `json:"error"`
}

func meta(e era) map[string]any {
	return map[string]any{
		"io.modelcontextprotocol/protocolVersion":    string(e),
		"io.modelcontextprotocol/clientCapabilities": map[string]any{},
		"io.modelcontextprotocol/clientInfo":         map[string]any{"name": "tester", "version": "1"},
	}
}

// rpc sends one request and reads its answer.
func (d *fixture) rpc(ctx context.Context, method string, params map[string]any) rpc {
	d.t.Helper()
	if d.era == modern {
		m := meta(modern)
		if given, ok := params["_meta"].(map[string]any); ok {
			for k, v := range given {
				m[k] = v
			}
		}
		with := map[string]any{"_meta": m}
		for k, v := range params {
			if k != "_meta" {
				with[k] = v
			}
		}
		params = with
	}
	d.lastID++
	request := mustJSON(map[string]any{"jsonrpc": "2.0", "id": d.lastID, "method": method, "params": params})
	return d.send(ctx, request)
}

// send sends a raw message.
func (d *fixture) send(ctx context.Context, request []byte) rpc {
	d.t.Helper()
	if d.notes != nil || d.era == legacy && server.ClientSessionFromContext(ctx) == nil {
		ctx = d.server.WithContext(ctx, session{d.notes})
	}
	raw, err := json.Marshal(d.server.HandleMessage(ctx, request))
	if err != nil {
		d.t.Fatalf("the answer to %s can't be marshaled: %v", request, err)
	}
	noSecrets(d.t, "the answer", string(raw))
	var r rpc
	if err := json.Unmarshal(raw, &r); err != nil {
		d.t.Fatalf("%s is no JSON-RPC answer: %v", raw, err)
	}
	return r
}

// session is a client that takes notifications and declares that it has no forms.
type session struct{ notes chan mcp.JSONRPCNotification }

func (session) Initialize()                                           {}
func (session) Initialized() bool                                     { return true }
func (s session) NotificationChannel() chan<- mcp.JSONRPCNotification { return s.notes }
func (session) SessionID() string                                     { return "tester" }
func (session) GetClientInfo() mcp.Implementation                     { return mcp.Implementation{Name: "tester"} }
func (session) SetClientInfo(mcp.Implementation)                      {}
func (session) GetClientCapabilities() (c mcp.ClientCapabilities)     { return c }
func (session) SetClientCapabilities(mcp.ClientCapabilities)          {}
func (session) RequestElicitation(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return nil, errors.New("this client has no forms")
}

// answer is the result of a tool call that passed the checks of all results.
type answer struct {
	t          testing.TB
	tool       string
	structured map[string]any
	text       string
}

// args is the arguments of a call.
type args = map[string]any

// call calls a tool and checks what every result must be.
func (d *fixture) call(tool string, arguments any) answer {
	d.t.Helper()
	return d.callCtx(context.Background(), tool, arguments)
}

func (d *fixture) callCtx(ctx context.Context, tool string, arguments any) answer {
	d.t.Helper()
	params := map[string]any{"name": tool}
	if arguments != nil {
		params["arguments"] = arguments
	}
	if d.notes != nil {
		params["_meta"] = map[string]any{"progressToken": "p1"}
	}
	r := d.rpc(ctx, "tools/call", params)
	if r.Error != nil {
		d.t.Fatalf("%s %s: protocol error %+v", tool, mustJSON(arguments), r.Error)
	}
	return d.check(tool, arguments, r.Result)
}

var successes = []string{"deleted", "created", "updated", "unchanged", "found", "preview"}

var failures = []string{"not_found", "permission_denied", "unauthenticated", "invalid_input", "blocked", "declined", "confirmation_required",
	"rate_limited", "unavailable", "upstream_error", "partial", "delivery_failed", "unknown"}

var writeTools = []string{"create_api_user", "update_api_user", "delete_api_user", "delete_api_users"}

// alsoWrites reports whether a tool writes what all results of writes must tell of.
func alsoWrites(tool string) bool { return tool == "create_role" || slices.Contains(writeTools, tool) }

// outputSchemas are the output schemas of all tools, compiled.
var outputSchemas = compileOutputSchemas()

func compileOutputSchemas() map[string]*jsonschema.Schema {
	list, err := listOf(everything()...)
	if err != nil {
		panic(err)
	}
	compiled := map[string]*jsonschema.Schema{}
	for _, t := range list {
		c := jsonschema.NewCompiler()
		c.DefaultDraft(jsonschema.Draft2020)
		c.AssertFormat()
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(mustJSON(t["outputSchema"])))
		if err != nil {
			panic(err)
		}
		name := t["name"].(string)
		if err := c.AddResource(name, doc); err != nil {
			panic(err)
		}
		compiled[name] = c.MustCompile(name)
	}
	return compiled
}

// listOf is tools/list of a server with the tools of families.
func listOf(families ...string) ([]map[string]any, error) {
	token, err := awork.ParseToken(canary)
	if err != nil {
		return nil, err
	}
	client, err := awork.New(awork.Config{BaseURL: baseURL, Tokens: awork.StaticToken(token), Transport: refuseAll{}})
	if err != nil {
		return nil, err
	}
	all, err := tools.New(tools.Options{Client: client, Policy: tools.Policy{Tools: families}})
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(all.Server("test").HandleMessage(context.Background(), json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Result struct{ Tools []map[string]any }
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, err
	}
	return answer.Result.Tools, nil
}

type refuseAll struct{}

func (refuseAll) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("nothing may be sent here: %s %s", r.Method, r.URL)
}

func (d *fixture) check(tool string, arguments any, raw json.RawMessage) answer {
	d.t.Helper()
	var r struct {
		Content []struct {
			Type, Text string
		} `json:"content"`
		StructuredContent json.RawMessage `json:"structuredContent"`
		IsError           bool            `json:"isError"`
		ResultType        string          `json:"resultType"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		d.t.Fatalf("%s: %v in %s", tool, err, raw)
	}
	if len(r.Content) != 1 || r.Content[0].Type != "text" {
		d.t.Fatalf("%s: want exactly one text block, got %s", tool, raw)
	}
	if d.era == modern && r.ResultType != "complete" {
		d.t.Errorf("%s: resultType is %q", tool, r.ResultType)
	}
	var mirrored, structured map[string]any
	if err := json.Unmarshal([]byte(r.Content[0].Text), &mirrored); err != nil {
		d.t.Fatalf("%s: the text is no JSON object: %v: %s", tool, err, r.Content[0].Text)
	}
	if err := json.Unmarshal(r.StructuredContent, &structured); err != nil {
		d.t.Fatalf("%s: no structured content: %v: %s", tool, err, raw)
	}
	if !reflect.DeepEqual(mirrored, structured) {
		d.t.Errorf("%s: text and structured content differ: %s", tool, raw)
	}
	a := answer{t: d.t, tool: tool, structured: structured, text: string(r.StructuredContent)}
	switch outcome := a.outcome(); {
	case slices.Contains(successes, outcome) && r.IsError, slices.Contains(failures, outcome) && !r.IsError:
		d.t.Errorf("%s: outcome %s with isError %t", tool, outcome, r.IsError)
	case !slices.Contains(successes, outcome) && !slices.Contains(failures, outcome):
		d.t.Errorf("%s: there is no outcome %q: %s", tool, outcome, a.text)
	}
	if err := outputSchemas[tool].Validate(any(structured)); err != nil {
		d.t.Errorf("%s: the result does not conform to its schema: %v\n%s", tool, err, a.text)
	}
	a.checkWords()
	a.checkSubject(arguments)
	a.checkWorkspace()
	if a.outcome() == "rate_limited" {
		if n, ok := a.structured["retryAfterSeconds"].(float64); !ok || n < 1 || n != float64(int(n)) {
			d.t.Errorf("%s: rate_limited with retryAfterSeconds %v", tool, a.structured["retryAfterSeconds"])
		}
	}
	if want := writeOf; a.outcome() == "permission_denied" {
		switch {
		case tool == "create_role" && strings.Contains(a.message(), "lacks project-manage-config:write"):
			want = "project-manage-config:write"
		case !alsoWrites(tool):
			want = readOf
		}
		if a.str("requiredPermission") != want || !strings.Contains(a.message(), want) {
			d.t.Errorf("%s: permission_denied must name %s: %s", tool, want, a.text)
		}
	}
	return a
}

// early are the outcomes of writes that may come before awork has named the
// workspace.
var early = []string{"unchanged", "invalid_input", "not_found", "unauthenticated", "permission_denied", "rate_limited", "unavailable", "upstream_error"}

// checkWorkspace wants the workspace in every result of a write, by its name.
func (a answer) checkWorkspace() {
	a.t.Helper()
	if !alsoWrites(a.tool) || a.str("workspace") == sandbox.WorkspaceName {
		return
	}
	if a.at("workspace") != nil || !slices.Contains(early, a.outcome()) {
		a.t.Errorf("%s: the workspace of a write is %q: %s", a.tool, a.str("workspace"), a.text)
	}
}

var quotation = regexp.MustCompile(`"(\\.|[^"\\])*"`)

// checkWords looks at the texts of a result: the message is there and reads as
// sentences, and nothing in any text is invisible or moves other text.
func (a answer) checkWords() {
	a.t.Helper()
	m := quotation.ReplaceAllString(a.message(), "Q")
	if m == "" || m != strings.TrimSpace(m) || strings.Contains(m, "  ") || !strings.HasSuffix(m, ".") || strings.Contains(m, "..") || strings.Contains(m, "%!") {
		a.t.Errorf("%s: the message does not read well: %q", a.tool, m)
	}
	eachText(a.structured, func(s string) {
		if i := strings.IndexFunc(s, forbidden); i >= 0 || !utf8.ValidString(s) {
			a.t.Errorf("%s: the text %q has a character that must not be shown", a.tool, s)
		}
	})
}

// hidden are the ranges of characters that no result may carry. They are written
// apart from the code that cleans.
var hidden = [][2]rune{
	{0x00, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c}, {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f},
	{0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164}, {0xe000, 0xf8ff}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0},
	{0xfff9, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
}

func forbidden(r rune) bool {
	for _, x := range hidden {
		if r >= x[0] && r <= x[1] {
			return true
		}
	}
	return false
}

func eachText(v any, f func(string)) {
	switch v := v.(type) {
	case string:
		f(v)
	case []any:
		for _, e := range v {
			eachText(e, f)
		}
	case map[string]any:
		for k, e := range v {
			f(k)
			eachText(e, f)
		}
	}
}

const hexes = `([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})`

var uuidForms = regexp.MustCompile(`^(?i:` + hexes + `|\{` + hexes + `\}|urn:uuid:` + hexes + `|` + strings.ReplaceAll(hexes, "-([", "([") + `)$`)

// canonical is the canonical form of a UUID in any of the forms that are taken;
// empty where text is none. It is written apart from the code under test.
func canonical(text string) string {
	var parts []string
	for i, p := range uuidForms.FindStringSubmatch(strings.TrimSpace(text)) {
		if i > 0 && p != "" {
			parts = append(parts, strings.ToLower(p))
		}
	}
	if id := strings.Join(parts, "-"); id != sandbox.ZeroID {
		return id
	}
	return ""
}

// checkSubject wants apiUserId in every result of a tool that takes one,
// canonical, and left out where what came was no UUID.
func (a answer) checkSubject(arguments any) {
	a.t.Helper()
	if raw, ok := arguments.(json.RawMessage); ok {
		_ = json.Unmarshal(raw, &arguments)
	}
	m, _ := arguments.(map[string]any)
	given, isText := m["apiUserId"].(string)
	if !isText || !slices.Contains([]string{"get_api_user", "update_api_user", "delete_api_user"}, a.tool) {
		return
	}
	if got := a.str("apiUserId"); got != canonical(given) {
		a.t.Errorf("%s: apiUserId is %q, want %q for %q: %s", a.tool, got, canonical(given), given, a.text)
	}
}

func (a answer) outcome() string { return a.str("outcome") }
func (a answer) message() string { return a.str("message") }

// at is the value at a path of the result; nil where there is none.
func (a answer) at(path ...any) any { return at(a.structured, path...) }

func at(v any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

func (a answer) str(path ...any) string {
	s, _ := a.at(path...).(string)
	return s
}

func (a answer) num(path ...any) int {
	a.t.Helper()
	n, ok := a.at(path...).(float64)
	if !ok {
		a.t.Fatalf("%s: no number at %v: %s", a.tool, path, a.text)
	}
	return int(n)
}

func (a answer) list(path ...any) []any {
	a.t.Helper()
	l, ok := a.at(path...).([]any)
	if !ok {
		a.t.Fatalf("%s: no list at %v: %s", a.tool, path, a.text)
	}
	return l
}

// want fails the test unless the call ended so, with all these words in its
// message.
func (a answer) want(outcome string, words ...string) answer {
	a.t.Helper()
	if a.outcome() != outcome {
		a.t.Errorf("%s: outcome is %s, want %s: %s", a.tool, a.outcome(), outcome, a.text)
	}
	for _, w := range words {
		if !strings.Contains(a.message(), w) {
			a.t.Errorf("%s: the message lacks %q: %s", a.tool, w, a.message())
		}
	}
	return a
}

// warns fails the test unless one warning has all these words.
func (a answer) warns(words ...string) answer {
	a.t.Helper()
	list, _ := a.at("warnings").([]any)
	if !slices.ContainsFunc(list, func(w any) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(w.(string), word) })
	}) {
		a.t.Errorf("%s: no warning has %q: %v", a.tool, words, list)
	}
	return a
}

// quiet fails the test where there are warnings.
func (a answer) quiet() answer {
	a.t.Helper()
	if w := a.at("warnings"); w != nil {
		a.t.Errorf("%s: warnings nobody asked for: %v", a.tool, w)
	}
	return a
}

// same fails the test unless the value at path is want, compared as JSON.
func (a answer) same(want any, path ...any) answer {
	a.t.Helper()
	if got := string(mustJSON(a.at(path...))); got != string(mustJSON(want)) {
		a.t.Errorf("%s: %v is\n%s, want\n%s", a.tool, path, got, mustJSON(want))
	}
	return a
}

// seen is the requests since the last look, as "METHOD path".
func (d *fixture) seen() []string {
	var out []string
	for _, r := range d.box.Requests() {
		out = append(out, r.Method+" "+r.Path)
	}
	d.box.ResetRequests()
	return out
}

// writes is the requests since the last look that are no reads.
func (d *fixture) writes() []string {
	return slices.DeleteFunc(d.seen(), func(s string) bool { return strings.HasPrefix(s, "GET ") })
}

// nothingWritten fails the test where the sandbox got anything but reads.
func (d *fixture) nothingWritten() {
	d.t.Helper()
	if w := d.writes(); len(w) > 0 {
		d.t.Errorf("requests that should not have been sent: %v", w)
	}
}

func (d *fixture) stands(id string) bool {
	_, there := d.box.APIUser(id)
	return there
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// addMany adds n API users with names that sort as they were added.
func (d *fixture) addMany(n int) []string {
	var ids []string
	for i := range n {
		u := d.box.AddAPIUser(sandbox.APIUser{Name: fmt.Sprintf("Mass %03d", i), RoleID: sandbox.IntegrationRoleID, ClientID: sandbox.ZapierClientID, CreatedBy: sandbox.JonasBrandtID,
			ID: uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, i)).String()})
		ids = append(ids, u.ID)
	}
	return ids
}

// ids is the ids of a list of records.
func ids(list []any) []string {
	var out []string
	for _, r := range list {
		out = append(out, fmt.Sprint(at(r, "id")))
	}
	return out
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// newTools makes tools whose client can send nothing.
func newTools(t testing.TB, p tools.Policy) (*tools.Tools, error) {
	t.Helper()
	token, err := awork.ParseToken(canary)
	if err != nil {
		t.Fatal(err)
	}
	client, err := awork.New(awork.Config{BaseURL: baseURL, Tokens: awork.StaticToken(token), Transport: refuseAll{}})
	if err != nil {
		t.Fatal(err)
	}
	return tools.New(tools.Options{Client: client, Policy: p})
}
