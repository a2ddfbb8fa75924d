package credentials_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/credentials"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// upstream is an awork whose tokens are named by their workspace. It counts what
// came with each token.
type upstream struct {
	mu   sync.Mutex
	came []string
	fail int // the status of GET /me; 0 for an answer
}

// RoundTrip implements [http.RoundTripper].
func (u *upstream) RoundTrip(r *http.Request) (*http.Response, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	u.came = append(u.came, token+" "+r.URL.Path)
	status := u.fail
	if token == "expired" {
		status = http.StatusUnauthorized
	}
	body := `{"message":"no"}`
	if status == 0 {
		status = http.StatusOK
		body = `{"id":"99999999-9999-4999-8999-999999999999","workspace":{"id":"` +
			uuid.NewSHA1(uuid.Nil, []byte(token)).String() + `","name":"` + token + `"}}`
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r, ProtoMajor: 1}, nil
}

// asked returns how often each token came, and resets the counts.
func (u *upstream) asked() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	came := u.came
	u.came = nil
	return came
}

// switching is a source whose token changes, and that renews one that expired.
type switching struct{ now, next string }

func (s *switching) Token(context.Context) (awork.Token, error) { return credentials.Parse(s.now) }
func (s *switching) Renew(context.Context, awork.Token) (awork.Token, error) {
	s.now = s.next
	return credentials.Parse(s.now)
}

func bound(u *upstream, tokens awork.TokenSource) *credentials.Bound {
	api := awork.Config{BaseURL: "https://awork.invalid/api/v1", Transport: u}
	return credentials.Bind(tokens, "alpha", api, func(err error) error { return errors.Join(errRefused, err) })
}

var errRefused = errors.New("refused")

// The owner of a token is asked for once for each; one of another workspace is refused, and
// what was known before stays.
func TestBound(t *testing.T) {
	t.Parallel()
	u, tokens := &upstream{}, &switching{now: "alpha"}
	b := bound(u, tokens)
	alpha, _ := credentials.Parse("alpha")
	for range 3 {
		if got, err := b.Token(t.Context()); err != nil || !got.Equal(alpha) {
			t.Fatalf("%v", err)
		}
	}
	tokens.now = "beta"
	for range 3 {
		got, err := b.Token(t.Context())
		var e *signin.WorkspaceError
		if !errors.Is(err, errRefused) || !errors.As(err, &e) || e.Token.Name != "beta" || !got.IsZero() {
			t.Errorf("of another workspace: %v", err)
		}
	}
	if err := b.Verify(t.Context()); errors.Is(err, errRefused) || !errors.As(err, new(*signin.WorkspaceError)) {
		t.Errorf("%v", err)
	}
	tokens.now = "alpha"
	if got, err := b.Token(t.Context()); err != nil || !got.Equal(alpha) {
		t.Errorf("again: %v", err)
	}
	tokens.next = "beta"
	if got, err := b.Renew(t.Context(), alpha); !errors.Is(err, errRefused) || !got.IsZero() {
		t.Errorf("renewed: %v", err)
	}
	want := []string{"alpha /api/v1/me", "beta /api/v1/me", "alpha /api/v1/me", "beta /api/v1/me"}
	if got := u.asked(); !slices.Equal(got, want) {
		t.Errorf("awork was asked %q", got)
	}
}

// A token that awork no longer takes is renewed before it is judged.
func TestBoundRenewsAnExpiredToken(t *testing.T) {
	t.Parallel()
	u := &upstream{}
	b := bound(u, &switching{now: "expired", next: "alpha"})
	alpha, _ := credentials.Parse("alpha")
	if got, err := b.Token(t.Context()); err != nil || !got.Equal(alpha) {
		t.Errorf("%v", err)
	}
	b = bound(u, &switching{now: "expired", next: "expired"})
	if got, err := b.Token(t.Context()); err == nil || errors.Is(err, errRefused) || !got.IsZero() {
		t.Errorf("one that stays expired: %v", err)
	}
}

// Where awork can't be asked, no token is given out, and the error is that of the
// request; it is asked again a moment later.
func TestBoundWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		u := &upstream{fail: http.StatusInternalServerError}
		b := bound(u, &switching{now: "alpha"})
		for range 5 {
			got, err := b.Token(t.Context())
			var e *awork.Error
			if !errors.As(err, &e) || e.Kind != awork.KindUpstream || !got.IsZero() {
				t.Errorf("%v", err)
			}
		}
		if n := len(u.asked()); n != 1 {
			t.Errorf("awork was asked %d times", n)
		}
		u.mu.Lock()
		u.fail = 0
		u.mu.Unlock()
		time.Sleep(2 * time.Second)
		if _, err := b.Token(t.Context()); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// An awork client passes on why its source could not ask.
func TestClientOfABoundSource(t *testing.T) {
	t.Parallel()
	u := &upstream{fail: http.StatusInternalServerError}
	client, err := awork.New(awork.Config{BaseURL: "https://awork.invalid/api/v1", Transport: u,
		Tokens: bound(u, &switching{now: "alpha"})})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.ListRoles(t.Context())
	var e *awork.Error
	if !errors.As(err, &e) || e.Kind != awork.KindUpstream || e.Status != http.StatusInternalServerError {
		t.Errorf("%v", err)
	}
	for _, request := range u.asked() {
		if request != "alpha /api/v1/me" {
			t.Errorf("it sent %s", request)
		}
	}
}
