package stdio

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
)

const (
	live int32 = iota
	cancelled
	finished
)

// A request is one request in flight, and the session as its handler sees it:
// with a notification channel of the request's own, so that all of it can be
// written before the answer, and nothing after it or after a cancel, and with
// what a request of 2026-07-28 says of its client, which holds for it alone.
type request struct {
	*session
	own    clientStore
	id     json.RawMessage
	method mcp.MCPMethod
	line   []byte
	ctx    context.Context
	cancel context.CancelFunc
	state  atomic.Int32
	notes  outbox
}

// NotificationChannel returns the request's own channel.
func (r *request) NotificationChannel() chan<- mcp.JSONRPCNotification {
	return r.notes.channel(func(n mcp.JSONRPCNotification) { _ = r.w.send(n, r.live) })
}

func (r *request) SetClientInfo(info mcp.Implementation)          { r.own.SetClientInfo(info) }
func (r *request) SetClientCapabilities(c mcp.ClientCapabilities) { r.own.SetClientCapabilities(c) }

// GetClientInfo returns what the request says, else what the client said first.
func (r *request) GetClientInfo() mcp.Implementation {
	return load(&r.own.info, r.session.GetClientInfo())
}

// GetClientCapabilities returns what the request says, else what the client
// said first.
func (r *request) GetClientCapabilities() mcp.ClientCapabilities {
	return load(&r.own.caps, r.session.GetClientCapabilities())
}

func (r *request) live() bool { return r.state.Load() == live }

// finish says whether the request may be answered, which it may once.
func (r *request) finish() bool { return r.state.CompareAndSwap(live, finished) }

// A flight is the requests that are running, waiting or being answered.
type flight struct {
	idle  chan struct{} // closed when it is closed and empty
	still chan struct{} // closed when it is halted and no handler runs

	mu             sync.Mutex
	requests       map[*request]struct{}
	held, running  int
	closed, halted bool
}

func newFlight() *flight {
	return &flight{idle: make(chan struct{}), still: make(chan struct{}), requests: make(map[*request]struct{})}
}

// add takes r up, unless there is too much or the flight is closed.
func (f *flight) add(r *request) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return errStopping
	case len(f.requests) >= maxOpen || f.held+len(r.line) > maxHeld:
		return fmt.Errorf("the server is busy: %d requests are in flight; wait for some of them", len(f.requests))
	}
	f.requests[r] = struct{}{}
	f.held += len(r.line)
	return nil
}

func (f *flight) remove(r *request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.requests, r)
	f.held -= len(r.line)
	f.landed()
}

// start says whether a handler may run, until it calls stop.
func (f *flight) start() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.halted {
		return false
	}
	f.running++
	return true
}

func (f *flight) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running--
	f.stopped()
}

// halt has no handler start any more, and says how many are running.
func (f *flight) halt() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.halted = true
	f.stopped()
	return f.running
}

func (f *flight) stopped() {
	if f.halted && f.running == 0 {
		close(f.still)
	}
}

// cancel cancels what is in flight under this id, written as it was in the
// request: 7 is not "7". It goes through them all, for ids that a client uses
// twice at once are its fault but must not leave a write running.
func (f *flight) cancel(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for r := range f.requests {
		if string(r.id) == id && r.state.CompareAndSwap(live, cancelled) {
			r.cancel()
		}
	}
}

// close takes no more requests.
func (f *flight) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.landed()
}

func (f *flight) landed() {
	if f.closed && len(f.requests) == 0 {
		close(f.idle)
	}
}

func (f *flight) len() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.requests)
}
