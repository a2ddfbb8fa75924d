package signin_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork"
)

// fakeAwork is awork's authorization server, strict: a code and a refresh token
// are taken once, for their client; the reuse of one is counted.
type fakeAwork struct {
	t    *testing.T
	base string
	*httptest.Server

	mu        sync.Mutex
	clients   map[string]string // redirect address
	codes     map[string]grant
	refreshes map[string]grant
	owners    map[string]string // workspace of an access token
	issued    []string
	last      string
	counts    map[string]int
	revoked   []string

	// What it does, under mu.
	expiresIn int
	// workspace is the one that the person chooses.
	workspace string
	// consent is the error that a person's answer leads to; "" for a yes.
	consent string
	// on is called instead of an endpoint where it is set.
	on map[string]http.HandlerFunc
	// after is called before the answer of the token endpoint is sent.
	after func()
	// lose closes the connection instead of answering with tokens.
	lose bool
	// noRefresh gives no refresh tokens.
	noRefresh bool
	// refuses is whether a redirect address is not registered.
	refuses func(redirect string) bool
	// errorPage is whether the page to sign in at shows an error instead, for good.
	errorPage func(redirect string) bool
}

type grant struct{ client, redirect, challenge, workspace string }

// The workspaces that a person may choose.
const (
	alphaID = "11111111-1111-4111-8111-111111111111"
	betaID  = "22222222-2222-4222-8222-222222222222"
	// twinID has the name of the first.
	twinID = "33333333-3333-4333-8333-333333333333"
)

func workspaceName(id string) string {
	if id == betaID {
		return "Beta"
	}
	return "Alpha"
}

func newFakeAwork(t *testing.T) *fakeAwork {
	a := &fakeAwork{t: t, clients: map[string]string{}, codes: map[string]grant{}, refreshes: map[string]grant{},
		owners: map[string]string{}, counts: map[string]int{}, expiresIn: 86400, workspace: alphaID}
	mux := http.NewServeMux()
	for name, endpoint := range map[string]struct {
		pattern string
		serve   http.HandlerFunc
	}{
		"register":  {"POST /api/v1/clientapplications/register", a.register},
		"authorize": {"GET /api/v1/accounts/authorize", a.authorize},
		"token":     {"POST /api/v1/accounts/token", a.token},
		"me":        {"GET /api/v1/me", a.me},
		"revoke":    {"DELETE /api/v1/accounts/me/authorizedclients/{id}", a.revoke},
	} {
		mux.HandleFunc(endpoint.pattern, func(w http.ResponseWriter, r *http.Request) {
			a.mu.Lock()
			a.counts[name]++
			instead := a.on[name]
			a.mu.Unlock()
			if name != "authorize" && r.UserAgent() != "awork-mcp/1.2.3" {
				t.Errorf("%s: User-Agent %q", name, r.UserAgent())
			}
			if instead != nil {
				instead(w, r)
				return
			}
			endpoint.serve(w, r)
		})
	}
	a.Server = httptest.NewServer(mux)
	a.base = a.URL + "/api/v1"
	t.Cleanup(a.Close)
	return a
}

// set changes what it does.
func (a *fakeAwork) set(change func(*fakeAwork)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(a)
}

func (a *fakeAwork) count(name string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.counts[name]
}

func (a *fakeAwork) secrets() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.issued)
}

// access is the access token that was given last.
func (a *fakeAwork) access() awork.Token {
	a.mu.Lock()
	defer a.mu.Unlock()
	t, err := awork.ParseToken(a.last)
	if err != nil {
		a.t.Error(err)
	}
	return t
}

func (a *fakeAwork) canary(kind string) string {
	c := kind + "-" + rand.Text()
	a.issued = append(a.issued, c)
	return c
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (a *fakeAwork) register(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		RedirectURIs []string `json:"redirect_uris"`
		GrantTypes   []string `json:"grant_types"`
		Method       string   `json:"token_endpoint_auth_method"`
		Scope        string   `json:"scope"`
		Type         string   `json:"application_type"`
	}
	err := json.NewDecoder(r.Body).Decode(&asked)
	if err != nil || len(asked.RedirectURIs) != 1 || len(asked.GrantTypes) != 2 || asked.Method != "none" ||
		asked.Scope != "full_access offline_access" || asked.Type != "native" {
		a.t.Errorf("registration: %+v %v", asked, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.refuses != nil && a.refuses(asked.RedirectURIs[0]) {
		answer(w, 400, map[string]any{"code": "invalid_redirect_uri", "description": "no"})
		return
	}
	id := "dcr_" + rand.Text()
	a.clients[id] = asked.RedirectURIs[0]
	answer(w, 201, map[string]any{"client_id": id, "client_secret_expires_at": 0})
}

func (a *fakeAwork) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	a.mu.Lock()
	defer a.mu.Unlock()
	back := q.Get("redirect_uri")
	if registered, ok := a.clients[q.Get("client_id")]; ok && registered != back || q.Get("response_type") != "code" ||
		q.Get("code_challenge_method") != "S256" || q.Get("scope") != "full_access offline_access" ||
		q.Get("grant_type") != "authorization_code" || len(q.Get("state")) < 22 {
		a.t.Errorf("authorize: %v", q)
	}
	if a.errorPage != nil && a.errorPage(back) {
		answer(w, 400, map[string]any{"code": "invalid_request", "description": "the redirect address"})
		return
	}
	to := url.Values{"state": {q.Get("state")}}
	switch _, known := a.clients[q.Get("client_id")]; {
	case !known:
		to.Set("error", "unauthorized_client")
	case a.consent != "":
		to.Set("error", a.consent)
		to.Set("error_description", "<script>alert(1)</script>")
	default:
		code := a.canary("code")
		a.codes[code] = grant{q.Get("client_id"), back, q.Get("code_challenge"), a.workspace}
		to.Set("code", code)
	}
	http.Redirect(w, r, back+"?"+to.Encode(), http.StatusFound)
}

func (a *fakeAwork) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.URL.RawQuery != "" {
		a.t.Errorf("token: %v, query %q", err, r.URL.RawQuery)
	}
	client := r.PostForm.Get("client_id")
	a.mu.Lock()
	refuse := func(code string) {
		answer(w, 400, map[string]any{"error": code, "error_description": r.PostForm.Encode()})
	}
	var ok bool
	var granted grant
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		code := r.PostForm.Get("code")
		g, known := a.codes[code]
		delete(a.codes, code)
		verifier := r.PostForm.Get("code_verifier")
		a.issued = append(a.issued, verifier)
		sum := sha256.Sum256([]byte(verifier))
		granted = g
		ok = known && g == grant{client, r.PostForm.Get("redirect_uri"), base64.RawURLEncoding.EncodeToString(sum[:]),
			g.workspace}
	case "refresh_token":
		a.counts["refresh"]++
		refresh := r.PostForm.Get("refresh_token")
		of, known := a.refreshes[refresh]
		delete(a.refreshes, refresh)
		granted = of
		ok = known && of.client == client
	}
	if _, known := a.clients[client]; !known {
		a.mu.Unlock()
		refuse("invalid_client")
		return
	}
	if !ok {
		a.mu.Unlock()
		refuse("invalid_grant")
		return
	}
	body := map[string]any{"access_token": a.canary("access"), "token_type": "Bearer", "resource": "awork.com",
		"expires_in": a.expiresIn}
	if !a.noRefresh {
		body["refresh_token"] = a.canary("refresh")
		a.refreshes[body["refresh_token"].(string)] = granted
	}
	a.last = body["access_token"].(string)
	a.owners[a.last] = granted.workspace
	after, lose := a.after, a.lose
	a.mu.Unlock()
	if after != nil {
		after()
	}
	if lose {
		panic(http.ErrAbortHandler)
	}
	answer(w, 200, body)
}

func (a *fakeAwork) me(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	workspace, ok := a.owners[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if !ok {
		answer(w, 401, map[string]any{"message": "Unauthorized"})
		return
	}
	answer(w, 200, map[string]any{"id": "99999999-9999-4999-8999-999999999999", "firstName": "Ada", "lastName": "Admin",
		"workspace": map[string]any{"id": workspace, "name": workspaceName(workspace)}})
}

// revoke takes back what the account has granted to a client, in all workspaces.
func (a *fakeAwork) revoke(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.owners[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")] == "" {
		answer(w, 401, map[string]any{"code": "unauthorized"})
		return
	}
	id := r.PathValue("id")
	a.revoked = append(a.revoked, id)
	maps.DeleteFunc(a.refreshes, func(_ string, g grant) bool { return g.client == id })
	answer(w, 200, map[string]any{"revokedClientCount": 1, "revokedRefreshTokenCount": 1})
}
