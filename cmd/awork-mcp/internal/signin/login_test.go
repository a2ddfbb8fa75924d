package signin_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		broken    error
		noKeyring bool
		file      bool
	}{
		"keyring":         {},
		"no keyring":      {broken: errors.New("there is none"), file: true},
		"too big for it":  {broken: keyring.ErrSetDataTooBig, file: true},
		"keyring refused": {noKeyring: true, file: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			s.keyring.breaks(c.broken)
			if _, err := s.session().Status(); !errors.Is(err, signin.ErrNotSignedIn) {
				t.Errorf("before: %v", err)
			}
			session, err := s.signIns().Login(t.Context(), signin.LoginOptions{Ask: s.browse, NoKeyring: c.noKeyring})
			s.note(err)
			if err != nil {
				t.Fatal(err)
			}
			status, err := session.Status()
			if err != nil || status.Workspace.Name != "Alpha" || status.Workspace.ID.String() != alphaID ||
				status.Person != "Ada Admin" || !status.Refreshable {
				t.Errorf("status: %+v %v", status, err)
			}
			if in := time.Until(status.Expires); in < 23*time.Hour || in > 25*time.Hour ||
				strings.Contains(status.Location, ".json") != c.file {
				t.Errorf("status: %+v", status)
			}
			if entries, _ := s.keyring.look(); (entries > 0) == c.file {
				t.Errorf("%d entries in the keyring", entries)
			}
			if again, err := s.session().Status(); err != nil || again != status {
				t.Errorf("status afterwards: %+v %v", again, err)
			}
			s.token(session)
			s.token(s.session())
			info, err := os.Stat(s.store())
			if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("the store: %v %v", info, err)
			}
			if !strings.Contains(s.output(), "You can close this page") {
				t.Error("the browser saw no page")
			}
			if n := s.awork.count("register"); n != 1 {
				t.Errorf("%d registrations", n)
			}
		})
	}
}

// Whatever fails, nothing of it is stored, and an earlier sign-in goes on.
func TestFailedLogin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*fakeAwork)
		says   string
	}{
		"refused consent": {func(a *fakeAwork) { a.consent = "access_denied" }, "refused in the browser"},
		"other error":     {func(a *fakeAwork) { a.consent = "server_error" }, "server_error"},
		"hostile error":   {func(a *fakeAwork) { a.consent = "<b>\x1b[2J" }, "invalid_response"},
		"lost answer":     {func(a *fakeAwork) { a.lose = true }, "did not come"},
		"code not accepted": {func(a *fakeAwork) {
			a.after = nil
			a.on = map[string]http.HandlerFunc{"token": refuseWith(400, `{"code":"invalid_grant","description":"d"}`)}
		}, "invalid_grant"},
		"no token": {func(a *fakeAwork) { a.on = map[string]http.HandlerFunc{"token": refuseWith(200, `{}`)} },
			"could not be read"},
		"token of two words": {func(a *fakeAwork) {
			a.on = map[string]http.HandlerFunc{"token": refuseWith(200, `{"access_token":"two words","expires_in":60}`)}
		}, "can't be used"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			before := s.signedIn()
			token := mustToken(t, before)
			asked := s.awork.count("token")
			s.awork.set(c.change)
			err := s.login()
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "login") &&
				!strings.Contains(err.Error(), "address") || strings.ContainsAny(err.Error(), "\x1b<") {
				t.Errorf("%v; want %q", err, c.says)
			}
			if n := s.awork.count("token") - asked; n > 1 {
				t.Errorf("%d requests for tokens", n)
			}
			if now := mustToken(t, s.session()); !now.Equal(token) {
				t.Error("the earlier sign-in is not as it was")
			}
		})
	}
}

func refuseWith(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(time.Hour))
	cancel()
	if _, err := s.signIns().Login(ctx, signin.LoginOptions{Ask: s.browse}); err == nil {
		t.Error("signed in")
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"http://api.awork.com/api/v1", "ftp://localhost", "awork",
		"https://me:secret@api.awork.com", "https://api.awork.com/?q"} {
		if _, err := signin.New(signin.Config{BaseURL: base, Dir: t.TempDir()}); err == nil {
			t.Errorf("%s was taken", base)
		}
	}
}
