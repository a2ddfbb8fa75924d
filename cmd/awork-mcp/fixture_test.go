package main_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// fixture is an empty home for one test, with a record of everything that programs
// write. When the test ends, no secret may be in that record.
type fixture struct {
	t    *testing.T
	home string

	mu      sync.Mutex
	record  map[string]*bytes.Buffer
	secrets []string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s := &fixture{t: t, home: t.TempDir(), record: map[string]*bytes.Buffer{}}
	// Secrets of the seeded workspace that no tool may show.
	_, value, _ := strings.Cut(sandbox.FormsWebhookSecret, "=")
	s.secrets = append(s.secrets, value)
	for _, a := range sandbox.New(sandbox.Options{}).ClientApplications() {
		if a.Secret != "" {
			s.secrets = append(s.secrets, a.Secret)
		}
	}
	t.Cleanup(s.search)
	return s
}

// canary makes a token to look for.
func (s *fixture) canary() string {
	c := "canary-" + rand.Text()
	s.secret(c)
	return c
}

func (s *fixture) secret(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets = append(s.secrets, text)
}

// note records a text that a program wrote.
func (s *fixture) note(where string, text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.record[where]
	if b == nil {
		b = new(bytes.Buffer)
		s.record[where] = b
	}
	b.Write(text)
}

func (s *fixture) search() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for where, text := range s.record {
		for _, secret := range s.secrets {
			if i := strings.Index(text.String(), secret); i >= 0 {
				s.t.Errorf("a secret shows in %s: …%.200s", where, text.String()[max(0, i-100):])
			}
		}
		for _, bad := range []string{"DATA RACE", "panic:", "fatal error:"} {
			if i := strings.Index(text.String(), bad); i >= 0 {
				s.t.Errorf("in %s: %.4000s", where, text.String()[i:])
			}
		}
	}
}

// file writes a file that its owner alone may read.
func (s *fixture) file(name, content string) string {
	s.t.Helper()
	path := filepath.Join(s.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}
