package signin_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

func isLocalhost(redirect string) bool { return strings.HasPrefix(redirect, "http://localhost:") }

// The redirect addresses are tried in an order: localhost, 127.0.0.1, and that of
// awork's own program.
func TestRedirectForms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refuses func(string) bool
		prefix  string
	}{
		"all are taken":      {func(string) bool { return false }, "http://localhost:"},
		"no localhost":       {isLocalhost, "http://127.0.0.1:"},
		"the fixed one only": {func(r string) bool { return !strings.Contains(r, ":8400/") }, "http://localhost:8400/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(c.prefix, "8400") {
				needFixedPort(t)
			}
			s := newFixture(t)
			s.awork.set(func(a *fakeAwork) { a.refuses = c.refuses })
			var back string
			_, err := s.signIns().Login(t.Context(), signin.LoginOptions{Ask: func(address, to string) error {
				back = to
				return s.browse(address, to)
			}})
			if err != nil || !strings.HasPrefix(back, c.prefix) {
				t.Errorf("the browser comes back to %s: %v", back, err)
			}
			s.token(s.session())
		})
	}
}

// fixedPort is held by the one test that uses the port of awork's own program.
var fixedPort sync.Mutex

// needFixedPort skips the test where another program has the port.
func needFixedPort(t *testing.T) {
	t.Helper()
	fixedPort.Lock()
	t.Cleanup(fixedPort.Unlock)
	ln, err := net.Listen("tcp4", "127.0.0.1:8400")
	if err != nil {
		t.Skip("port 8400 is taken")
	}
	_ = ln.Close()
}

// localhost is 127.0.0.1 to some browsers and ::1 to others.
func TestRedirectOverBothProtocols(t *testing.T) {
	t.Parallel()
	if ln, err := net.Listen("tcp6", "[::1]:0"); err != nil {
		t.Skip("this machine has no IPv6")
	} else {
		_ = ln.Close()
	}
	s := newFixture(t)
	_, err := s.signIns().Login(t.Context(), signin.LoginOptions{Ask: func(address, to string) error {
		back, _ := redirectOf(t, address)
		for _, host := range []string{"127.0.0.1", "::1"} {
			conn, err := net.Dial("tcp", net.JoinHostPort(host, back.Port()))
			if err != nil {
				t.Errorf("%s: %v", host, err)
				continue
			}
			_ = conn.Close()
		}
		return s.browse(address, to)
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// A page that shows an error sends no browser back. Whoever presses Enter gets
// another address.
func TestPersonWantsAnotherRedirect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		errorPage func(string) bool
		stored    bool // a client of an earlier sign-in
		asked     int
		says      string // "" where it succeeds
	}{
		"the second works":       {isLocalhost, false, 2, ""},
		"after an earlier one":   {isLocalhost, true, 3, ""},
		"none works":             {func(string) bool { return true }, false, 3, "AWORK_TOKEN"},
		"none, after an earlier": {func(string) bool { return true }, true, 4, "AWORK_TOKEN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.says != "" {
				needFixedPort(t)
			}
			s := newFixture(t)
			if c.stored {
				s.signedInAndOut()
			}
			s.awork.set(func(a *fakeAwork) { a.errorPage = c.errorPage })
			lines := make(chan string, 10)
			var asked []string
			_, err := s.signIns().Login(t.Context(), signin.LoginOptions{Lines: lines, Explain: s.explain,
				Ask: func(address, to string) error {
					asked = append(asked, to)
					if s.show(address) == http.StatusBadRequest {
						lines <- ""
					}
					return nil
				}})
			s.note(err)
			if len(asked) != c.asked || c.says == "" && err != nil ||
				c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("asked with %v: %v", asked, err)
			}
			if c.says == "" {
				s.token(s.session())
			}
		})
	}
}

// A client with which no sign-in has succeeded is forgotten when one is broken
// off, by the person or by its time: perhaps awork shows an error for it.
func TestClientThatNeverSucceededIsForgotten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		leave         func(*fixture) // what an earlier run left
		registrations int            // with those of the broken sign-in and the next
	}{
		"registered now":             {func(*fixture) {}, 2},
		"left by an earlier version": {leaveUnused, 1},
		"beside a sign-in":           {func(s *fixture) { s.signedIn() }, 3},
	} {
		for _, timeout := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, timeout %v", name, timeout), func(t *testing.T) {
				t.Parallel()
				s := newFixture(t)
				c.leave(s)
				if err := s.breakOff(timeout); err == nil {
					t.Fatal("signed in")
				}
				s.token(s.signedIn())
				if n := s.awork.count("register"); n != c.registrations {
					t.Errorf("%d registrations, want %d", n, c.registrations)
				}
			})
		}
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

// leaveUnused leaves a client that an earlier version registered and never used.
func leaveUnused(s *fixture) {
	s.writeEarlier(map[string]any{s.awork.base: map[string]any{
		"registered": map[string]any{"clientId": "never", "redirectUri": "http://127.0.0.1:1/oauth/callback"},
	}})
}

func (s *fixture) explain(message string) { _, _ = fmt.Fprintln(s, message) }

// elsewhere is a browser on another machine: it returns the address on which it
// ends, where nothing answers.
func (s *fixture) elsewhere(address string) string {
	s.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(address)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.Header.Get("Location")
}

// The address on which a browser on another machine ended is pasted.
func TestPastedAddress(t *testing.T) {
	t.Parallel()
	for name, paste := range map[string]func(address string) []string{
		"as it is":     func(a string) []string { return []string{a} },
		"with blanks":  func(a string) []string { return []string{" \t" + a + " \r"} },
		"in quotes":    func(a string) []string { return []string{`"` + a + `"`} },
		"in brackets":  func(a string) []string { return []string{"<" + a + ">"} },
		"the fragment": func(a string) []string { return []string{a + "#_=_"} },
		"no scheme":    func(a string) []string { return []string{strings.TrimPrefix(a, "http://")} },
		"its query":    func(a string) []string { _, q, _ := strings.Cut(a, "?"); return []string{"?" + q} },
		"second try":   func(a string) []string { return []string{"what?", "https://awork.example/?code=x", a} },
		"cut, then not": func(a string) []string {
			return []string{a[:strings.Index(a, "state=")+10], a}
		},
		"twice": func(a string) []string { return []string{a, a} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			lines := make(chan string, 10)
			explained := 0
			_, err := s.signIns().Login(t.Context(), signin.LoginOptions{Lines: lines,
				Explain: func(message string) { explained++; s.explain(message) },
				Ask: func(address, _ string) error {
					for _, line := range paste(s.elsewhere(address)) {
						lines <- line
					}
					close(lines)
					return nil
				}})
			s.note(err)
			if err != nil {
				t.Fatal(err)
			}
			s.token(s.session())
			if want := map[string]int{"second try": 2, "cut, then not": 1}[name]; explained != want {
				t.Errorf("explained %d times, want %d", explained, want)
			}
		})
	}
	t.Run("of a refusal", func(t *testing.T) {
		t.Parallel()
		s := newFixture(t)
		s.awork.set(func(a *fakeAwork) { a.consent = "access_denied" })
		lines := make(chan string, 1)
		_, err := s.signIns().Login(t.Context(), signin.LoginOptions{Lines: lines, Explain: s.explain,
			Ask: func(address, _ string) error { lines <- s.elsewhere(address); return nil }})
		if err == nil || !strings.Contains(err.Error(), "refused in the browser") {
			t.Errorf("%v", err)
		}
	})
}

// Where awork gives no refresh token, the sign-in is known to end.
func TestSignInThatCannotBeRefreshed(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"keyring", "file"} {
		s := newFixture(t)
		if place == "file" {
			s.keyring.breaks(errors.New("there is none"))
		}
		s.awork.set(func(a *fakeAwork) { a.noRefresh = true })
		s.signedIn()
		if status, err := s.session().Status(); err != nil || status.Refreshable {
			t.Errorf("%s: %+v %v", place, status, err)
		}
		s.awork.set(func(a *fakeAwork) { a.noRefresh = false })
		s.signedIn()
		if status, err := s.session().Status(); err != nil || !status.Refreshable {
			t.Errorf("%s, with a refresh token: %+v %v", place, status, err)
		}
	}
}
