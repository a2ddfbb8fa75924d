package signin_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// A keyring that goes away takes no sign-in with it: the next tokens are in the
// file.
func TestKeyringGoesAway(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	session := s.expired()
	s.keyring.breaks(errors.New("locked"))
	if _, err := session.Token(t.Context()); err == nil || errors.Is(err, signin.ErrNotSignedIn) ||
		!strings.Contains(err.Error(), "unlock") {
		t.Errorf("%v", err)
	}
	s.keyring.breaks(nil)
	s.awork.set(func(a *fakeAwork) { a.after = func() { s.keyring.breaks(errors.New("locked")) } })
	s.token(session)
	s.token(s.session())
	s.refreshed(1)
	if !strings.Contains(s.output(), "in a file now") {
		t.Error("the log is silent")
	}
}

// A keyring that takes one token and not the other keeps none: both are in the
// file.
func TestKeyringTakesHalf(t *testing.T) {
	t.Parallel()
	for _, before := range []string{"none", "both"} {
		s := newFixture(t)
		if before == "both" {
			s.signedIn()
		}
		s.keyring.full = true
		session := s.signedIn()
		if entries, _ := s.keyring.look(); entries > 0 {
			t.Errorf("with %s before, %d entries are in the keyring", before, entries)
		}
		s.token(session)
		s.age(24*time.Hour, -time.Minute)
		s.token(s.session())
	}
}

func TestKeyringForgets(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.signedIn()
	s.keyring.mu.Lock()
	clear(s.keyring.entries)
	s.keyring.mu.Unlock()
	s.signedOut(s.session(), "keyring")
}

func TestDamagedStore(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	session := s.signedIn()
	if err := os.WriteFile(s.store(), []byte(`{"logins": "canary`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, failed := session.Token(t.Context())
	for _, err := range []error{failed, s.login()} {
		if err == nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "remove it") {
			t.Errorf("%v", err)
		}
	}
}

// A store that can't be written ends no sign-in before its access token does.
func TestReadOnlyStore(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	s := newFixture(t)
	session := s.expired()
	if err := os.Chmod(s.dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(s.dir, 0o700) })
	s.token(session)
	s.token(session)
	s.refreshed(1)
	s.awork.set(func(a *fakeAwork) { a.lose = true })
	for range 2 {
		if _, err := session.Renew(t.Context(), awork.Token{}); !errors.Is(err, signin.ErrNotSignedIn) {
			t.Errorf("%v", err)
		}
	}
	s.refreshed(2) // with another refresh token, that the keyring took
	if !strings.Contains(s.output(), "can't be stored") {
		t.Error("the log is silent")
	}
}

func TestOpenStoreIsWarnedOf(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.keyring.breaks(errors.New("there is none"))
	s.signedIn()
	s.token(s.session())
	if status, err := s.session().Status(); err != nil || strings.Contains(s.output(), "chmod") ||
		!strings.HasSuffix(status.Location, "(for this user only)") {
		t.Errorf("warned of a file of mode 600: %+v, %v", status, err)
	}
	if err := os.Chmod(s.store(), 0o644); err != nil {
		t.Fatal(err)
	}
	s.token(s.session())
	if status, err := s.session().Status(); err != nil || !strings.Contains(s.output(), "chmod 600") ||
		!strings.Contains(status.Location, "chmod 600") || strings.Contains(status.Location, "only") {
		t.Errorf("not warned of a file of mode 644: %+v, %v", status, err)
	}
}
