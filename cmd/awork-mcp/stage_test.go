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

// stage is where one test plays: an empty home, and a record of everything that
// programs say there. At its end no secret may be in that record.
type stage struct {
	t    *testing.T
	home string

	mu      sync.Mutex
	record  map[string]*bytes.Buffer
	secrets []string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, home: t.TempDir(), record: map[string]*bytes.Buffer{}}
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
func (s *stage) canary() string {
	c := "canary-" + rand.Text()
	s.secret(c)
	return c
}

func (s *stage) secret(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets = append(s.secrets, text)
}

// note records what was said.
func (s *stage) note(where string, said []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.record[where]
	if b == nil {
		b = new(bytes.Buffer)
		s.record[where] = b
	}
	b.Write(said)
}

func (s *stage) search() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for where, said := range s.record {
		for _, secret := range s.secrets {
			if i := strings.Index(said.String(), secret); i >= 0 {
				s.t.Errorf("a secret shows in %s: …%.200s", where, said.String()[max(0, i-100):])
			}
		}
		for _, bad := range []string{"DATA RACE", "panic:", "fatal error:"} {
			if i := strings.Index(said.String(), bad); i >= 0 {
				s.t.Errorf("in %s: %.4000s", where, said.String()[i:])
			}
		}
	}
}

// file writes a file that its owner alone may read.
func (s *stage) file(name, content string) string {
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
