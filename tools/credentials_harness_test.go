package tools_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// keyFixture is a server with the family credentials over a sandbox, and everything
// that was written there: at its end no secret that was made may be in it.
type keyFixture struct {
	t              *testing.T
	box            *sandbox.Sandbox
	srv            *server.MCPServer
	secretRecorder *secretRecorder
	safe           *fakeDelivery
	// form is whether the client shows questions; the last one is in question,
	// answered with yes.
	form, yes bool
	question  string
	// meanwhile runs between a question and its answer.
	meanwhile func()
	// unmake makes the journal unwritable; journal is what it holds.
	unmake  func()
	journal func() string

	output transcript
}

// newKeyFixture makes one; change may change its options.
func newKeyFixture(t *testing.T, change func(*tools.Options)) *keyFixture {
	t.Helper()
	box := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}})
	r := &keyFixture{t: t, box: box, secretRecorder: &secretRecorder{inner: box.RoundTripper()}, safe: &fakeDelivery{}, yes: true}
	token, err := awork.ParseToken(sandbox.AdminToken)
	if err != nil {
		t.Fatal(err)
	}
	client, err := awork.New(awork.Config{BaseURL: "https://keys.invalid/api/v1", Tokens: awork.StaticToken(token), Transport: r.secretRecorder})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "journal")
	writes, _, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	r.unmake = func() {
		if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	o := tools.Options{Client: client, Policy: tools.Policy{Tools: []string{"default", "credentials"}}, Delivery: r.safe, Journal: writes,
		Log: slog.New(slog.NewJSONHandler(&r.output, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if change != nil {
		change(&o)
	}
	all, err := tools.New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.srv = all.Server("test")
	r.journal = func() string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	t.Cleanup(func() {
		if b, err := os.ReadFile(path); err == nil {
			_, _ = r.output.Write(b)
		}
		r.secretRecorder.search(t, r.output.String())
	})
	return r
}

// transcript is a buffer for concurrent writers.
type transcript struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *transcript) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(b)
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// secretRecorder carries requests to the sandbox and remembers each secret in an answer.
type secretRecorder struct {
	inner   http.RoundTripper
	mu      sync.Mutex
	secrets []string
	twist   func(*http.Request, []byte) []byte // changes what is answered
}

var secretInJSON = regexp.MustCompile(`"(?:access_token|clientSecret)":\s*"([^"]+)`)

func (m *secretRecorder) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := m.inner.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	body, readErr := io.ReadAll(resp.Body)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.twist != nil {
		body = m.twist(req, body)
		resp.ContentLength = int64(len(body))
	}
	for _, found := range secretInJSON.FindAllSubmatch(bytes.TrimSpace(body), -1) {
		m.secrets = append(m.secrets, string(found[1]))
	}
	var rest io.Reader = bytes.NewReader(body)
	if readErr != nil {
		rest = io.MultiReader(rest, brokenBody{readErr})
	}
	resp.Body = io.NopCloser(rest)
	return resp, nil
}

type brokenBody struct{ err error }

func (b brokenBody) Read([]byte) (int, error) { return 0, b.err }

// search looks for the secrets, and the ends of them, which begin alike.
func (m *secretRecorder) search(t *testing.T, output string) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range append([]string{sandbox.AdminToken}, m.secrets...) {
		if i := strings.Index(output, s[max(0, len(s)-24):]); i >= 0 {
			t.Errorf("a secret was shown: …%.300s", output[max(0, i-150):])
		}
	}
}

// fakeDelivery is where secrets go.
type fakeDelivery struct {
	mu      sync.Mutex
	secrets []tools.Secret
	err     error
	broken  error // what Check returns
}

func (s *fakeDelivery) Deliver(_ context.Context, p tools.Secret) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return "", s.err
	}
	s.secrets = append(s.secrets, p)
	return "compartment " + p.Kind, nil
}

func (s *fakeDelivery) Check(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken
}

func (*fakeDelivery) Describe() string { return "the safe" }

// only is the one parcel that came, whose secret works for its API user.
func (s *fakeDelivery) only(t *testing.T) tools.Secret {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.secrets) != 1 {
		t.Fatalf("%d secrets were delivered", len(s.secrets))
	}
	return s.secrets[0]
}

// records is what there is in the workspace that these tools make.
func (r *keyFixture) records() map[string]string {
	all := map[string]string{}
	for _, u := range r.box.APIUsers() {
		all[u.ID] = u.Name + " " + u.RoleID + " " + u.ClientID
	}
	for _, a := range r.box.ClientApplications() {
		all[a.ClientID] = a.DisplayName + " " + a.Secret
	}
	return all
}

// made is what is there and was not before.
func (r *keyFixture) made(before map[string]string) []string {
	var ids []string
	for id := range r.records() {
		if _, ok := before[id]; !ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// as asks the workspace for path with a delivered key.
func (r *keyFixture) as(key awork.Secret, method, path, body string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, "https://keys.invalid/api/v1"+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key.Reveal())
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.box.RoundTripper().RoundTrip(req)
	if err != nil {
		r.t.Fatal(err)
	}
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(got)
}
