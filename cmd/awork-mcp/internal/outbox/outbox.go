// Package outbox carries the notifications of one request, or of one session, to
// the client: in order, while the handler runs, and all of them before whatever
// is written after [Outbox.Flush].
//
// mcp-go sends notifications on a channel that the session gives it, and drops
// what finds the channel full, with an error to the handler. An outbox is that
// channel and the goroutine that empties it. It costs nothing until the first
// notification.
//
//	var box outbox.Outbox
//	box.Channel(write) <- notification
//	box.Flush() // write has returned for all that was sent
//	box.Close() // and nothing is taken any more
package outbox

import (
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// size is how far a handler may run ahead of a client that does not read.
const size = 256

// An Outbox passes notifications on, one at a time. The zero value is ready.
type Outbox struct {
	mu         sync.Mutex
	closed     bool
	ch         chan mcp.JSONRPCNotification
	stop, done chan struct{}
}

// Channel returns the channel to send on, whose notifications go to write, or nil,
// on which nothing can be sent, once the outbox is closed. A channel is good until
// the next Flush.
func (o *Outbox) Channel(write func(mcp.JSONRPCNotification)) chan<- mcp.JSONRPCNotification {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil
	}
	if o.ch == nil {
		o.ch = make(chan mcp.JSONRPCNotification, size)
		o.stop, o.done = make(chan struct{}), make(chan struct{})
		go forward(o.ch, o.stop, o.done, write)
	}
	return o.ch
}

// Flush returns when all that was sent before has been written. Channel opens the
// outbox anew. write must not call it.
func (o *Outbox) Flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ch == nil {
		return
	}
	close(o.stop)
	<-o.done
	o.ch = nil
}

// Close is Flush, and has nothing taken any more.
func (o *Outbox) Close() {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	o.Flush()
}

// forward writes what comes until stop is closed, and what is in ch by then.
func forward(
	ch <-chan mcp.JSONRPCNotification, stop <-chan struct{}, done chan<- struct{}, write func(mcp.JSONRPCNotification),
) {
	defer close(done)
	for {
		select {
		case n := <-ch:
			write(n)
		case <-stop:
			// Counted, for a goroutine that a handler left behind may send on.
			for range len(ch) {
				write(<-ch)
			}
			return
		}
	}
}
