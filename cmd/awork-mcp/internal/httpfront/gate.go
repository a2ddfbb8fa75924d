package httpfront

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	maxCalls       = 512
	callsPerCaller = 64
	// A caller whose calls have no place may have so many more wait for one, for
	// so long. Others don't wait for them.
	waitPerCaller = 1000
	waitLimit     = 5 * time.Second
)

var (
	errShut = errors.New("the server is shutting down")
	errBusy = errors.New("too many calls are in flight")
)

// gate counts the calls in flight. A call is inside until its answer has been
// handed to its connection; once the gate is shut, none gets in. Inside there
// is room for so many in all, and for fewer of one caller. Who makes calls
// without a name is not one caller, so that the room in all is theirs.
type gate struct {
	room, each, queue int
	patience          time.Duration
	all               *semaphore.Weighted
	closing           context.Context // ends when the gate is shut
	startClose        context.CancelFunc

	mu      sync.Mutex
	inside  int
	empty   chan struct{} // closed when the gate is shut and nobody is inside
	callers map[string]*turnstile
}

// turnstile is a caller's way in.
type turnstile struct {
	present int // inside or waiting
	slots   *semaphore.Weighted
}

func newGate(room, each, queue int, patience time.Duration) *gate {
	closing, startClose := context.WithCancel(context.Background())
	return &gate{
		room: room, each: each, queue: queue, patience: patience,
		all:     semaphore.NewWeighted(int64(room)),
		closing: closing, startClose: startClose,
		empty:   make(chan struct{}),
		callers: map[string]*turnstile{},
	}
}

// enter lets a call in, at once or when there is room; errBusy says that there
// was none in time, errShut that there will be none.
func (g *gate) enter(ctx context.Context, caller string) error {
	t, err := g.arrive(caller)
	if err != nil {
		return err
	}
	if err := g.pass(ctx, t); err != nil {
		g.depart(caller, t, 0)
		return err
	}
	g.mu.Lock()
	shut := g.isShut()
	if !shut {
		g.inside++
	}
	g.mu.Unlock()
	if shut {
		g.all.Release(1)
		t.slots.Release(1)
		g.depart(caller, t, 0)
		return errShut
	}
	return nil
}

func (g *gate) arrive(caller string) (*turnstile, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isShut() {
		return nil, errShut
	}
	each := g.each
	if caller == "" {
		each = g.room
	}
	t := g.callers[caller]
	if t == nil {
		t = &turnstile{slots: semaphore.NewWeighted(int64(each))}
		g.callers[caller] = t
	}
	if t.present >= each+g.queue {
		return nil, errBusy
	}
	t.present++
	return t, nil
}

func (g *gate) pass(ctx context.Context, t *turnstile) error {
	if t.slots.TryAcquire(1) {
		if g.all.TryAcquire(1) {
			return nil
		}
		t.slots.Release(1)
	}
	ctx, cancel := context.WithTimeout(ctx, g.patience)
	defer cancel()
	defer context.AfterFunc(g.closing, cancel)()
	err := t.slots.Acquire(ctx, 1)
	if err == nil {
		if err = g.all.Acquire(ctx, 1); err != nil {
			t.slots.Release(1)
		}
	}
	switch {
	case err == nil:
		return nil
	case g.isShut():
		return errShut
	}
	return errBusy
}

func (g *gate) leave(caller string) {
	g.mu.Lock()
	t := g.callers[caller]
	g.mu.Unlock()
	t.slots.Release(1)
	g.all.Release(1)
	g.depart(caller, t, 1)
}

func (g *gate) depart(caller string, t *turnstile, inside int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.present--; t.present == 0 {
		delete(g.callers, caller)
	}
	g.inside -= inside
	if inside > 0 && g.inside == 0 && g.isShut() {
		close(g.empty)
	}
}

func (g *gate) isShut() bool { return g.closing.Err() != nil }

// close shuts the gate, once, and gives the number inside.
func (g *gate) close() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.isShut() {
		g.startClose()
		if g.inside == 0 {
			close(g.empty)
		}
	}
	return g.inside
}

// wait waits for a shut gate to be empty, and gives the number still inside.
func (g *gate) wait(limit time.Duration) int {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-g.empty:
	case <-timer.C:
	}
	return g.count()
}

func (g *gate) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inside
}
