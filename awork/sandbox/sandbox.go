// Package sandbox is an awork workspace in memory behind an [http.Handler]: a
// creative agency with its people, roles, client applications, webhooks and
// twelve API users, and with what these made: projects, tasks, time entries and
// other records. It answers that part of awork's REST API as awork documents it
// (https://developers.awork.com), with faults on demand.
//
// It serves demonstrations and tests. Where awork documents nothing, the
// sandbox has to decide, and the doc comment of the decision says so; nothing
// here is evidence of what awork does. The package has wire types of its own
// and knows no client, so that a client's misreading can't hide in it.
//
// [New] makes a workspace, always the same one; the constants name what is in
// it, and [Size] makes it a large one. [Sandbox.ServeHTTP] serves it on a socket
// and [Sandbox.RoundTripper] in process. A [Fault] says what goes wrong with
// which requests. What tests alone need stands in testing.go: they look at the
// records and the requests, and change the workspace past the API.
//
// A request passes the files in this order: sandbox.go (latency, faults, token,
// rate limit), routes.go (path and permission), one file of endpoints for each
// resource, page.go where the answer is a list to be filtered, ordered and cut
// into pages, and back through inject.go where a fault changes the answer.
package sandbox

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options describe a new [Sandbox]. The zero value is the seeded workspace,
// answering at once and limited as awork's common plans are.
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
	// Size makes the workspace a large one.
	Size Size
	// APIUsersPerPage, when above zero, makes GET /apiusers answer in pages of
	// this size and heed page and pageSize. awork documents no paging there;
	// this is for testing a client against the day that it does page.
	APIUsersPerPage int
	// NewRolePermissions are what a role has right after POST /roles. awork
	// documents nothing; none is likely.
	NewRolePermissions []Permission
	// Now is the clock; nil means [time.Now]. It dates records and turns the
	// windows of the rate limit. Latency and delays pass in real time.
	Now func() time.Time
}

// Sandbox is one workspace. It is safe for concurrent use. A write takes effect
// at once and in full, before its answer is sent.
type Sandbox struct {
	latency time.Duration
	now     func() time.Time
	routes  []route
	limiter *limiter
	faults  faultList
	log     requestLog
	hung    chan struct{}

	mu        sync.Mutex // guards workspace
	workspace workspace
}

// New makes a sandbox with the seeded workspace: the same ids, names and dates
// every time, but for the history of what was worked on, which goes up to the day
// before today. It panics on a fault that [Fault.Validate] refuses.
func New(o Options) *Sandbox {
	s := &Sandbox{latency: o.Latency, now: o.Now, routes: routes(), limiter: newLimiter(o.RateLimit),
		hung: make(chan struct{}, 1)}
	if s.now == nil {
		s.now = time.Now
	}
	s.workspace = seed(o.Empty)
	if !o.Empty {
		s.workspace.addHistory(s.now())
	}
	s.workspace.enlarge(o.Size)
	s.workspace.apiUsersPerPage, s.workspace.newRolePermissions = o.APIUsersPerPage, o.NewRolePermissions
	s.AddFaults(o.Faults...)
	return s
}

// AddFaults adds faults after those that are there. It panics on one that
// Validate refuses.
func (s *Sandbox) AddFaults(faults ...Fault) {
	for _, f := range faults {
		if err := f.Validate(); err != nil {
			panic("sandbox: " + err.Error())
		}
	}
	s.faults.add(faults)
}

// ServeHTTP answers one request: latency and faults first, then the token, the
// rate limit, the path and the permission, in this order, as a gateway before
// an API would. Where a fault cuts the connection it panics with
// [http.ErrAbortHandler], which [http.Server] and [Sandbox.RoundTripper]
// understand.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := newCall(w, r, s.now(), &s.workspace)
	logged := &Request{
		Method: r.Method, Path: c.path, Query: r.URL.RawQuery,
		Traceparent: r.Header.Get("Traceparent"), UserAgent: r.UserAgent(), Time: c.at,
	}
	s.log.add(logged)
	delay, fault := s.faults.take(r.Method, c.path)
	if err != nil || !wait(r.Context(), s.latency+delay) {
		panic(http.ErrAbortHandler)
	}
	if fault != nil {
		fault.prepare(c)
	}
	var p reply
	if fault == nil || fault.carriesOut(r.Method) {
		p = s.answer(c)
	}
	if fault != nil {
		p = injectFault(*fault, c, p)
	}
	s.log.finish(logged, p.status, c.effect)
	s.send(w, c, p)
}

// answer gives the answer to a request that no fault is in the way of.
func (s *Sandbox) answer(c *call) reply {
	if !strings.HasPrefix(c.r.URL.Path, BasePath+"/") {
		return noSuchPath()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	caller, refusal := s.workspace.authenticate(c.r.Header.Get("Authorization"))
	if refusal != nil {
		return *refusal
	}
	c.caller = caller
	if !s.limiter.take(s.now()) {
		return tooManyRequests()
	}
	return answer(c, s.routes)
}

// send writes a reply.
func (s *Sandbox) send(w http.ResponseWriter, c *call, p reply) {
	if p.hang {
		select {
		case s.hung <- struct{}{}:
		default: // nobody has taken the one before
		}
		<-c.r.Context().Done()
	}
	if p.cut || p.hang {
		panic(http.ErrAbortHandler)
	}
	if e, isError := p.body.(wireError); isError {
		e.TraceID = c.trace
		p.body = e
	}
	body := p.encoded()
	h := w.Header()
	h.Set("Trace-Id", c.trace)
	s.limiter.describe(h, s.now())
	for _, kv := range p.header {
		h.Set(kv[0], kv[1])
	}
	if p.body != nil {
		p.contentType = "application/json; charset=utf-8"
	}
	if p.status != http.StatusNoContent {
		if p.contentType != "" {
			h.Set("Content-Type", p.contentType)
		}
		h.Set("Content-Length", strconv.Itoa(max(len(body), p.declared)))
	}
	w.WriteHeader(p.status)
	_, _ = w.Write(body) // the client may have gone: its loss
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
