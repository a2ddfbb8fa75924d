package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// authorization is awork's side of the sign-in, before one or several workspaces.
type authorization struct {
	s   *fixture
	url string

	mu sync.Mutex
	// w is the workspace that the person chooses.
	w       *space
	tokens  map[string]*space // access and refresh tokens that are good
	clients map[string]string // redirect addresses

	registered, refreshed int
	revocations           int
	// noRefresh gives no refresh tokens.
	noRefresh bool
}

// space is a workspace as a token sees it.
type space struct {
	*workspace
	// id and name, where set, are the workspace's instead of the sandbox's.
	id, name string
	// asked counts the requests with its tokens that are not GET /me.
	asked int
}

func (s *fixture) authorization(w *workspace) *authorization {
	s.t.Helper()
	a := &authorization{s: s, w: &space{workspace: w}, tokens: map[string]*space{}, clients: map[string]string{}}
	srv := httptest.NewServer(a)
	s.t.Cleanup(srv.Close)
	a.url = srv.URL + sandbox.BasePath
	return a
}

// The workspaces of an agency.
const (
	alphaID = "11111111-1111-4111-8111-111111111111"
	betaID  = "22222222-2222-4222-8222-222222222222"
)

// agency is an awork with two workspaces.
func (s *fixture) agency() (a *authorization, alpha, beta *space) {
	s.t.Helper()
	a = s.authorization(nil)
	alpha = a.space(alphaID, "Alpha")
	beta = a.space(betaID, "Beta")
	return a, alpha, beta
}

func (a *authorization) space(id, name string) *space {
	sp := &space{workspace: a.s.workspace(sandbox.Options{}), id: id, name: name}
	a.tokens[sp.admin] = sp
	return sp
}

// choose has the person choose a workspace from now on.
func (a *authorization) choose(sp *space) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.w = sp
}

// requests returns how many requests a workspace had that are not GET /me.
func (a *authorization) requests(sp *space) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return sp.asked
}

// env is the environment that leads the program to awork.
func (a *authorization) env(more ...string) []string {
	return append([]string{"AWORK_BASE_URL=" + a.url}, more...)
}

// ServeHTTP implements [http.Handler].
func (a *authorization) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch path := strings.TrimPrefix(r.URL.Path, sandbox.BasePath); {
	case path == "/clientapplications/register":
		var asked struct {
			RedirectURIs []string `json:"redirect_uris"`
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || len(asked.RedirectURIs) != 1 {
			a.s.t.Errorf("registration: %+v %v", asked, err)
			return
		}
		a.registered++
		id := fmt.Sprintf("dcr_%d", a.registered)
		a.clients[id] = asked.RedirectURIs[0]
		a.answer(rw, http.StatusCreated, map[string]any{"client_id": id})
	case path == "/accounts/authorize":
		q := url.Values{"code": {a.s.canary()}, "state": {r.URL.Query().Get("state")}}
		http.Redirect(rw, r, a.clients[r.URL.Query().Get("client_id")]+"?"+q.Encode(), http.StatusFound)
	case path == "/accounts/token":
		a.grant(rw, r)
	case strings.HasPrefix(path, "/accounts/me/authorizedclients/dcr_"):
		a.revocations++
		rw.WriteHeader(http.StatusNoContent)
	default:
		a.forward(rw, r, path)
	}
}

// grant gives tokens for a code or a refresh token.
func (a *authorization) grant(rw http.ResponseWriter, r *http.Request) {
	sp := a.w
	if r.FormValue("grant_type") == "refresh_token" {
		a.refreshed++
		refresh := r.FormValue("refresh_token")
		if sp = a.tokens[refresh]; sp == nil {
			a.answer(rw, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
			return
		}
		delete(a.tokens, refresh)
	}
	access, refresh := a.s.canary(), a.s.canary()
	sp.AddToken(access, sandbox.AdminUserID)
	a.tokens[access] = sp
	body := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 86400}
	if !a.noRefresh {
		a.tokens[refresh] = sp
		body["refresh_token"] = refresh
	}
	a.answer(rw, http.StatusOK, body)
}

// forward asks the workspace of the token.
func (a *authorization) forward(rw http.ResponseWriter, r *http.Request, path string) {
	sp := a.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if sp == nil {
		sp = a.w
	}
	if path != "/me" {
		sp.asked++
		sp.ServeHTTP(rw, r)
		return
	}
	if sp.id == "" {
		sp.ServeHTTP(rw, r)
		return
	}
	answer := httptest.NewRecorder()
	sp.ServeHTTP(answer, r)
	var me map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &me); err != nil {
		a.s.t.Error(err)
	}
	if answer.Code == http.StatusOK {
		me["workspace"] = map[string]any{"id": sp.id, "name": sp.name}
	}
	a.answer(rw, answer.Code, me)
}

func (a *authorization) answer(rw http.ResponseWriter, status int, body any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	if err := json.NewEncoder(rw).Encode(body); err != nil {
		a.s.t.Error(err)
	}
}

// startLogin starts a sign-in, and returns the address to sign in at.
func (a *authorization) startLogin() (p *process, address string) {
	a.s.t.Helper()
	p = a.s.start([]string{"login", "--no-browser", "--no-keyring"}, []string{"AWORK_BASE_URL=" + a.url})
	address = p.stderr.find(a.s.t, "the address to sign in at", func(line string) (string, bool) {
		line = strings.TrimSpace(line)
		return line, strings.HasPrefix(line, a.url+"/accounts/authorize?")
	})
	return p, address
}

// login signs in with a browser of the test's, and returns what the program prints.
func (a *authorization) login() (stdout string) {
	a.s.t.Helper()
	p, address := a.startLogin()
	response, err := http.Get(address)
	if err != nil {
		a.s.t.Fatal("the browser got no page")
	}
	_ = response.Body.Close()
	if status := p.wait(); status != 0 || response.StatusCode != http.StatusOK {
		a.s.t.Fatalf("exit status %d, page %d: %s", status, response.StatusCode, p.stderr.text())
	}
	return p.stdout.text()
}
