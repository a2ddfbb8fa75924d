package awork

import (
	"context"
	"sync"
)

// pendingMe counts the GET /me that are in flight, so that a 404, which GET /me has
// to confirm, waits for one instead of asking again. The zero value is ready.
type pendingMe struct {
	mu    sync.Mutex
	count int
	idle  chan struct{} // closed when count is 0 again; nil before the first
}

func (p *pendingMe) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count++; p.count == 1 {
		p.idle = make(chan struct{})
	}
}

func (p *pendingMe) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count--; p.count == 0 {
		close(p.idle)
	}
}

// wait returns when none is in flight, or ctx ends.
func (p *pendingMe) wait(ctx context.Context) {
	p.mu.Lock()
	idle := p.idle
	p.mu.Unlock()
	if idle == nil {
		return
	}
	select {
	case <-idle:
	case <-ctx.Done():
	}
}
