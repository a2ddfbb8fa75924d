package signin_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

func TestRegisteredOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.signedIn()
	var back *url.URL
	_, err := s.session().Login(t.Context(), signin.LoginOptions{Ask: func(address string) error {
		back, _ = redirectOf(t, address)
		return s.browse(address)
	}})
	if err != nil || s.awork.count("register") != 1 {
		t.Fatalf("again: %v, %d registrations", err, s.awork.count("register"))
	}
	if back.Hostname() != "127.0.0.1" {
		t.Errorf("the way back is %s", back)
	}
	taken, err := net.Listen("tcp4", back.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	s.signedIn()
	if n := s.awork.count("register"); n != 2 {
		t.Errorf("with the port taken: %d registrations", n)
	}
}

func TestUnknownClientIsRegisteredAgain(t *testing.T) {
	t.Parallel()
	forget := func(a *fakeAwork) { clear(a.clients) }
	t.Run("when the person is asked", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.signedIn()
		s.awork.set(forget)
		s.token(s.signedIn())
		if n := s.awork.count("register"); n != 2 {
			t.Errorf("%d registrations", n)
		}
	})
	t.Run("when the tokens are", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.signedIn()
		asked := 0
		session := s.session()
		_, err := session.Login(t.Context(), signin.LoginOptions{Ask: func(address string) error {
			if asked++; asked == 1 {
				back, state := redirectOf(t, address)
				s.awork.set(forget)
				address = back.String() + "?code=anything&state=" + state
			}
			return s.browse(address)
		}})
		if err != nil || asked != 2 {
			t.Fatalf("asked %d times: %v", asked, err)
		}
		s.token(session)
	})
	t.Run("when it shows in the browser alone", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.signedIn()
		ctx, cancel := context.WithCancel(t.Context())
		_, err := s.session().Login(ctx, signin.LoginOptions{Ask: func(string) error { cancel(); return nil }})
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		s.token(s.session())
		s.signedIn()
		if n := s.awork.count("register"); n != 2 {
			t.Errorf("%d registrations", n)
		}
	})
	t.Run("and not for ever", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.awork.set(func(a *fakeAwork) { a.consent = "unauthorized_client" })
		if err := s.login(s.session()); err == nil || !strings.Contains(err.Error(), "awork-mcp login") {
			t.Errorf("%v", err)
		}
		if err := s.login(s.session()); err == nil || s.awork.count("register") != 2 {
			t.Errorf("%v, %d registrations", err, s.awork.count("register"))
		}
	})
}

func TestRegistrationIsRefused(t *testing.T) {
	t.Parallel()
	t.Run("for the address", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.awork.set(func(a *fakeAwork) { a.onlyLocalhost = true })
		s.token(s.signedIn())
	})
	for name, h := range map[string]http.HandlerFunc{
		"status":     func(w http.ResponseWriter, _ *http.Request) { answer(w, 401, map[string]any{"code": "unauthorized"}) },
		"no id":      func(w http.ResponseWriter, _ *http.Request) { answer(w, 201, map[string]any{}) },
		"hostile id": func(w http.ResponseWriter, _ *http.Request) { answer(w, 201, map[string]any{"client_id": "a\x1b[2J"}) },
		"page":       func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"redirection": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.awork.set(func(a *fakeAwork) { a.on = map[string]http.HandlerFunc{"register": h} })
			_, err := s.session().Login(t.Context(), signin.LoginOptions{Ask: func(string) error { t.Error("the person was asked"); return nil }})
			if err == nil || strings.ContainsRune(err.Error(), '\x1b') {
				t.Errorf("%v", err)
			}
		})
	}
}
