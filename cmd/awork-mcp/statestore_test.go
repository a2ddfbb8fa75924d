package main_test

import (
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/statestore/storetest"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// replicas start n servers that share a state key and what args say.
func (s *fixture) replicas(n int, w *workspace, args ...string) []*web {
	key := base64.StdEncoding.EncodeToString(slices.Repeat([]byte{7}, 32))
	s.secret(key)
	var all []*web
	for range n {
		all = append(all, s.web(append([]string{"--stateless", "--confirm", "human"}, args...),
			append(w.env(s, w.admin), "AWORK_MCP_STATE_KEY="+key)))
	}
	return all
}

// secretFolder is where --deliver file may put secrets.
func (s *fixture) secretFolder() string {
	s.t.Helper()
	dir := filepath.Join(s.home, "secrets")
	if err := os.Mkdir(dir, 0o700); err != nil {
		s.t.Fatal(err)
	}
	return dir
}

// One yes makes one thing, however many replicas it is sent to at once, and after a
// restart too.
func TestOneYesMakesOneThing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tool      string
		arguments map[string]any
		outcome   string
	}{
		{"create_api_user", map[string]any{"name": "Second Admin", "admin": true}, "created"},
		{"issue_api_key", map[string]any{"apiUserId": sandbox.ZapierSyncID}, "created"},
	} {
		t.Run(c.tool, func(t *testing.T) {
			t.Parallel()
			store := storetest.Start(t)
			s := newFixture(t)
			s.secret(store.Password)
			w := s.workspace(sandbox.Options{})
			args := []string{"--state-store", store.URL("redis"), "--tools", "default,credentials", "--deliver", "file",
				"--deliver-dir", s.secretFolder()}
			all := s.replicas(3, w, args...)
			params := all[0].yes(t, c.tool, c.arguments)
			var mu sync.Mutex
			outcomes := map[string]int{}
			var answers sync.WaitGroup
			for i := range 40 {
				answers.Go(func() {
					a := all[i%len(all)].answer(t, params)
					mu.Lock()
					defer mu.Unlock()
					outcomes[a.Outcome]++
				})
			}
			answers.Wait()
			if outcomes[c.outcome] != 1 || outcomes["confirmation_required"]+outcomes["rate_limited"] != 39 {
				t.Errorf("%v", outcomes)
			}
			if a := s.replicas(1, w, args...)[0].answer(t, params); a.Outcome != "confirmation_required" {
				t.Errorf("after a restart: %s", a.text)
			}
		})
	}
}

// Without the store, what needs it is refused and nothing is sent; the program goes
// on, and so does everything else.
func TestStateStoreIsAway(t *testing.T) {
	t.Parallel()
	store := storetest.Start(t)
	s := newFixture(t)
	s.secret(store.Password)
	w := s.workspace(sandbox.Options{})
	store.Stop()
	x := s.replicas(1, w, "--state-store", store.URL("valkey"))[0]
	x.p.stderr.awaitText(t, "refused until it answers")
	blocked := func(when string, params map[string]any) {
		if a := x.answer(t, params); a.Outcome != "blocked" || !strings.Contains(a.Message, "--state-store") || len(w.writes()) > 0 {
			t.Errorf("%s: %s", when, a.text)
		}
	}
	params := mcptest.ToolCall("create_api_user", map[string]any{"name": "Second Admin", "admin": true})
	params["_meta"] = map[string]any{"io.modelcontextprotocol/clientCapabilities": mcptest.Forms()}
	blocked("nobody is asked while it is away", params)
	if a := call(t, x.streamable(modern), "list_roles", nil); a.Outcome != "found" {
		t.Errorf("a read: %s", a.text)
	}
	store.Start()
	params = x.yes(t, "create_api_user", map[string]any{"name": "Second Admin", "admin": true})
	store.Stop()
	blocked("it is away when the answer comes", params)
	store.Start()
	params = x.yes(t, "create_api_user", map[string]any{"name": "Second Admin", "admin": true})
	if a := x.answer(t, params); a.Outcome != "created" {
		t.Errorf("it is back: %s", a.text)
	}
	if status, _, _ := x.get(t, http.MethodGet, "/healthz", nil); status != http.StatusOK {
		t.Errorf("health: %d", status)
	}
}

func TestStateStoreSettings(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	secret := s.canary()
	for _, url := range []string{"http://u:" + secret + "@h", "redis://", "redis://u:" + secret + "@h:x"} {
		_, stderr, status := s.run([]string{"http", "--sandbox", "--state-store", url}, nil)
		if status != 2 || !strings.Contains(stderr, "--state-store: set redis://") {
			t.Errorf("%s: %d %s", url, status, stderr)
		}
	}
	dir := s.secretFolder()
	credentials := []string{"http", "--sandbox", "--stateless", "--tools", "credentials", "--deliver", "file", "--deliver-dir", dir}
	_, stderr, status := s.run(credentials, nil)
	if status != 2 || !strings.Contains(stderr, "--state-store") || !strings.Contains(stderr, "issue_api_key") {
		t.Errorf("secrets at replicas without a store: %d %s", status, stderr)
	}
	s.web([]string{"--sandbox", "--stateless", "--confirm=never", "--tools", "credentials", "--deliver", "file", "--deliver-dir", dir}, nil)
}
