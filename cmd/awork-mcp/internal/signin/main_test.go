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
	"slices"
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

func (s *fixture) signIns() *signin.SignIns {
	s.t.Helper()
	signIns, err := signin.New(signin.Config{BaseURL: s.awork.base, Version: "1.2.3", Dir: s.dir,
		Keyring: keyring.Keyring{Backend: s.keyring},
		Log:     slog.New(slog.NewTextHandler(s, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		s.t.Fatal(err)
	}
	return signIns
}

// session is a sign-in, or why there is none.
type session interface {
	awork.TokenSource
	Status() (signin.Status, error)
	Logout(ctx context.Context) (revoked, err error)
}

// session returns the only sign-in, as another process would.
func (s *fixture) session() session {
	s.t.Helper()
	return s.sessionOf("")
}

func (s *fixture) sessionOf(workspace signin.Selector) session {
	s.t.Helper()
	found, err := s.signIns().Find(s.t.Context(), workspace)
	if err != nil {
		return noSession{err}
	}
	return found
}

// noSession is why there is no sign-in.
type noSession struct{ err error }

func (n noSession) Token(context.Context) (awork.Token, error) { return awork.Token{}, n.err }
func (n noSession) Renew(context.Context, awork.Token) (awork.Token, error) {
	return awork.Token{}, n.err
}
func (n noSession) Status() (signin.Status, error)              { return signin.Status{}, n.err }
func (n noSession) Logout(context.Context) (revoked, err error) { return nil, n.err }

// login signs in with a browser that goes where it is sent.
func (s *fixture) login() error {
	s.t.Helper()
	_, err := s.signIns().Login(s.t.Context(), signin.LoginOptions{Ask: s.browse})
	s.note(err)
	return err
}

func (s *fixture) signedIn() session {
	s.t.Helper()
	signedIn, err := s.signIns().Login(s.t.Context(), signin.LoginOptions{Ask: s.browse})
	s.note(err)
	if err != nil {
		s.t.Fatal(err)
	}
	return signedIn
}

// signedInAndOut leaves a client that no sign-in uses.
func (s *fixture) signedInAndOut() {
	s.t.Helper()
	s.signedIn()
	s.signOut()
}

func (s *fixture) signOut() {
	s.t.Helper()
	if revoked, err := s.session().Logout(s.t.Context()); revoked != nil || err != nil {
		s.t.Fatalf("%v %v", revoked, err)
	}
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
func (s *fixture) token(session session) {
	s.t.Helper()
	got, err := session.Token(s.t.Context())
	s.note(err)
	if err != nil || !got.Equal(s.awork.access()) {
		s.t.Fatalf("token: %v; want the one given last", err)
	}
}

// signedOut asks for the token, which there must be none of any more.
func (s *fixture) signedOut(session session, because string) {
	s.t.Helper()
	_, err := session.Token(s.t.Context())
	s.note(err)
	if !errors.Is(err, signin.ErrNotSignedIn) || !strings.Contains(err.Error(), because) ||
		!strings.Contains(err.Error(), "awork-mcp login") {
		s.t.Fatalf("%v; want to be signed out because of %q", err, because)
	}
}

// folder is the folder of the sign-ins to this awork.
func (s *fixture) folder() string {
	return filepath.Join(s.dir, "sign-ins", url.QueryEscape(s.awork.base))
}

// stores are the files of the sign-ins.
func (s *fixture) stores() []string {
	s.t.Helper()
	all, err := filepath.Glob(filepath.Join(s.folder(), "*.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(path string) bool { return filepath.Base(path) == "client.json" })
}

// store is the file of the only sign-in.
func (s *fixture) store() string {
	s.t.Helper()
	all := s.stores()
	if len(all) != 1 {
		s.t.Fatalf("the files of sign-ins are %v", all)
	}
	return all[0]
}

// edit changes the only sign-in.
func (s *fixture) edit(change func(signIn map[string]any)) {
	s.t.Helper()
	s.editFile(s.store(), change)
}

func (s *fixture) editFile(path string, change func(signIn map[string]any)) {
	s.t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	var signIn map[string]any
	if err := json.Unmarshal(content, &signIn); err != nil {
		s.t.Fatal(err)
	}
	change(signIn)
	if content, err = json.Marshal(signIn); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// age makes the access token as old as that, and expire after that much.
func (s *fixture) age(old, expires time.Duration) {
	s.t.Helper()
	s.edit(func(signIn map[string]any) {
		signIn["obtained"], signIn["expires"] = time.Now().Add(-old), time.Now().Add(expires)
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
		if !strings.HasSuffix(d.Name(), ".json") && d.Name() != "lock" && d.Name() != "login.lock" {
			s.t.Errorf("%s was left", path)
		}
		content, err := os.ReadFile(path)
		if strings.Contains(string(content), `"location": "file"`) {
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

func mustToken(t *testing.T, s session) awork.Token {
	t.Helper()
	token, err := s.Token(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return token
}
