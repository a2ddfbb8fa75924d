package signin_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

func TestRegisteredOnce(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.signedIn()
	var back *url.URL
	_, err := s.session().Login(t.Context(), signin.LoginOptions{Ask: func(address, _ string) error {
		back, _ = redirectOf(t, address)
		return s.browse(address, "")
	}})
	if err != nil || s.awork.count("register") != 1 {
		t.Fatalf("again: %v, %d registrations", err, s.awork.count("register"))
	}
	if back.Hostname() != "localhost" {
		t.Errorf("the way back is %s", back)
	}
	taken, err := net.Listen("tcp4", "127.0.0.1:"+back.Port())
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
		s := newFixture(t)
		s.signedIn()
		s.awork.set(forget)
		s.token(s.signedIn())
		if n := s.awork.count("register"); n != 2 {
			t.Errorf("%d registrations", n)
		}
	})
	t.Run("when the tokens are", func(t *testing.T) {
		t.Parallel()
		s := newFixture(t)
		s.signedIn()
		asked := 0
		session := s.session()
		_, err := session.Login(t.Context(), signin.LoginOptions{Ask: func(address, _ string) error {
			if asked++; asked == 1 {
				back, state := redirectOf(t, address)
				s.awork.set(forget)
				address = back.String() + "?code=anything&state=" + state
			}
			return s.browse(address, "")
		}})
		if err != nil || asked != 2 {
			t.Fatalf("asked %d times: %v", asked, err)
		}
		s.token(session)
	})
	for name, c := range map[string]struct {
		late          bool
		says          string
		registrations int
	}{
		"when it shows in the browser alone, after the time": {true, "nobody answered", 2},
		"and not when the person gives up":                   {false, "given up", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			s.signedIn()
			ctx, cancel := context.WithCancel(t.Context())
			if c.late {
				ctx = late{ctx}
			}
			_, err := s.session().Login(ctx, signin.LoginOptions{Ask: func(_, _ string) error { cancel(); return nil }})
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "awork-mcp login") ||
				strings.Contains(err.Error(), "context") {
				t.Fatal(err)
			}
			s.token(s.session())
			s.signedIn()
			if n := s.awork.count("register"); n != c.registrations {
				t.Errorf("%d registrations, want %d", n, c.registrations)
			}
		})
	}
	t.Run("and not for ever", func(t *testing.T) {
		t.Parallel()
		s := newFixture(t)
		s.awork.set(func(a *fakeAwork) { a.consent = "unauthorized_client" })
		if err := s.login(s.session()); err == nil || !strings.Contains(err.Error(), "awork-mcp login") {
			t.Errorf("%v", err)
		}
		if err := s.login(s.session()); err == nil || s.awork.count("register") != 2 {
			t.Errorf("%v, %d registrations", err, s.awork.count("register"))
		}
	})
}

// late is a context that ends as one does whose time is over.
type late struct{ context.Context }

// Err implements [context.Context].
func (e late) Err() error {
	if e.Context.Err() != nil {
		return context.DeadlineExceeded
	}
	return nil
}

func TestRegistrationIsRefused(t *testing.T) {
	t.Parallel()
	for status, says := range map[int]string{400: "address", 401: "authorization", 403: "authorization",
		404: "did not register", 429: "try again", 500: "try again", 503: "try again"} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			s.awork.set(func(a *fakeAwork) {
				a.on = map[string]http.HandlerFunc{"register": refuseWith(status, `{"code":"some-code","description":"x"}`)}
			})
			err := s.login(s.session())
			if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "AWORK_TOKEN") ||
				!strings.Contains(err.Error(), fmt.Sprintf("answered %d some-code", status)) {
				t.Errorf("%v, want %q and awork's code", err, says)
			}
		})
	}
	for name, h := range map[string]http.HandlerFunc{
		"no id": func(w http.ResponseWriter, _ *http.Request) { answer(w, 201, map[string]any{}) },
		"hostile id": func(w http.ResponseWriter, _ *http.Request) {
			answer(w, 201,
				map[string]any{"client_id": "a\x1b[2J"})
		},
		"page": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"redirection": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			s.awork.set(func(a *fakeAwork) { a.on = map[string]http.HandlerFunc{"register": h} })
			_, err := s.session().Login(t.Context(),
				signin.LoginOptions{Ask: func(_, _ string) error { t.Error("the person was asked"); return nil }})
			if err == nil || strings.ContainsRune(err.Error(), '\x1b') {
				t.Errorf("%v", err)
			}
		})
	}
}
