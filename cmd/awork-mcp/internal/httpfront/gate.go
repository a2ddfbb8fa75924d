package httpfront

import (
	"sync"
	"time"
)

// gate counts the calls in flight. A call is inside until its answer has been
// handed to its connection; once the gate is shut, none gets in.
type gate struct {
	mu     sync.Mutex
	inside int
	shut   bool
	empty  chan struct{} // closed when the gate is shut and nobody is inside
}

func newGate() *gate { return &gate{empty: make(chan struct{})} }

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return false
	}
	g.inside++
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.shut && g.inside == 0 {
		close(g.empty)
	}
}

func (g *gate) isShut() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.shut
}

// close shuts the gate, once, and gives the number inside.
func (g *gate) close() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.shut {
		g.shut = true
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
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inside
}
