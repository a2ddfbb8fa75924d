package signin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/keyring"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// waitTimeout bounds waits for what is about to happen; no test waits for it.
const waitTimeout = 20 * time.Second

// fixture is what one test runs against: an awork, a folder, a keyring, and a record of
// all output. At its end no secret may be in that record, nor in a file
// but the store.
type fixture struct {
	t       *testing.T
	awork   *fakeAwork
	dir     string
	keyring *memory

	browsers sync.WaitGroup

	mu     sync.Mutex
	record bytes.Buffer
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s := &fixture{t: t, awork: newFakeAwork(t), dir: filepath.Join(t.TempDir(), "config", "awork-mcp"),
		keyring: &memory{}}
	t.Cleanup(s.search)
	return s
}

// Write records.
func (s *fixture) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record.Write(p)
}

// output returns the record, once no browser is busy any more.
func (s *fixture) output() string {
	s.browsers.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record.String()
}

func (s *fixture) session() *signin.Session {
	s.t.Helper()
	session, err := signin.New(signin.Config{BaseURL: s.awork.base, Version: "1.2.3", Dir: s.dir,
		Keyring: keyring.Keyring{Backend: s.keyring},
		Log:     slog.New(slog.NewTextHandler(s, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}

// login signs in with a browser that goes where it is sent.
func (s *fixture) login(session *signin.Session) error {
	s.t.Helper()
	_, err := session.Login(s.t.Context(), signin.LoginOptions{Ask: s.browse})
	s.note(err)
	return err
}

func (s *fixture) signedIn() *signin.Session {
	s.t.Helper()
	session := s.session()
	if err := s.login(session); err != nil {
		s.t.Fatal(err)
	}
	return session
}

// browse is a browser: it follows redirects, and shows the page.
func (s *fixture) browse(address, _ string) error {
	s.browsers.Go(func() { s.show(address) })
	return nil
}

// show gives the status of the page at the address.
func (s *fixture) show(address string) int {
	response, err := http.DefaultClient.Get(address)
	if err != nil {
		_, _ = fmt.Fprintln(s, "browser:", strings.ReplaceAll(err.Error(), address, "…"))
		return 0
	}
	defer func() { _ = response.Body.Close() }()
	_ = response.Header.Write(s)
	_, _ = io.Copy(s, response.Body)
	return response.StatusCode
}

func (s *fixture) note(err error) {
	if err != nil {
		_, _ = fmt.Fprintf(s, "%v\n%+v\n%#v\n", err, err, err)
	}
}

// token asks for the token, which must be the one that awork gave last.
func (s *fixture) token(session *signin.Session) {
	s.t.Helper()
	got, err := session.Token(s.t.Context())
	s.note(err)
	if err != nil || !got.Equal(s.awork.access()) {
		s.t.Fatalf("token: %v; want the one given last", err)
	}
}

// signedOut asks for the token, which there must be none of any more.
func (s *fixture) signedOut(session *signin.Session, because string) {
	s.t.Helper()
	_, err := session.Token(s.t.Context())
	s.note(err)
	if !errors.Is(err, signin.ErrNotSignedIn) || !strings.Contains(err.Error(), because) ||
		!strings.Contains(err.Error(), "awork-mcp login") {
		s.t.Fatalf("%v; want to be signed out because of %q", err, because)
	}
}

// store is the store's file.
func (s *fixture) store() string { return filepath.Join(s.dir, "login.json") }

// edit changes the stored sign-in.
func (s *fixture) edit(change func(login map[string]any)) {
	s.t.Helper()
	content, err := os.ReadFile(s.store())
	if err != nil {
		s.t.Fatal(err)
	}
	var document map[string]map[string]map[string]any
	if err := json.Unmarshal(content, &document); err != nil {
		s.t.Fatal(err)
	}
	change(document["logins"][s.awork.base])
	if content, err = json.Marshal(document); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.store(), content, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// age makes the access token as old as that, and expire after that much.
func (s *fixture) age(old, expires time.Duration) {
	s.t.Helper()
	s.edit(func(login map[string]any) {
		login["obtained"], login["expires"] = time.Now().Add(-old), time.Now().Add(expires)
	})
}

func (s *fixture) search() {
	secrets := s.awork.secrets()
	look := func(where, text string) {
		for _, secret := range secrets {
			if i := strings.Index(text, secret); i >= 0 {
				s.t.Errorf("a secret shows in %s: …%.200s", where, text[max(0, i-100):])
			}
		}
	}
	output := s.output()
	look("the record", output)
	if s.t.Failed() {
		s.t.Logf("the record:\n%s", output)
	}
	err := filepath.WalkDir(filepath.Dir(s.dir), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if d.Name() != "login.json" && d.Name() != "login.lock" {
			s.t.Errorf("%s was left", path)
		}
		content, err := os.ReadFile(path)
		if d.Name() == "login.json" && strings.Contains(string(content), `"keptIn": "file"`) {
			return err
		}
		look(path, string(content))
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.t.Error(err)
	}
}

func receive[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(waitTimeout):
		t.Fatalf("%s: nothing came", what)
		panic("unreachable")
	}
}

// redirectOf takes the way back, with its state, out of an address to sign in at.
func redirectOf(t *testing.T, address string) (back *url.URL, state string) {
	t.Helper()
	u, err := url.Parse(address)
	if err == nil {
		back, err = url.Parse(u.Query().Get("redirect_uri"))
	}
	if err != nil {
		t.Error(err)
		return &url.URL{}, ""
	}
	return back, u.Query().Get("state")
}

func mustToken(t *testing.T, s *signin.Session) awork.Token {
	t.Helper()
	token, err := s.Token(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return token
}
