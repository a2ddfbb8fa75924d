package httpfront

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

const (
	maxSessions = 2000
	sessionIdle = 30 * time.Minute
)

var errUnknownSession = errors.New("unknown session")

// sessions are those of streamable HTTP before 2026-07-28. An id is a secret of
// 130 random bits, and yet no proof of who sends it: a session is its owner's,
// and unknown to everybody else. It stands from initialize until its DELETE, its
// idle end, or until it has to make room.
type sessions struct {
	max  int
	idle time.Duration
	// forget drops what mcp-go keeps of a session.
	forget func(id string)

	mu   sync.Mutex
	open map[string]*session
	by   map[string]int // how many a caller has
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

// within gives a context for what happens in the session, which ends with it.
func (x *session) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithValue(ctx, sessionKey{}, x))
	detach := context.AfterFunc(x.ctx, cancel)
	return ctx, func() { detach(); cancel() }
}

func newSessions() *sessions {
	return &sessions{max: maxSessions, idle: sessionIdle, open: map[string]*session{}, by: map[string]int{}}
}

// begin opens a session that is in use until release. Where there is no room,
// the one that has been idle longest ends for it. A caller who has half of all
// pays with one of its own; false says that there is none to pay with.
func (s *sessions) begin(o owner) (*session, bool) {
	s.mu.Lock()
	own := o.caller != "" && s.by[o.caller] >= (s.max+1)/2
	var victim *session
	if own || len(s.open) >= s.max {
		for _, x := range s.open {
			if x.busy == 0 && (!own || x.owner.caller == o.caller) && (victim == nil || x.used.Before(victim.used)) {
				victim = x
			}
		}
		if victim == nil {
			s.mu.Unlock()
			return nil, false
		}
		s.remove(victim)
	}
	ctx, cancel := context.WithCancel(context.Background())
	x := &session{id: rand.Text(), owner: o, ctx: ctx, cancel: cancel, busy: 1}
	s.open[x.id] = x
	s.by[o.caller]++
	s.mu.Unlock()
	if victim != nil {
		s.forget(victim.id)
	}
	return x, true
}

// use gives a session that is its owner's, and in use until release.
func (s *sessions) use(id string, o owner) (*session, bool) {
	s.mu.Lock()
	x := s.open[id]
	if x == nil || x.owner != o {
		s.mu.Unlock()
		return nil, false
	}
	if x.busy == 0 && time.Since(x.used) > s.idle {
		s.remove(x)
		s.mu.Unlock()
		s.forget(id)
		return nil, false
	}
	x.busy++
	s.mu.Unlock()
	return x, true
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
	if s.by[x.owner.caller]--; s.by[x.owner.caller] == 0 {
		delete(s.by, x.owner.caller)
	}
}

func (s *sessions) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

type sessionKey struct{}

// ResolveSessionIdManager implements mcp-go's interface: the manager of a request
// knows the session that the front has found for it, and no other. Where there
// is no request, mcp-go is tidying up.
func (s *sessions) ResolveSessionIdManager(r *http.Request) server.SessionIdManager {
	m := manager{all: s}
	if r != nil {
		m.its, _ = r.Context().Value(sessionKey{}).(*session)
	}
	return m
}

// manager is mcp-go's view of the sessions.
type manager struct {
	all *sessions
	its *session
}

// Generate gives the id of the session that the front has opened. Where it has
// opened none, mcp-go shall open none either.
func (m manager) Generate() string {
	if m.its == nil {
		return ""
	}
	return m.its.id
}

func (m manager) Validate(id string) (isTerminated bool, err error) {
	if m.its == nil || m.its.id != id || m.its.ctx.Err() != nil {
		return false, errUnknownSession
	}
	return false, nil
}

func (m manager) Terminate(id string) (isNotAllowed bool, err error) {
	m.all.end(id)
	return false, nil
}

var _ server.SessionIdManagerResolver = (*sessions)(nil)
