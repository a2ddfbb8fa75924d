// Package sandbox is an awork workspace in memory behind an [http.Handler]: a
// creative agency with its people, roles, client applications, webhooks and
// twelve API users, answering the API-management part of awork's REST API as
// awork documents it (https://developers.awork.com), with faults on demand.
//
// It serves demonstrations and tests. Where awork documents nothing, the
// sandbox has to decide, and the doc comment of the decision says so; nothing
// here is evidence of what awork does. The package keeps wire types of its own
// and knows no client, so that a client's misreading can't hide in it.
package sandbox

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// BasePath is the path everything is served under, as at
// https://api.awork.com/api/v1 (https://developers.awork.com/versioning). Any
// other path answers 404 with awork's error body.
const BasePath = "/api/v1"

// The tokens of a new sandbox. Each belongs to an API user of its own, the one
// that GET /me names.
const (
	AdminToken  = "sandbox-admin"  // in the admin role: may do everything
	ReaderToken = "sandbox-reader" // may read the workspace's configuration and its users
	NobodyToken = "sandbox-nobody" // may read neither
)

// Options say how a new [Sandbox] behaves. The zero value is the seeded
// workspace, answering at once and limited as awork's common plans are.
type Options struct {
	// Latency passes before every answer. It ends early, without answer or
	// effect, when the request is cancelled.
	Latency time.Duration
	// RateLimit is the number of requests that the workspace takes.
	RateLimit RateLimit
	// Faults are there from the start, as if given to [Sandbox.AddFaults].
	Faults []Fault
	// Empty leaves out all but the roles, the API users of the three tokens and
	// the person who made them.
	Empty bool
	// APIUsersPerPage, when above zero, makes GET /apiusers answer in pages of
	// this size and heed page and pageSize. awork documents no paging there;
	// this is for testing a client against the day that it does page.
	APIUsersPerPage int
	// Now is the clock; nil means [time.Now]. It dates records and turns the
	// windows of the rate limit. Latency and delays pass in real time.
	Now func() time.Time
}

// Sandbox is one workspace. It is safe for concurrent use. A write takes effect
// at once and as a whole, before its answer is sent.
type Sandbox struct {
	latency time.Duration
	perPage int
	now     func() time.Time
	mux     *http.ServeMux
	limiter *limiter
	faults  faultList
	log     requestLog
	hanging atomic.Int64

	mu    sync.Mutex // guards state
	state state
}

// New makes a sandbox with the seeded workspace: the same ids, names and dates
// every time. It panics on a fault that [Fault.Validate] refuses.
func New(o Options) *Sandbox {
	s := &Sandbox{latency: o.Latency, perPage: o.APIUsersPerPage, now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	s.limiter = newLimiter(o.RateLimit)
	s.state = seed(o.Empty)
	s.mux = s.routes()
	s.AddFaults(o.Faults...)
	return s
}

// ServeHTTP answers one request: latency and faults first, then the token, the
// rate limit, the path and the permission, in this order, as a gateway before
// an API would. Where a fault cuts the connection it panics with
// [http.ErrAbortHandler], which [http.Server] and [Sandbox.RoundTripper]
// understand.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := newCall(s, r)
	c.seq = s.log.begin(c, r)

	c.readBody(w)
	delay, fault := s.faults.take(r.Method, c.path)
	if !wait(r.Context(), s.latency+delay) {
		panic(http.ErrAbortHandler)
	}
	var out reply
	if fault == nil {
		out = s.answer(c)
	} else {
		out = s.misbehave(*fault, c)
	}
	out.send(w, c)
}

// answer gives the answer to a request that no fault is in the way of.
func (s *Sandbox) answer(c *call) reply {
	if !strings.HasPrefix(c.r.URL.Path, BasePath+"/") {
		return noSuchPath()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	caller, refusal := s.authenticate(c.r.Header.Get("Authorization"))
	if refusal != nil {
		return *refusal
	}
	c.caller = caller
	if !s.limiter.take(s.now()) {
		return tooManyRequests()
	}
	// The multiplexer finds the endpoint, which leaves its answer in c. What it
	// would say itself (a redirect to a cleaned path) awork doesn't.
	c.out = noSuchPath()
	s.mux.ServeHTTP(c, c.r)
	return c.out
}

// wait lets d pass and reports whether it did before ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
