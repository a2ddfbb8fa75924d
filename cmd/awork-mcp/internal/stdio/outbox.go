package stdio

import (
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// outboxSize is how far a handler may run ahead of a client that doesn't
// read. mcp-go drops what finds no room and tells the handler.
const outboxSize = 256

// An outbox carries notifications to the writer in order, while the handler
// runs. It costs nothing until the first one. The zero value is ready.
type outbox struct {
	mu         sync.Mutex
	closed     bool
	ch         chan mcp.JSONRPCNotification
	stop, done chan struct{}
}

// channel returns the channel to send on, nil (which takes nothing) once the
// outbox is closed. All that comes through it goes to send, one at a time.
func (o *outbox) channel(send func(mcp.JSONRPCNotification)) chan<- mcp.JSONRPCNotification {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ch == nil && !o.closed {
		o.ch = make(chan mcp.JSONRPCNotification, outboxSize)
		o.stop, o.done = make(chan struct{}), make(chan struct{})
		go o.forward(o.ch, send)
	}
	if o.closed {
		return nil
	}
	return o.ch
}

func (o *outbox) forward(ch <-chan mcp.JSONRPCNotification, send func(mcp.JSONRPCNotification)) {
	defer close(o.done)
	for {
		select {
		case n := <-ch:
			send(n)
		case <-o.stop:
			// Counted, for a goroutine that a handler left behind may send on.
			for range len(ch) {
				send(<-ch)
			}
			return
		}
	}
}

// close returns when all that is in the outbox has been sent. It is called
// once.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	opened := o.ch != nil
	o.mu.Unlock()
	if opened {
		close(o.stop)
		<-o.done
	}
}
