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
	s.signedInAndOut()
	var back *url.URL
	_, err := s.signIns().Login(t.Context(), signin.LoginOptions{Ask: func(address, _ string) error {
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
	s.signOut()
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
		s.signedInAndOut()
		s.awork.set(forget)
		s.token(s.signedIn())
		if n := s.awork.count("register"); n != 2 {
			t.Errorf("%d registrations", n)
		}
	})
	t.Run("when the tokens are", func(t *testing.T) {
		t.Parallel()
		s := newFixture(t)
		s.signedInAndOut()
		asked := 0
		_, err := s.signIns().Login(t.Context(), signin.LoginOptions{Ask: func(address, _ string) error {
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
		s.token(s.session())
	})
	for says, late := range map[string]bool{"nobody answered": true, "given up": false} {
		t.Run("when it shows in the browser alone, "+says, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			s.signedInAndOut()
			err := s.breakOff(late)
			if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "awork-mcp login") ||
				strings.Contains(err.Error(), "context") {
				t.Fatal(err)
			}
			s.token(s.signedIn())
			if n := s.awork.count("register"); n != 2 {
				t.Errorf("%d registrations", n)
			}
		})
	}
	t.Run("and not for ever", func(t *testing.T) {
		t.Parallel()
		s := newFixture(t)
		s.awork.set(func(a *fakeAwork) { a.consent = "unauthorized_client" })
		if err := s.login(); err == nil || !strings.Contains(err.Error(), "awork-mcp login") {
			t.Errorf("%v", err)
		}
		if err := s.login(); err == nil || s.awork.count("register") != 2 {
			t.Errorf("%v, %d registrations", err, s.awork.count("register"))
		}
	})
}

// breakOff breaks a sign-in off, as the person or its time does.
func (s *fixture) breakOff(timeout bool) error {
	ctx, cancel := context.WithCancel(s.t.Context())
	if timeout {
		ctx = late{ctx}
	}
	_, err := s.signIns().Login(ctx, signin.LoginOptions{Ask: func(_, _ string) error { cancel(); return nil }})
	return err
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
			err := s.login()
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
			_, err := s.signIns().Login(t.Context(),
				signin.LoginOptions{Ask: func(_, _ string) error { t.Error("the person was asked"); return nil }})
			if err == nil || strings.ContainsRune(err.Error(), '\x1b') {
				t.Errorf("%v", err)
			}
		})
	}
}

// A client that awork does not know any more, or for which its page shows an error,
// is not tried again by the sign-in after the next.
func TestClientThatIsRejectedIsForgotten(t *testing.T) {
	t.Parallel()
	for name, reject := range map[string]func(*fakeAwork, string){
		"unknown": func(a *fakeAwork, _ string) { clear(a.clients) },
		"error page": func(a *fakeAwork, redirect string) {
			a.errorPage = func(r string) bool { return r == redirect }
		},
	} {
		s := newFixture(t)
		s.signedInAndOut()
		s.awork.set(func(a *fakeAwork) {
			for _, redirect := range a.clients {
				reject(a, redirect)
			}
		})
		asked := 0
		login := func() {
			lines := make(chan string, 1)
			_, err := s.signIns().Login(t.Context(), signin.LoginOptions{Lines: lines, Explain: s.explain,
				Ask: func(address, _ string) error {
					asked++
					if s.show(address) == http.StatusBadRequest {
						lines <- ""
					}
					return nil
				}})
			s.note(err)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		login()
		s.awork.set(func(a *fakeAwork) { a.workspace = betaID })
		login()
		if asked != 3 {
			t.Errorf("%s: asked %d times, want twice and once", name, asked)
		}
	}
}
