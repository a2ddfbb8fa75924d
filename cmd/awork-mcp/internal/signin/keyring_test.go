package signin_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/zalando/go-keyring"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// memory is a keyring; with an error it is none.
type memory struct {
	mu      sync.Mutex
	entries map[string]string
	err     error
	// full takes no access token.
	full  bool
	asked int
}

func (m *memory) do(f func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	if m.err != nil {
		return m.err
	}
	return f()
}

func (m *memory) Get(service, user string) (value string, err error) {
	return value, m.do(func() error {
		var ok bool
		if value, ok = m.entries[service+"/"+user]; !ok {
			return keyring.ErrNotFound
		}
		return nil
	})
}

func (m *memory) Set(service, user, password string) error {
	return m.do(func() error {
		if m.full && strings.HasPrefix(user, "access token") {
			return keyring.ErrSetDataTooBig
		}
		if m.entries == nil {
			m.entries = map[string]string{}
		}
		m.entries[service+"/"+user] = password
		return nil
	})
}

func (m *memory) Delete(service, user string) error {
	return m.do(func() error { delete(m.entries, service+"/"+user); return nil })
}

func (m *memory) breaks(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *memory) look() (entries, asked int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.entries), m.asked
}

// The keyring is left alone until a token is needed.
func TestStatusAsksNoKeyring(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.signedIn()
	_, before := s.keyring.look()
	session := s.session()
	if _, err := session.Status(); err != nil {
		t.Fatal(err)
	}
	if _, after := s.keyring.look(); after != before {
		t.Error("the keyring was asked")
	}
	s.token(session)
	_, before = s.keyring.look()
	s.token(session)
	if _, after := s.keyring.look(); after != before {
		t.Error("the keyring was asked again")
	}
}

func TestSystemKeyring(t *testing.T) { // not parallel: the mock is the process's
	keyring.MockInit()
	s := newFixture(t)
	signIns, err := signin.New(signin.Config{BaseURL: s.awork.base, Version: "1.2.3", Dir: s.dir})
	if err != nil {
		t.Fatal(err)
	}
	session, err := signIns.Login(t.Context(), signin.LoginOptions{Ask: s.browse})
	if err != nil {
		t.Fatal(err)
	}
	s.token(session)
	entry := "refresh token for " + s.awork.base + " " + alphaID
	if _, err := keyring.Get("awork-mcp", entry); err != nil {
		t.Errorf("the keyring has no token: %v", err)
	}
	if _, err := session.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Get("awork-mcp", entry); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("after the logout the keyring has the token: %v", err)
	}
	s.signedOut(session, "")
}
