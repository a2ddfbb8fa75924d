package sandbox

import (
	"slices"
	"sync"
	"time"
)

// maxRequests bounds the log of requests.
const maxRequests = 100_000

// Request is what the sandbox remembers of one request. The token is no part of
// it.
type Request struct {
	Method      string
	Path        string // without BasePath
	Query       string // as it came, without the question mark
	Status      int    // 0: nothing was answered (yet), or the connection was cut
	Effect      bool   // a write took effect
	Traceparent string
	UserAgent   string
	Time        time.Time // when it came
}

// requestLog remembers the last requests, between a half and all of maxRequests.
type requestLog struct {
	mu      sync.Mutex
	entries []*Request
}

// add logs a request that came.
func (l *requestLog) add(r *Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) == maxRequests {
		l.entries = slices.Delete(l.entries, 0, maxRequests/2)
	}
	l.entries = append(l.entries, r)
}

// finish notes what became of a request.
func (l *requestLog) finish(r *Request, status int, effect bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Status, r.Effect = status, effect
}

func (l *requestLog) all() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]Request, len(l.entries))
	for i, r := range l.entries {
		all[i] = *r
	}
	return all
}

func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = nil
}
