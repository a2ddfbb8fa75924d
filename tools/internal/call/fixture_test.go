package call

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/internal/confirm"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// fixture is a server over a sandbox, with an account of its admin.
type fixture struct {
	t       *testing.T
	box     *sandbox.Sandbox
	server  *Server
	account *Account
	path    string // of the journal
	log     *bytes.Buffer
}

// open makes a fixture that asks for a code before a write. around, where not nil,
// carries the requests.
func open(t *testing.T, s policy.Settings, around func(http.RoundTripper) http.RoundTripper) *fixture {
	t.Helper()
	f := &fixture{t: t, box: sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}}),
		path: filepath.Join(t.TempDir(), "journal.jsonl"), log: &bytes.Buffer{}}
	log := slog.New(slog.NewJSONHandler(f.log, nil))
	asking, err := confirm.New(confirm.Options{Mode: confirm.Strict, Log: log})
	f.must(err)
	allowed, err := policy.Parse(s)
	f.must(err)
	j, _, err := journal.Open(f.path)
	f.must(err)
	t.Cleanup(func() { _ = j.Close() })
	f.server = &Server{Policy: allowed, Confirm: asking, Journal: j, Log: log, Deadline: time.Minute}
	wire := f.box.RoundTripper()
	if around != nil {
		wire = around(wire)
	}
	f.account = f.accountOf(awork.StaticToken(f.token()), wire)
	return f
}

func (f *fixture) token() awork.Token {
	token, err := awork.ParseToken(sandbox.AdminToken)
	f.must(err)
	return token
}

func (f *fixture) accountOf(tokens awork.TokenSource, wire http.RoundTripper) *Account {
	client, err := awork.New(awork.Config{BaseURL: "https://sandbox.invalid/api/v1", Tokens: tokens, Transport: wire})
	f.must(err)
	return NewAccount(client)
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// call makes a call of a tool that writes; code answers an earlier question.
func (f *fixture) call(ctx context.Context, tool, code string) *Call {
	return f.server.New(ctx, f.account, Tool{Name: tool, Title: "Title of " + tool, Writes: true},
		Request{Answer: confirm.Answer{Code: code}})
}

// users reads API users as awork has them now.
func (f *fixture) users(ids ...string) []awork.APIUser {
	f.t.Helper()
	var users []awork.APIUser
	for _, id := range ids {
		u, err := f.account.client.GetAPIUser(f.t.Context(), uuid.MustParse(id))
		f.must(err)
		users = append(users, *u)
	}
	return users
}

// change is a change of API users that a human is asked about.
func (f *fixture) change(kind policy.Kind, ids ...string) Change {
	f.t.Helper()
	users := f.users(ids...)
	return Change{Kind: kind, Action: "change it", Unchanged: "It was not changed.", Targets: users,
		Names:    f.account.directory.Names(f.t.Context(), users...),
		Question: func(context.Context, []awork.APIUser) string { return "Really?" }}
}

// code returns the code that a refusal gives.
func code(err error) string {
	var refusal *result.RefusalError
	if !errors.As(err, &refusal) {
		return ""
	}
	return refusal.ConfirmationCode
}

// counter counts the requests that are in flight, each of which takes a moment.
type counter struct {
	http.RoundTripper
	mu        sync.Mutex
	now, most int
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.add(1)
	defer c.add(-1)
	time.Sleep(time.Millisecond)
	return c.RoundTripper.RoundTrip(r)
}

func (c *counter) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += n
	c.most = max(c.most, c.now)
}

// withoutHeaders leaves out what awork's headers would teach of its limits.
type withoutHeaders struct{ http.RoundTripper }

func (w withoutHeaders) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.RoundTripper.RoundTrip(r)
	if err == nil {
		for name := range resp.Header {
			if strings.Contains(strings.ToLower(name), "ratelimit") {
				resp.Header.Del(name)
			}
		}
	}
	return resp, err
}
