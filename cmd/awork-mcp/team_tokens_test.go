package main_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

const audience = "https://mcp.example.com"

// issuer is a small OpenID Connect issuer.
type issuer struct {
	s    *fixture
	url  string
	key  jose.JSONWebKey
	down atomic.Bool
}

func (s *fixture) issuer() *issuer {
	s.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	i := &issuer{s: s, key: jose.JSONWebKey{Key: private, KeyID: "key", Algorithm: string(jose.ES256), Use: "sig"}}
	srv := httptest.NewServer(i)
	i.url = srv.URL
	s.t.Cleanup(srv.Close)
	return i
}

// ServeHTTP implements [http.Handler].
func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case i.down.Load():
		http.Error(w, "down", http.StatusServiceUnavailable)
	case r.URL.Path == "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": i.url, "jwks_uri": i.url + "/keys", "id_token_signing_alg_values_supported": []string{"ES256"}})
	case r.URL.Path == "/keys":
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{i.key.Public()}})
	default:
		http.NotFound(w, r)
	}
}

func (i *issuer) flags(more ...string) []string {
	return append([]string{"--auth", "oidc", "--oidc-issuer", i.url, "--oidc-audience", audience}, more...)
}

// token signs good claims, changed by what is given; nil takes one away.
func (i *issuer) token(change map[string]any) string {
	i.s.t.Helper()
	claims := map[string]any{
		"iss": i.url, "aud": audience, "sub": "ann", "exp": time.Now().Add(time.Hour).Unix(), "jti": rand.Text(),
		"scope": "openid apiusers:read apiusers:write",
	}
	maps.Copy(claims, change)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(claims)
	if err != nil {
		i.s.t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: i.key}, nil)
	if err != nil {
		i.s.t.Fatal(err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		i.s.t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		i.s.t.Fatal(err)
	}
	i.s.secret(token)
	return token
}

// list asks for the tools, which costs awork nothing.
func (x *web) list(t *testing.T) (status int, text string, header http.Header) {
	t.Helper()
	return x.get(t, "POST", "/mcp", mcptest.Message(modern, 1, "tools/list", nil), "MCP-Protocol-Version", string(modern), "Mcp-Method", "tools/list")
}

func TestCallersOfAnIssuer(t *testing.T) {
	t.Parallel()
	for _, c := range connections() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			w := s.workspace(sandbox.Options{})
			i := s.issuer()
			x := s.web(i.flags("--confirm=never"), w.env(s, w.admin))
			writesRefused(t, c.open(x.with(i.token(map[string]any{"sub": "ben", "scope": "apiusers:read"}))), w)
			if by := x.calledBy(t, "get_api_user", "found"); by != "ben" {
				t.Errorf("ben's call is logged as that of %q", by)
			}
			if a := call(t, c.open(x.with(i.token(nil))), "delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}); a.Outcome != "deleted" {
				t.Errorf("ann: %s", a.text)
			}
			if by := x.calledBy(t, "delete_api_user", "deleted"); by != "ann" {
				t.Errorf("ann's call is logged as that of %q", by)
			}
			if got := w.tokens(); !slices.Equal(got, []string{"Bearer " + w.admin}) {
				t.Errorf("%d different tokens reached awork", len(got))
			}
		})
	}
}

func TestTokensOfAnIssuerRefused(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	i, other := s.issuer(), s.issuer()
	x := s.web(i.flags(), w.env(s, w.admin))
	metadata := "http://" + x.addr + "/.well-known/oauth-protected-resource/mcp"
	for name, c := range map[string]struct {
		token  string
		status int
		says   string
	}{
		"wrong audience": {i.token(map[string]any{"aud": "https://other.example.com"}), 401, "invalid_token"},
		"no audience":    {i.token(map[string]any{"aud": nil}), 401, "invalid_token"},
		"expired":        {i.token(map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}), 401, "expired"},
		"another issuer": {other.token(nil), 401, "invalid_token"},
		"another key":    {other.token(map[string]any{"iss": i.url}), 401, "invalid_token"},
		"no JWT":         {s.canary(), 401, "invalid_token"},
		"awork's token":  {w.admin, 401, "invalid_token"},
		"missing scope":  {i.token(map[string]any{"scope": "openid email"}), 403, "insufficient_scope"},
		"no scope":       {i.token(map[string]any{"scope": nil}), 403, "insufficient_scope"},
	} {
		status, text, header := x.with(c.token).list(t)
		challenge := header.Get("WWW-Authenticate")
		if status != c.status || !strings.HasPrefix(challenge, "Bearer ") || !strings.Contains(challenge, c.says) || !strings.Contains(challenge, `resource_metadata="`+metadata+`"`) {
			t.Errorf("%s: %d %q %s", name, status, challenge, text)
		}
	}
	if status, _, header := x.list(t); status != 401 || !strings.Contains(header.Get("WWW-Authenticate"), metadata) {
		t.Errorf("no token: %d %v", status, header)
	}
	// Where the challenge leads, one learns who hands out tokens.
	status, text, _ := x.get(t, "GET", "/.well-known/oauth-protected-resource/mcp", nil)
	var found struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
		Scopes   []string `json:"scopes_supported"`
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil || status != 200 || found.Resource != "http://"+x.addr+"/mcp" ||
		!slices.Equal(found.Servers, []string{i.url}) || !slices.Equal(found.Scopes, []string{"apiusers:read", "apiusers:write"}) {
		t.Errorf("metadata: %d %v %s", status, err, text)
	}
	if n := len(w.Requests()); n > 0 {
		t.Errorf("awork saw %d requests", n)
	}
	if status, text, _ := x.with(i.token(nil)).list(t); status != 200 {
		t.Errorf("a good token: %d %s", status, text)
	}
}

// An issuer that is away keeps the program neither from starting nor from
// serving once it is back.
func TestIssuerUnreachableAtStart(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	i := s.issuer()
	i.down.Store(true)
	x := s.web(i.flags(), w.env(s, w.admin))
	token := i.token(nil)
	for range 3 {
		if status, text, header := x.with(token).list(t); status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
			t.Errorf("while it is away: %d %s", status, text)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, text, _ := x.get(t, "GET", path, nil); status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	if status, text, _ := x.list(t); status != http.StatusUnauthorized {
		t.Errorf("without a token: %d %s", status, text)
	}
	i.down.Store(false)
	eventually(t, "a token is taken after the issuer came back", func() bool {
		status, _, _ := x.with(token).list(t)
		return status == http.StatusOK
	})

	// One that is not even listening.
	gone := s.issuer()
	srv := httptest.NewServer(http.NotFoundHandler())
	gone.url = srv.URL
	srv.Close()
	y := s.web(gone.flags(), w.env(s, w.admin))
	if status, text, _ := y.with(gone.token(nil)).list(t); status != http.StatusServiceUnavailable {
		t.Errorf("where nobody listens: %d %s", status, text)
	}
	if !y.p.alive() {
		t.Error("the program has ended")
	}
}

// witness notes which token came with which traceparent.
type witness struct {
	http.Handler

	mu   sync.Mutex
	came map[string]map[string]int // traceparent, Authorization
}

func (w *witness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	parent := r.Header.Get("Traceparent")
	if w.came[parent] == nil {
		w.came[parent] = map[string]int{}
	}
	w.came[parent][r.Header.Get("Authorization")]++
	w.mu.Unlock()
	w.Handler.ServeHTTP(rw, r)
}

// anyTraceparent makes one.
func anyTraceparent() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b)
	return fmt.Sprintf("00-%x-%x-01", b[:16], b[16:])
}

// Three awork tokens side by side on one server: whatever is called at the same
// time, each caller is itself, may what its token may, and sees what it may see.
func TestTokensOfCallersNeverCross(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}})
	nobody := s.canary()
	w.AddToken(nobody, sandbox.NobodyUserID)
	seen := &witness{Handler: w, came: map[string]map[string]int{}}
	srv := httptest.NewServer(seen)
	t.Cleanup(srv.Close)
	x := s.web([]string{"--credentials", "caller", "--confirm", "never"}, []string{"AWORK_BASE_URL=" + srv.URL + sandbox.BasePath})

	type caller struct{ token, id string }
	who := func(a answer) string {
		var got struct{ User struct{ ID string } }
		_ = json.Unmarshal([]byte(a.text), &got)
		return got.User.ID
	}
	sent := map[string]string{} // the token of each traceparent
	var all sync.WaitGroup
	for _, c := range []caller{{w.admin, sandbox.AdminUserID}, {w.reader, sandbox.ReaderUserID}, {nobody, sandbox.NobodyUserID}} {
		for _, kind := range connections() {
			h := kind.open(x.as("X-Awork-Token", c.token))
			for n := range 6 {
				var parents []string
				for range 5 {
					parents = append(parents, anyTraceparent())
					sent[parents[len(parents)-1]] = c.token
				}
				own := w.AddAPIUser(sandbox.APIUser{Name: fmt.Sprintf("Doomed %d", n), RoleID: sandbox.IntegrationRoleID})
				do := func(tool string, arguments map[string]any) (answer, bool) {
					params := mcptest.ToolCall(tool, arguments)
					params["_meta"] = map[string]any{"traceparent": parents[0]}
					parents = parents[1:]
					select {
					case r := <-begin(h, "tools/call", params):
						if r.Error == nil && r.Result != nil {
							return answered(t, r), true
						}
						t.Errorf("%s: no answer: %+v", tool, r.Error)
					case <-time.After(waitLimit):
						t.Errorf("%s: nothing came", tool)
					}
					return answer{}, false
				}
				all.Go(func() {
					if a, ok := do("check_access", nil); ok && (who(a) != c.id || a.CanWrite != (c.token == w.admin)) {
						t.Errorf("%s gets the answer %s", c.id, a.text)
					}
					found, done := "found", "permission_denied"
					if c.token == nobody {
						found = "permission_denied"
					}
					if c.token == w.admin {
						done = "deleted"
					}
					if a, ok := do("list_api_users", map[string]any{"text": "Zapier"}); ok && (a.Outcome != found || c.token == nobody && strings.Contains(a.text, "Zapier Sync")) {
						t.Errorf("%s lists: %s", c.id, a.text)
					}
					if a, ok := do("get_api_user", map[string]any{"apiUserId": sandbox.DatevExportID}); ok && (a.Outcome != found || c.token == nobody && strings.Contains(a.text, "DATEV")) {
						t.Errorf("%s reads: %s", c.id, a.text)
					}
					if a, ok := do("list_roles", nil); ok && (a.Outcome != found || c.token == nobody && strings.Contains(a.text, "Workspace Auditor")) {
						t.Errorf("%s lists roles: %s", c.id, a.text)
					}
					if a, ok := do("delete_api_user", map[string]any{"apiUserId": own.ID}); ok && (a.Outcome != done || w.has(own.ID) == (done == "deleted")) {
						t.Errorf("%s deletes: %s", c.id, a.text)
					}
				})
			}
		}
	}
	all.Wait()
	seen.mu.Lock()
	defer seen.mu.Unlock()
	reached := 0
	for parent, tokens := range seen.came {
		if len(tokens) != 1 || tokens["Bearer "+sent[parent]] == 0 {
			t.Errorf("the call %q reached awork with %d tokens, or another's", parent, len(tokens))
		}
		reached++
	}
	if reached < len(sent)/2 {
		t.Errorf("awork heard of %d calls out of %d", reached, len(sent))
	}
	for _, request := range w.Requests() {
		if request.Query != "" && strings.Contains(request.Query, "canary") {
			t.Errorf("a token in a query: %s", request.Path)
		}
	}
}

func TestCallersThatBringNoToken(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	// A variable of blanks is no server token.
	x := s.web([]string{"--credentials", "caller"}, []string{"AWORK_BASE_URL=" + w.url, "AWORK_TOKEN= "})
	for _, c := range connections() {
		h := c.open(x)
		if names := toolNames(t, h); len(names) != 10 {
			t.Errorf("%s: listed are %v", c.name, names)
		}
		for tool, arguments := range map[string]map[string]any{
			"check_access": nil, "list_api_users": nil, "audit_api_users": nil, "list_roles": nil, "list_client_applications": nil,
			"get_api_user":     {"apiUserId": sandbox.ZapierSyncID},
			"create_api_user":  {"name": "Robot", "roleId": "Integration"},
			"update_api_user":  {"apiUserId": sandbox.ZapierSyncID, "name": "Robot"},
			"delete_api_user":  {"apiUserId": sandbox.ZapierSyncID},
			"delete_api_users": {"apiUserIds": []string{sandbox.ZapierSyncID}},
		} {
			if a := call(t, h, tool, arguments); a.Outcome != "unauthenticated" || !strings.Contains(a.Message, "X-Awork-Token") {
				t.Errorf("%s, %s: %s", c.name, tool, a.text)
			}
		}
	}
	for _, path := range []string{"/mcp?X-Awork-Token=", "/mcp?token="} {
		params := mcptest.ToolCall("list_roles", nil)
		status, text, _ := x.get(t, "POST", path+w.admin, mcptest.Message(modern, 1, "tools/call", params), "MCP-Protocol-Version", string(modern), "Mcp-Method", "tools/call", "Mcp-Name", "list_roles")
		if status != 200 || !strings.Contains(text, `"unauthenticated"`) {
			t.Errorf("a token in the query: %d %s", status, text)
		}
	}
	if a := call(t, x.with(w.admin).streamable(modern), "list_roles", nil); a.Outcome != "unauthenticated" {
		t.Errorf("a token in another header: %s", a.text)
	}
	for name, header := range map[string][]string{
		"empty": {"X-Awork-Token", ""}, "blank": {"X-Awork-Token", "  "}, "two words": {"X-Awork-Token", w.admin + " " + w.reader},
		"a placeholder": {"X-Awork-Token", "${AWORK_TOKEN}"}, "no ASCII": {"X-Awork-Token", w.admin + "é"},
		"two": {"X-Awork-Token", w.admin, "X-Awork-Token", w.reader}, "twice": {"X-Awork-Token", w.admin, "X-Awork-Token", w.admin},
		"a scheme": {"X-Awork-Token", "Bearer " + w.admin}, "quotes": {"X-Awork-Token", `"` + w.admin + `"`},
		"of Windows": {"X-Awork-Token", "%AWORK_TOKEN%"}, "undefined": {"X-Awork-Token", "undefined"},
	} {
		y := x.as(header...)
		status, text, _ := y.list(t)
		if status != http.StatusBadRequest || !strings.Contains(text, "X-Awork-Token") || strings.Contains(text, w.admin) {
			t.Errorf("%s: %d %s", name, status, text)
		}
		what := map[string]string{"a placeholder": "placeholder", "of Windows": "%NAME%", "quotes": "in quotes", "twice": "once"}
		if !strings.Contains(text, what[name]) {
			t.Errorf("%s: no %q in %s", name, what[name], text)
		}
		res, err := y.do("GET", "/sse", nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close() // a stream would not end
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s, /sse: %d", name, res.StatusCode)
		}
	}
	if n := len(w.Requests()); n > 0 {
		t.Errorf("awork saw %d requests", n)
	}
	if a := call(t, x.as("X-Awork-Token", s.canary()).streamable(modern), "check_access", nil); a.Outcome != "unauthenticated" ||
		!strings.Contains(a.Message, "X-Awork-Token") || strings.Contains(a.Message, "AWORK_TOKEN") {
		t.Errorf("a token that awork does not know: %s", a.text)
	}
	if a := call(t, x.as("X-Awork-Token", w.admin).streamable(modern), "check_access", nil); a.Outcome != "found" {
		t.Errorf("a good one: %s", a.text)
	}
}

// A session that was opened with one awork token is unknown with another, or
// with none.
func TestSessionsOfAnotherToken(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	x := s.web([]string{"--credentials", "caller"}, []string{"AWORK_BASE_URL=" + w.url})
	session := x.as("X-Awork-Token", w.admin).streamable(legacy)
	stream := x.as("X-Awork-Token", w.admin).sse()
	body := mcptest.Message(legacy, 1, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
	for name, y := range map[string]*web{"another": x.as("X-Awork-Token", w.reader), "none": x} {
		for _, method := range []string{"POST", "DELETE"} {
			if status, text, _ := y.get(t, method, "/mcp", body, session.headers()...); status != http.StatusNotFound {
				t.Errorf("%s: %s: %d %s", name, method, status, text)
			}
		}
		if status, text, _ := y.get(t, "POST", stream.Endpoint, body); status != http.StatusNotFound {
			t.Errorf("%s: the stream: %d %s", name, status, text)
		}
	}
	if n := len(w.Requests()); n > 0 {
		t.Errorf("awork saw %d requests", n)
	}
	for _, h := range []host{session, stream} {
		if a := call(t, h, "check_access", nil); a.Outcome != "found" {
			t.Errorf("its own: %s", a.text)
		}
	}
}

// What a caller may do here and what its awork token may are both asked for.
func TestScopesBesideTokensOfCallers(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	callers := s.team()
	x := s.web(callers.flags("--credentials", "caller"), []string{"AWORK_BASE_URL=" + w.url})
	if status, text, _ := x.as("X-Awork-Token", w.admin).list(t); status != http.StatusUnauthorized {
		t.Errorf("awork's token alone: %d %s", status, text)
	}
	writesRefused(t, x.as(append(bearer(callers.bob), "X-Awork-Token", w.admin)...).streamable(modern), w)
	deletion := map[string]any{"apiUserId": sandbox.ZapierSyncID}
	if a := call(t, x.as(append(bearer(callers.alice), "X-Awork-Token", w.reader)...).streamable(modern), "delete_api_user", deletion); a.Outcome != "permission_denied" {
		t.Errorf("the reader's token: %s", a.text)
	}
	if a := call(t, x.with(callers.alice).streamable(modern), "delete_api_user", deletion); a.Outcome != "unauthenticated" {
		t.Errorf("without awork's token: %s", a.text)
	}
	if a := call(t, x.as(append(bearer(callers.alice), "X-Awork-Token", w.admin)...).streamable(modern), "delete_api_user", deletion); a.Outcome != "deleted" {
		t.Errorf("with both: %s", a.text)
	}
}
