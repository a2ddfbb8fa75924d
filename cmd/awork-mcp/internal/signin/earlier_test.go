package signin_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writeEarlier writes the file of earlier versions, an entry for each address.
func (s *fixture) writeEarlier(logins map[string]any) {
	s.t.Helper()
	content, err := json.Marshal(map[string]any{"logins": logins})
	if err == nil {
		err = os.MkdirAll(s.dir, 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(s.dir, "login.json"), content, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// leaveEarlier turns the only sign-in into one that an earlier version made, with
// its tokens in a place.
func (s *fixture) leaveEarlier(place string, expires time.Duration) {
	s.t.Helper()
	s.awork.mu.Lock()
	access := s.awork.last
	var refresh string
	for refresh = range s.awork.refreshes {
	}
	s.awork.mu.Unlock()
	path := s.store()
	content, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	var stored struct{ Client map[string]any }
	if err := json.Unmarshal(content, &stored); err != nil {
		s.t.Fatal(err)
	}
	login := map[string]any{
		"registered": stored.Client, "clientId": stored.Client["clientId"], "keptIn": place,
		"obtained": time.Now().Add(-24 * time.Hour), "expires": time.Now().Add(expires),
	}
	s.keyring.mu.Lock()
	clear(s.keyring.entries)
	if place == "keyring" {
		s.keyring.entries["awork-mcp/access token for "+s.awork.base] = access
		s.keyring.entries["awork-mcp/refresh token for "+s.awork.base] = refresh
	} else {
		login["accessToken"], login["refreshToken"] = access, refresh
	}
	s.keyring.mu.Unlock()
	if err := os.RemoveAll(s.folder()); err != nil {
		s.t.Fatal(err)
	}
	s.writeEarlier(map[string]any{s.awork.base: login})
}

// The sign-in of an earlier version goes on without a new one, and without a
// request where it is the only one.
func TestEarlierSignInIsTakenOver(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"keyring", "file"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			s.signedIn()
			s.leaveEarlier(place, time.Hour)
			asked := s.awork.count("me")
			session := s.session()
			s.token(session)
			if n := s.awork.count("me"); n != asked {
				t.Errorf("awork was asked %d times", n-asked)
			}
			if files, _ := filepath.Glob(filepath.Join(s.dir, "login.*")); len(files) > 0 {
				t.Errorf("%v are left", files)
			}
			s.age(24*time.Hour, -time.Minute)
			s.token(session)
			s.token(s.sessionOf("Alpha")) // now the workspace is asked for
			s.token(s.sessionOf("Alpha"))
			if n := s.awork.count("me"); n != asked+1 {
				t.Errorf("awork was asked %d times", n-asked)
			}
			if status, err := s.session().Status(); err != nil || status.Person != "Ada Admin" {
				t.Errorf("status: %+v %v", status, err)
			}
			s.refreshed(1)
			s.token(s.signedIn()) // of the same workspace
			s.token(s.session())
			s.signOut()
			if entries, _ := s.keyring.look(); entries > 0 {
				t.Errorf("the keyring still has %d tokens", entries)
			}
		})
	}
}

func TestEarlierSignInBesideANewOne(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.signedIn()
	s.leaveEarlier("keyring", time.Hour)
	s.choose(betaID)
	s.signedIn()
	s.inWorkspace("Alpha")
	s.inWorkspace("Beta")
}

// What an earlier version stored of a sign-in that had ended, and of other
// addresses.
func TestEarlierFileWithMore(t *testing.T) {
	t.Parallel()
	s, other := newFixture(t), newFixture(t)
	other.dir, other.keyring = s.dir, s.keyring
	other.signedIn()
	other.leaveEarlier("file", time.Hour)
	content, err := os.ReadFile(filepath.Join(s.dir, "login.json"))
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]map[string]any
	if err := json.Unmarshal(content, &document); err != nil {
		t.Fatal(err)
	}
	logins := maps.Clone(document["logins"])
	logins[s.awork.base] = map[string]any{"signedOut": "it was revoked"}
	s.writeEarlier(logins)
	s.signedOut(s.session(), "it was revoked")
	other.token(other.session())
	s.token(s.signedIn())

	if err := os.WriteFile(filepath.Join(s.dir, "login.json"), []byte(`{"logins": "canary`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.signIns().All(t.Context()); err == nil || strings.Contains(err.Error(), "canary") ||
		!strings.Contains(err.Error(), "remove it") {
		t.Errorf("a damaged file: %v", err)
	}
}
