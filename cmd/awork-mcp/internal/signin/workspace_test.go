package signin_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// choose has the person choose a workspace from now on.
func (s *fixture) choose(workspace string) {
	s.awork.set(func(a *fakeAwork) { a.workspace = workspace })
}

// inWorkspace uses the sign-in to a workspace, which must be of that workspace.
func (s *fixture) inWorkspace(name signin.Selector) *signin.Session {
	s.t.Helper()
	session, err := s.signIns().Find(s.t.Context(), name)
	if err != nil {
		s.t.Fatalf("%s: %v", name, err)
	}
	me, err := session.Identify(s.t.Context())
	if err != nil || !name.Matches(me.Workspace) {
		s.t.Fatalf("%s: it is of %+v: %v", name, me, err)
	}
	return session
}

// ageAll makes the access tokens of all sign-ins expire.
func (s *fixture) ageAll() {
	s.t.Helper()
	for _, path := range s.stores() {
		s.editFile(path, func(signIn map[string]any) {
			signIn["obtained"], signIn["expires"] = time.Now().Add(-24*time.Hour), time.Now().Add(-time.Minute)
		})
	}
}

// Sign-ins to two workspaces live side by side; each is found by name and by id.
func TestTwoWorkspaces(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"keyring", "file"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			if place == "file" {
				s.keyring.breaks(errors.New("there is none"))
			}
			s.signedIn()
			s.choose(betaID)
			s.signedIn()
			for _, name := range []signin.Selector{"Alpha", "Beta", alphaID, betaID,
				signin.Selector(strings.ToUpper(betaID)), "urn:uuid:" + alphaID} {
				s.inWorkspace(name)
			}
			for name, says := range map[signin.Selector]string{"": "--workspace", "Gamma": "login", "alpha": "login",
				signin.Selector(uuid.Nil.String()): "login", "1111": "login"} {
				_, err := s.signIns().Find(t.Context(), name)
				s.note(err)
				if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), `"Alpha" (`+alphaID+")") ||
					!strings.Contains(err.Error(), `"Beta" (`+betaID+")") {
					t.Errorf("%s: %v", name, err)
				}
			}
			s.ageAll()
			alpha := s.inWorkspace("Alpha")
			if revoked, err := alpha.Logout(t.Context()); revoked != nil || err != nil {
				t.Fatalf("%v %v", revoked, err)
			}
			s.ageAll()
			s.inWorkspace("Beta") // a refresh, that revoking has not ended
			if _, err := s.signIns().Find(t.Context(), "Alpha"); !errors.Is(err, signin.ErrNotSignedIn) {
				t.Errorf("after the logout: %v", err)
			}
			if _, err := s.signIns().Find(t.Context(), ""); err != nil {
				t.Errorf("the only one: %v", err)
			}
		})
	}
}

// A sign-in to the same workspace replaces the earlier one, and has awork take
// that back; the other workspace's goes on.
func TestSecondSignInToAWorkspace(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.signedIn()
	s.choose(betaID)
	s.signedIn()
	s.choose(alphaID)
	s.token(s.signedIn())
	all, err := s.signIns().All(t.Context())
	if err != nil || len(all) != 2 {
		t.Errorf("%d sign-ins: %v", len(all), err)
	}
	s.awork.mu.Lock()
	revoked, registered := slices.Clone(s.awork.revoked), s.awork.counts["register"]
	s.awork.mu.Unlock()
	if len(revoked) != 1 || registered != 3 {
		t.Errorf("revoked %v after %d registrations", revoked, registered)
	}
	s.ageAll()
	s.inWorkspace("Alpha")
	s.inWorkspace("Beta")
	s.token(s.signedIn()) // with the client that was replaced
	if n := s.awork.count("register"); n != 3 {
		t.Errorf("%d registrations", n)
	}
}

func TestWorkspacesOfOneName(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.signedIn()
	s.choose(twinID)
	s.signedIn()
	_, err := s.signIns().Find(t.Context(), "Alpha")
	if !errors.Is(err, signin.ErrSeveral) || !strings.Contains(err.Error(), alphaID) ||
		!strings.Contains(err.Error(), twinID) {
		t.Errorf("%v", err)
	}
	s.inWorkspace(twinID)
}

// However many processes refresh the sign-ins to several workspaces at the same
// time, each refresh token is sent once.
func TestWorkspacesAreRefreshedAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.signedIn()
	s.choose(betaID)
	s.signedIn()
	for round := range 3 {
		s.ageAll()
		var wait sync.WaitGroup
		for range 4 {
			for _, name := range []signin.Selector{"Alpha", "Beta"} {
				wait.Go(func() {
					session, err := s.signIns().Find(t.Context(), name)
					if err == nil {
						_, err = session.Token(t.Context())
					}
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
		}
		wait.Wait()
		s.refreshed(2 * (round + 1))
	}
	s.inWorkspace("Alpha")
	s.inWorkspace("Beta")
}

// Two that sign out of a shared client must not sign each other out.
func TestSharedClientIsRevokedLast(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.signedIn()
	s.choose(betaID)
	s.signedIn()
	for _, path := range s.stores() {
		s.editFile(path, func(signIn map[string]any) {
			signIn["client"] = map[string]any{"clientId": "shared", "redirectUri": "http://localhost:1/oauth/callback"}
		})
	}
	for n, name := range []signin.Selector{"Alpha", "Beta"} {
		revoked, err := s.inWorkspace(name).Logout(t.Context())
		if errors.Is(revoked, signin.ErrClientShared) != (n == 0) || n == 1 && revoked != nil || err != nil {
			t.Fatalf("%v %v", revoked, err)
		}
		if len(s.awork.revoked) != n {
			t.Errorf("after %s: revoked %v", name, s.awork.revoked)
		}
	}
}

// Where awork does not say whose sign-in it is, it is stored all the same, and
// named when awork does.
func TestWorkspaceIsNotKnownAtFirst(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	fail := func(fail bool) {
		s.awork.set(func(a *fakeAwork) {
			a.on = map[string]http.HandlerFunc{}
			if fail {
				a.on["me"] = refuseWith(403, `<html>`)
			}
		})
	}
	fail(true)
	s.token(s.signedIn())
	s.token(s.session())
	if status, err := s.session().Status(); err != nil || status.Workspace != (awork.Workspace{}) || status.Person != "" {
		t.Errorf("status: %+v %v", status, err)
	}
	if _, err := s.signIns().Find(t.Context(), "Alpha"); err == nil || !strings.Contains(err.Error(), "not known now") {
		t.Errorf("%v", err)
	}
	fail(false)
	s.inWorkspace("Alpha")
	fail(true)
	s.inWorkspaceOffline("Alpha")

	// A second one that awork says nothing of is the same as the first.
	s.token(s.signedIn())
	fail(false)
	all, err := s.signIns().All(t.Context())
	if err != nil || len(all) != 1 {
		t.Errorf("%d sign-ins: %v", len(all), err)
	}
}

func (s *fixture) inWorkspaceOffline(name signin.Selector) {
	s.t.Helper()
	if _, err := s.signIns().Find(s.t.Context(), name); err != nil {
		s.t.Errorf("%s: %v", name, err)
	}
}

// A sign-in that awork ended stays in the list, with its workspace and the reason.
func TestEndedSignInIsListed(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	session := s.expired()
	s.choose(betaID)
	s.signedIn()
	s.awork.set(func(a *fakeAwork) {
		a.on = map[string]http.HandlerFunc{"token": refuseWith(400, `{"error":"invalid_grant"}`)}
	})
	s.signedOut(session, "invalid_grant")
	all, err := s.signIns().All(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatalf("%d sign-ins: %v", len(all), err)
	}
	status, err := all[0].Status()
	if !errors.Is(err, signin.ErrNotSignedIn) || !strings.Contains(err.Error(), "invalid_grant") ||
		status.Workspace.Name != "Alpha" || status.Person != "Ada Admin" || status.Location != "" {
		t.Errorf("%+v %v", status, err)
	}
	s.inWorkspace("Beta")
}

func TestSelector(t *testing.T) {
	t.Parallel()
	w := awork.Workspace{ID: uuid.MustParse(alphaID), Name: "Alpha"}
	for s, want := range map[signin.Selector]bool{"": true, "Alpha": true, alphaID: true, "alpha": false, "Alpha\u0020": false,
		betaID: false, signin.Selector(uuid.Nil.String()): false} {
		if got := s.Matches(w); got != want {
			t.Errorf("%s: %v", s, got)
		}
		err := s.Check(w)
		if (err == nil) != want || err != nil && (!strings.Contains(err.Error(), `"Alpha" (`+alphaID+")") ||
			!strings.Contains(err.Error(), s.String())) {
			t.Errorf("%s: %v", s, err)
		}
	}
	if signin.Selector(uuid.Nil.String()).Matches(awork.Workspace{Name: "x"}) {
		t.Error("a workspace without an id is taken for the nil id")
	}
}
