package httpserver

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
)

var (
	errClosing = errors.New("the server is shutting down")
	errBusy    = errors.New("too many calls are in flight")
)

// calls are those in flight. A call is in flight until its answer has been handed
// to its connection; once the calls are closed, none begins.
type calls struct {
	limiter      *limits.Limiter
	closing      context.Context // ends with close
	startClosing context.CancelFunc

	mu       sync.Mutex
	inFlight int
	idle     chan struct{} // closed when the calls are closed and none is in flight
}

func newCalls(s limits.Shares) *calls {
	closing, startClosing := context.WithCancel(context.Background())
	return &calls{limiter: limits.New(s), closing: closing, startClosing: startClosing, idle: make(chan struct{})}
}

// acquire begins a call of a caller, at once or when others have ended; errBusy
// says that too few did in time, errClosing that the server is ending.
func (c *calls) acquire(ctx context.Context, caller string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.closing, cancel)()
	err := c.limiter.Acquire(ctx, caller, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.isClosing():
		if err == nil {
			c.limiter.Release(caller, 1)
		}
		return errClosing
	case err != nil:
		return errBusy
	}
	c.inFlight++
	return nil
}

func (c *calls) release(caller string) {
	c.limiter.Release(caller, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inFlight--; c.inFlight == 0 && c.isClosing() {
		close(c.idle)
	}
}

func (c *calls) isClosing() bool { return c.closing.Err() != nil }

// close lets no call begin any more, and returns the number of those in flight.
// It is called once.
func (c *calls) close() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.startClosing()
	if c.inFlight == 0 {
		close(c.idle)
	}
	return c.inFlight
}

// wait waits until no call is in flight, and returns the number of those that
// are left at the limit.
func (c *calls) wait(limit time.Duration) int {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-c.idle:
	case <-timer.C:
	}
	return c.count()
}

func (c *calls) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inFlight
}
