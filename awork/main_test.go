package awork

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testBaseURL = "https://awork.test/api/v1"

var (
	zapierID  = uuid.MustParse(sandbox.ZapierSyncID)
	unknownID = uuid.MustParse("11111111-2222-4333-8444-555555555555")
)

// clientWith makes a client with token whose requests transport carries.
func clientWith(t testing.TB, transport http.RoundTripper, token string) *Client {
	t.Helper()
	return clientAt(t, testBaseURL, transport, token)
}

func clientAt(t testing.TB, baseURL string, transport http.RoundTripper, token string) *Client {
	t.Helper()
	parsed, err := ParseToken(token)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{BaseURL: baseURL, Tokens: StaticToken(parsed), Version: "test", Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// workspace is a sandbox that never limits, with these faults, and a client of
// its admin.
func workspace(t testing.TB, faults ...sandbox.Fault) (*sandbox.Sandbox, *Client) {
	t.Helper()
	backend := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}, Faults: faults})
	return backend, clientWith(t, backend.RoundTripper(), sandbox.AdminToken)
}

// sent counts the requests that the sandbox saw with this method.
func sent(backend *sandbox.Sandbox, method string) int {
	n := 0
	for _, r := range backend.Requests() {
		if r.Method == method {
			n++
		}
	}
	return n
}

func exists(backend *sandbox.Sandbox, id uuid.UUID) bool {
	_, there := backend.APIUser(id.String())
	return there
}

// reply is one scripted answer; with err, none.
type reply struct {
	status int
	header map[string]string
	body   string
	err    error
	before func(*http.Request) // runs before the answer
}

const (
	goodMe     = `{"id":"5fa814ac-1ffe-457a-b35b-46e68230b1f4","firstName":"Sandbox","lastName":"Admin","workspace":{"name":"Studio"}}`
	deniedBody = `{"code":"unauthorized","description":"No.","link":"l"}`
	gatewayBad = `{"message":{"description":"Bad token; invalid JSON","code":"unauthorized"}}`
	notFound   = `{"code":"not-found","description":"The requested resource could not be located.","link":"l"}`
)

func asJSON(status int, body string) reply {
	return reply{status: status, body: body, header: map[string]string{"Content-Type": "application/json; charset=utf-8"}}
}

func asHTML(status int, body string) reply {
	return reply{status: status, body: body, header: map[string]string{"Content-Type": "text/html"}}
}

func recordReply(id uuid.UUID) reply { return asJSON(200, `{"id":"`+id.String()+`","name":"Zapier"}`) }

// script answers the requests of each "METHOD /path" in turn, the last one for
// ever, and remembers what was asked.
type script struct {
	mu      sync.Mutex
	replies map[string][]reply
	asked   []string
	tokens  []string
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	key := req.Method + " " + strings.TrimPrefix(req.URL.Path, "/api/v1")
	s.asked = append(s.asked, key)
	s.tokens = append(s.tokens, req.Header.Get("Authorization"))
	queue := s.replies[key]
	if len(queue) == 0 {
		s.mu.Unlock()
		panic("nothing scripted for " + key)
	}
	next := queue[0]
	if len(queue) > 1 {
		s.replies[key] = queue[1:]
	}
	s.mu.Unlock()
	if next.before != nil {
		next.before(req)
	}
	if err := req.Context().Err(); err != nil {
		return nil, context.Cause(req.Context())
	}
	if next.err != nil {
		return nil, next.err
	}
	return next.response(req), nil
}

// response is the answer as it comes from a transport.
func (r reply) response(req *http.Request) *http.Response {
	h := http.Header{}
	for name, value := range r.header {
		h.Set(name, value)
	}
	return &http.Response{StatusCode: r.status, Header: h, Body: io.NopCloser(strings.NewReader(r.body)), Request: req}
}

func (s *script) count(key string) int {
	n := 0
	for _, k := range s.asked {
		if k == key {
			n++
		}
	}
	return n
}

// errOf returns the error of a call whose other result does not matter.
func errOf[T any](_ T, err error) error { return err }
