package stdio

import (
	"fmt"
	"sync"
)

// inFlight are the requests that wait, run or are being answered.
type inFlight struct {
	idle   chan struct{} // closed when it is closed and empty
	halted chan struct{} // closed when nothing starts any more and no handler runs

	mu              sync.Mutex
	requests        map[*request]struct{}
	bytes, running  int
	closed, halting bool
}

func newInFlight() *inFlight {
	return &inFlight{idle: make(chan struct{}), halted: make(chan struct{}), requests: make(map[*request]struct{})}
}

// add takes r up, unless there is too much or it is closed.
func (f *inFlight) add(r *request) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return errStopping
	case len(f.requests) >= maxOpen || f.bytes+len(r.message.Raw) > maxBytes:
		return fmt.Errorf("the server is busy: %d requests are in flight; wait for some of them", len(f.requests))
	}
	f.requests[r] = struct{}{}
	f.bytes += len(r.message.Raw)
	return nil
}

func (f *inFlight) remove(r *request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.requests, r)
	f.bytes -= len(r.message.Raw)
	f.checkIdle()
}

// start reports whether a handler may run, until it calls stop.
func (f *inFlight) start() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.halting {
		return false
	}
	f.running++
	return true
}

func (f *inFlight) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running--
	f.checkHalted()
}

// halt lets no more handlers start, and returns how many are running.
func (f *inFlight) halt() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.halting = true
	f.checkHalted()
	return f.running
}

func (f *inFlight) checkHalted() {
	if f.halting && f.running == 0 {
		close(f.halted)
	}
}

// cancel cancels what is in flight under this id, written as it was in the
// request: 7 is not "7". A client that uses an id twice at once is at fault, but
// that must not leave a write running: all of that id are cancelled.
func (f *inFlight) cancel(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for r := range f.requests {
		if string(r.message.ID) == id && r.state.CompareAndSwap(live, cancelled) {
			r.cancel()
		}
	}
}

// close takes no more requests.
func (f *inFlight) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.checkIdle()
}

func (f *inFlight) checkIdle() {
	if f.closed && len(f.requests) == 0 {
		close(f.idle)
	}
}

func (f *inFlight) len() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.requests)
}
