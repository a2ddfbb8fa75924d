package httpfront

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"

	"github.com/mark3labs/mcp-go/server"
)

var errUnknownSession = errors.New("unknown session")

// sessions are those of streamable HTTP before 2026-07-28, as mcp-go's
// SessionIdManager. An id is a secret of 130 random bits; it stands for a
// session from initialize until its DELETE or its idle end, and is unknown
// before and after.
type sessions struct {
	mu   sync.Mutex
	open map[string]session
}

// session is a context that ends with the session.
type session struct {
	ctx context.Context
	end context.CancelFunc
}

func newSessions() *sessions { return &sessions{open: map[string]session{}} }

// Generate opens a session.
func (s *sessions) Generate() string {
	id := rand.Text()
	ctx, end := context.WithCancel(context.Background())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[id] = session{ctx, end}
	return id
}

// Validate refuses a session that is not open; mcp-go answers 404 then.
func (s *sessions) Validate(id string) (isTerminated bool, err error) {
	if _, known := s.ended(id); !known {
		return false, errUnknownSession
	}
	return false, nil
}

// Terminate ends a session and its streams.
func (s *sessions) Terminate(id string) (isNotAllowed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if open, known := s.open[id]; known {
		open.end()
		delete(s.open, id)
	}
	return false, nil
}

// ended gives the context that ends with the session.
func (s *sessions) ended(id string) (context.Context, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, known := s.open[id]
	return open.ctx, known
}

var _ server.SessionIdManager = (*sessions)(nil)
