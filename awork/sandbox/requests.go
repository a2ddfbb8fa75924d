package sandbox

import (
	"net/http"
	"sync"
	"time"
)

// maxRequests bounds the log of requests: the oldest are forgotten.
const maxRequests = 100_000

// Request is what the sandbox remembers of one request. The token is not kept.
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

// Requests returns the requests seen since New or ResetRequests, in the order
// they came, the last 100,000 at most.
func (s *Sandbox) Requests() []Request { return s.log.all() }

// ResetRequests forgets the requests seen so far, those under way included.
func (s *Sandbox) ResetRequests() { s.log.reset() }

// requestLog is a ring that grows to maxRequests. Requests are numbered from
// 0; base is the first one that is not forgotten by a reset.
type requestLog struct {
	mu   sync.Mutex
	ring []Request
	base uint64
	next uint64
}

func (l *requestLog) begin(c *call, r *http.Request) uint64 {
	req := Request{
		Method: r.Method, Path: c.path, Query: r.URL.RawQuery,
		Traceparent: r.Header.Get("Traceparent"), UserAgent: r.UserAgent(), Time: c.at,
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < maxRequests {
		l.ring = append(l.ring, req)
	} else {
		l.ring[(l.next-l.base)%maxRequests] = req
	}
	l.next++
	return l.next - 1
}

func (l *requestLog) update(seq uint64, status int, effect bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq < l.base || seq+maxRequests < l.next {
		return // forgotten
	}
	r := &l.ring[(seq-l.base)%maxRequests]
	r.Status, r.Effect = status, effect
}

func (l *requestLog) all() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	oldest := 0
	if len(l.ring) == maxRequests {
		oldest = int((l.next - l.base) % maxRequests)
	}
	return append(append(make([]Request, 0, len(l.ring)), l.ring[oldest:]...), l.ring[:oldest]...)
}

func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.base = l.ring[:0], l.next
}
