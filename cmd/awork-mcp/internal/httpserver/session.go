package httpserver

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
)

// sessions are those of streamable HTTP before 2026-07-28. An id is a secret of
// 130 random bits, and yet no proof of who sends it: a session is its owner's,
// and unknown to everybody else. It lasts from initialize until its DELETE, its
// idle end, or until it makes way for another.
type sessions struct {
	idle    time.Duration
	limiter *limits.Limiter

	mu   sync.Mutex
	open map[string]*session
}

// session has a context that ends with it.
type session struct {
	id     string
	owner  owner
	ctx    context.Context
	cancel context.CancelFunc
	busy   int // requests in it, streams among them
	used   time.Time

	questions jsonrpc.Questions
}

type sessionKey struct{}

// within returns a context for what happens in the session, which ends with it.
func (x *session) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return untilBoth(context.WithValue(ctx, sessionKey{}, x), x.ctx)
}

// untilBoth returns ctx, which ends with other too.
func untilBoth(ctx, other context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(other, cancel)
	return ctx, func() { stop(); cancel() }
}

func newSessions(s limits.Shares, idle time.Duration) *sessions {
	return &sessions{idle: idle, limiter: limits.New(s), open: map[string]*session{}}
}

// begin opens a session that is in use until release. Where there are too many,
// the one that has been idle longest is ended for it: one of the caller's own, if
// it has its share. It returns the ids of those, and nil if all are in use.
func (s *sessions) begin(o owner) (begun *session, ended []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		err := s.limiter.Acquire(context.Background(), o.caller, 1)
		if err == nil {
			break
		}
		idlest := s.idlest(o.caller, errors.Is(err, limits.ErrCallerBusy))
		if idlest == nil {
			return nil, ended
		}
		s.remove(idlest)
		ended = append(ended, idlest.id)
	}
	ctx, cancel := context.WithCancel(context.Background())
	begun = &session{id: rand.Text(), owner: o, ctx: ctx, cancel: cancel, busy: 1}
	s.open[begun.id] = begun
	return begun, ended
}

// idlest returns the session that has been idle longest, of all or of the
// caller's; nil if there is none.
func (s *sessions) idlest(caller string, ofCaller bool) *session {
	var found *session
	for _, x := range s.open {
		if x.busy == 0 && (!ofCaller || x.owner.caller == caller) && (found == nil || x.used.Before(found.used)) {
			found = x
		}
	}
	return found
}

// use returns a session that is its owner's, and in use until release; nil if
// there is none.
func (s *sessions) use(id string, o owner) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.open[id]
	if x == nil || x.owner != o {
		return nil
	}
	if x.busy == 0 && time.Since(x.used) > s.idle {
		s.remove(x)
		return nil
	}
	x.busy++
	return x
}

func (s *sessions) release(x *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.busy--
	x.used = time.Now()
}

// end ends a session and its streams.
func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.open[id]; x != nil {
		s.remove(x)
	}
}

func (s *sessions) remove(x *session) {
	x.cancel()
	delete(s.open, x.id)
	s.limiter.Release(x.owner.caller, 1)
}

func (s *sessions) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}
