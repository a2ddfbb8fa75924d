package signin_test

import (
	"errors"
	"net/http"
	"os"
	"slices"
	"testing"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// The sign-ins to two addresses know nothing of each other.
func TestTwoAddresses(t *testing.T) {
	t.Parallel()
	s, other := newFixture(t), newFixture(t)
	other.dir, other.keyring = s.dir, s.keyring
	a, b := s.signedIn(), other.signedIn()
	s.token(a)
	other.token(b)
	if _, err := a.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.signedOut(a, "")
	other.token(other.session())
}

func TestLogout(t *testing.T) {
	t.Parallel()
	t.Run("revokes", func(t *testing.T) {
		t.Parallel()
		s := newFixture(t)
		session, other := s.expired(), s.session()
		s.token(other)
		revoked, err := session.Logout(t.Context())
		if revoked != nil || err != nil || len(s.awork.revoked) != 1 ||
			!slices.ContainsFunc(s.awork.revoked, func(id string) bool { return s.awork.clients[id] != "" }) {
			t.Errorf("%v %v, revoked %v", revoked, err, s.awork.revoked)
		}
		if entries, _ := s.keyring.look(); entries > 0 {
			t.Error("the keyring still has tokens")
		}
		s.signedOut(session, "")
		s.signedOut(other, "")
		if _, err := session.Logout(t.Context()); !errors.Is(err, signin.ErrNotSignedIn) {
			t.Errorf("again: %v", err)
		}
		s.token(s.signedIn())
		if n := s.awork.count("register"); n != 1 {
			t.Errorf("%d registrations", n)
		}
	})
	for name, c := range map[string]struct {
		h       http.HandlerFunc
		revoked bool
	}{
		"nothing to revoke": {refuseWith(404, `{"code":"not-found"}`), true},
		"another server":    {refuseWith(404, `<html>`), false},
		"refused":           {refuseWith(401, `{"code":"unauthorized"}`), false},
		"lost answer":       {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			session := s.signedIn()
			s.awork.set(func(a *fakeAwork) { a.on = map[string]http.HandlerFunc{"revoke": c.h} })
			revoked, err := session.Logout(t.Context())
			s.note(revoked)
			if (revoked == nil) != c.revoked || err != nil {
				t.Errorf("%v, %v", revoked, err)
			}
			s.signedOut(session, "")
		})
	}
	// Whatever the file says: an earlier sign-in may have left something.
	for name, leave := range map[string]func(*fixture){
		"tokens in a file": func(s *fixture) {
			s.edit(func(login map[string]any) { login["location"] = "file"; login["accessToken"] = "x" })
		},
		"signed out":          func(s *fixture) { s.edit(func(login map[string]any) { delete(login, "location") }) },
		"the file is removed": func(s *fixture) { _ = os.Remove(s.store()) },
	} {
		t.Run("keyring, "+name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			session := s.signedIn()
			leave(s)
			_, err := session.Logout(t.Context())
			if entries, _ := s.keyring.look(); entries > 0 || err != nil && !errors.Is(err, signin.ErrNotSignedIn) {
				t.Errorf("%d entries are in the keyring: %v", entries, err)
			}
			s.signedOut(s.session(), "")
		})
	}
	t.Run("signed out before", func(t *testing.T) {
		t.Parallel()
		s := newFixture(t)
		session := s.expired()
		s.awork.set(func(a *fakeAwork) { clear(a.refreshes) })
		revoked, err := session.Logout(t.Context())
		s.note(revoked)
		if revoked == nil || err != nil {
			t.Errorf("%v, %v", revoked, err)
		}
		s.signedOut(session, "")
	})
}
