package signin_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// expired is a sign-in whose access token has expired.
func (s *fixture) expired() session {
	s.t.Helper()
	session := s.signedIn()
	s.age(24*time.Hour, -time.Minute)
	return session
}

func (s *fixture) refreshed(times int) {
	s.t.Helper()
	if n := s.awork.count("refresh"); n != times {
		s.t.Errorf("%d refreshes, want %d", n, times)
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"keyring", "file"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			if place == "file" {
				s.keyring.breaks(errors.New("there is none"))
			}
			session := s.signedIn()
			// Each refresh token is taken once: only one that rotates goes on.
			for n := range 3 {
				s.token(session)
				s.refreshed(n)
				s.age(24*time.Hour, 30*time.Second)
				s.token(session)
				s.refreshed(n + 1)
			}
			s.token(s.session())
			s.refreshed(3)
		})
	}
}

// An answer that is lost may have used the refresh token up: it is not sent
// again, by nobody.
func TestLostRefresh(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*fakeAwork){
		"connection": func(a *fakeAwork) { a.lose = true },
		"no tokens": func(a *fakeAwork) {
			a.on = map[string]http.HandlerFunc{"token": refuseWith(200, `{"token_type":"Bearer"}`)}
		},
		"not JSON": func(a *fakeAwork) { a.on = map[string]http.HandlerFunc{"token": refuseWith(200, `<html>`)} },
		"broken JSON": func(a *fakeAwork) {
			a.on = map[string]http.HandlerFunc{"token": refuseWith(200, `{"access_token":"abc`)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			session := s.expired()
			asked := s.awork.count("token")
			s.awork.set(lose)
			for range 3 {
				s.signedOut(session, "used up")
				s.signedOut(s.session(), "used up")
			}
			if n := s.awork.count("token") - asked; n != 1 {
				t.Errorf("the refresh token was sent %d times", n)
			}
			if entries, _ := s.keyring.look(); entries > 0 {
				t.Error("the keyring still has tokens")
			}
			s.awork.set(func(a *fakeAwork) { a.lose, a.on = false, nil })
			s.token(s.signedIn())
		})
	}
}

// A store that was put back has a refresh token that was used before.
func TestReuseIsRefused(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.keyring.breaks(errors.New("there is none"))
	session := s.expired()
	old, err := os.ReadFile(s.store())
	if err != nil {
		t.Fatal(err)
	}
	s.token(session)
	if err := os.WriteFile(s.store(), old, 0o600); err != nil {
		t.Fatal(err)
	}
	s.signedOut(session, "used before") // it knows by itself
	s.refreshed(1)
	if err := os.WriteFile(s.store(), old, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		s.signedOut(s.session(), "invalid_grant")
	}
	s.refreshed(2)
}

// What keeps awork from an answer for a while ends no sign-in.
func TestRefreshFailsForAWhile(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"503":      refuseWith(503, `{"code":"unavailable"}`),
		"429":      refuseWith(429, ``),
		"firewall": refuseWith(403, `<html>`),
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			session := s.expired()
			s.awork.set(func(a *fakeAwork) { a.on = map[string]http.HandlerFunc{"token": h} })
			_, err := session.Token(t.Context())
			s.note(err)
			if err == nil || errors.Is(err, signin.ErrNotSignedIn) || !strings.Contains(err.Error(), "try again") {
				t.Errorf("%v", err)
			}
			s.age(24*time.Hour, 30*time.Second)
			s.token(session) // the old one, while it lasts
			s.awork.set(func(a *fakeAwork) { a.on = nil })
			s.token(session)
			s.refreshed(1)
		})
	}
}

func TestAworkIsOutOfReach(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	session := s.expired()
	s.awork.Close()
	for range 2 {
		if _, err := session.Token(t.Context()); err == nil || errors.Is(err, signin.ErrNotSignedIn) ||
			!strings.Contains(err.Error(), "can't be reached") {
			t.Errorf("%v", err)
		}
	}
}

// A refresh token that awork does not replace goes on.
func TestRefreshTokenThatStays(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	session := s.expired()
	s.awork.set(func(a *fakeAwork) {
		a.on = map[string]http.HandlerFunc{"token": refuseWith(200,
			`{"access_token":"stays","token_type":"Bearer","expires_in":30}`)}
	})
	for range 3 {
		if _, err := session.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNoRefreshToken(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.signedIn()
	s.awork.set(func(a *fakeAwork) { a.noRefresh = true })
	session := s.expired()
	s.signedOut(session, "gave none")
	s.refreshed(0)
}

// However many wait, in however many processes, the refresh token is sent once.
func TestOneRefreshForAll(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.expired()
	var wait sync.WaitGroup
	for range 4 {
		session := s.session()
		for range 8 {
			wait.Go(func() { s.tokenOf(session.Token(t.Context())) })
		}
	}
	wait.Wait()
	s.refreshed(1)
}

func (s *fixture) tokenOf(got awork.Token, err error) {
	s.note(err)
	if err != nil || !got.Equal(s.awork.access()) {
		s.t.Errorf("token: %v; want the one given last", err)
	}
}

// One who leaves is let go at once, and spoils nothing for the others.
func TestCancelledRefresh(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	session := s.expired()
	arrived, open := make(chan struct{}), make(chan struct{})
	s.awork.set(func(a *fakeAwork) { a.after = func() { close(arrived); <-open } })
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := session.Token(ctx)
		first <- err
	}()
	receive(t, arrived, "the refresh")
	cancel()
	if err := receive(t, first, "the end of the cancelled call"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	close(open)
	s.token(session)
	s.token(s.session())
	s.refreshed(1)
	if _, err := session.Renew(ctx, awork.Token{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
