package main_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// workspace is a sandbox on a socket of its own, which knows canaries as tokens.
type workspace struct {
	*sandbox.Sandbox
	t             *testing.T
	url           string
	admin, reader string
	ahead         *atomic.Int64 // nanoseconds, of its clock

	mu       sync.Mutex
	holds    []*hold
	accepted []string // the tokens that came
}

func (s *fixture) workspace(o sandbox.Options) *workspace {
	s.t.Helper()
	ahead := new(atomic.Int64)
	o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	w := &workspace{Sandbox: sandbox.New(o), ahead: ahead, t: s.t, admin: s.canary(), reader: s.canary()}
	w.AddToken(w.admin, sandbox.AdminUserID)
	w.AddToken(w.reader, sandbox.ReaderUserID)
	srv := httptest.NewServer(w)
	w.url = srv.URL + sandbox.BasePath
	s.t.Cleanup(func() {
		w.releaseAll()
		srv.Close()
	})
	return w
}

// env is the environment that leads the program to the workspace, with the
// token in a file.
func (w *workspace) env(s *fixture, token string) []string {
	name := "token of the admin"
	if token != w.admin {
		name = "token of another"
	}
	return []string{"AWORK_BASE_URL=" + w.url, "AWORK_TOKEN_FILE=" + s.file(name, token+"\n")}
}

// hold keeps requests waiting.
type hold struct {
	fits    func(*http.Request) bool
	arrived chan struct{}
	givenUp chan struct{}
	open    chan struct{}
	once    sync.Once
}

func (h *hold) release() { h.once.Do(func() { close(h.open) }) }

// hold keeps the requests of this method to this path, * for any, until it is
// released.
func (w *workspace) hold(method, path string) *hold {
	h := &hold{arrived: make(chan struct{}, 1000), givenUp: make(chan struct{}, 1000), open: make(chan struct{})}
	h.fits = func(r *http.Request) bool {
		return r.Method == method && (path == "*" || r.URL.Path == sandbox.BasePath+path)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holds = append(w.holds, h)
	return h
}

func (w *workspace) releaseAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range w.holds {
		h.release()
	}
}

// ServeHTTP implements [http.Handler].
func (w *workspace) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.accepted = append(w.accepted, r.Header.Get("Authorization"))
	holds := slices.Clone(w.holds)
	w.mu.Unlock()
	for _, h := range holds {
		if h.fits(r) {
			h.arrived <- struct{}{}
			select {
			case <-h.open:
			case <-r.Context().Done():
				h.givenUp <- struct{}{}
			}
		}
	}
	w.Sandbox.ServeHTTP(rw, r)
}

// tokens gives the Authorization headers that came, without repetitions.
func (w *workspace) tokens() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, a := range w.accepted {
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all
}

func (w *workspace) has(id string) bool {
	_, ok := w.APIUser(id)
	return ok
}
