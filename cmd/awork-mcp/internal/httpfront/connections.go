package httpfront

import (
	"container/list"
	"context"
	"net"
	"sync"
	"time"
)

const (
	maxConnections = 2000
	// maxHeld of them may be at work for a caller at once. The others are there
	// for who comes next, a health probe above all.
	maxHeld = 1700
	// minWait is the time in which a connection may show what it is for,
	// whatever the crowd behind it.
	minWait = 250 * time.Millisecond
)

// connections is a listener that bounds the number of open connections. When
// there are too many, the one that has waited longest for its client makes room
// for the next: it is idle, or half a request has come, or nothing. So nobody
// shuts others out by opening connections. One that is at work for a caller, with
// its request complete, is never closed for another's sake.
type connections struct {
	net.Listener
	max, maxHeld int
	minWait      time.Duration
	freed        chan struct{} // has an element after a connection was closed
	done         chan struct{} // closed with the listener
	closeOnce    sync.Once

	mu      sync.Mutex
	open    int
	held    int
	waiting list.List // of *connection, the longest waiting first
}

func limitConnections(ln net.Listener, limit, held int) *connections {
	return &connections{Listener: ln, max: limit, maxHeld: held, minWait: minWait, freed: make(chan struct{}, 1), done: make(chan struct{})}
}

// Accept implements [net.Listener].
func (c *connections) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c.makeRoom()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open++
	x := &connection{Conn: conn, of: c}
	x.wait()
	return x, nil
}

// Close implements [net.Listener].
func (c *connections) Close() error {
	c.closeOnce.Do(func() { close(c.done) })
	return c.Listener.Close()
}

func (c *connections) makeRoom() {
	for {
		c.mu.Lock()
		if c.open < c.max {
			c.mu.Unlock()
			return
		}
		remaining := c.minWait
		if first := c.waiting.Front(); first != nil {
			oldest := first.Value.(*connection)
			if remaining -= time.Since(oldest.since); remaining <= 0 {
				c.mu.Unlock()
				_ = oldest.Close()
				continue
			}
		}
		c.mu.Unlock()
		select {
		case <-c.freed:
		case <-time.After(remaining):
		case <-c.done:
			return
		}
	}
}

// count gives the number of open connections, and of those at work.
func (c *connections) count() (open, held int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open, c.held
}

// connection is one of connections. Either it waits, and is in their list, or
// it is held, or it is closed.
type connection struct {
	net.Conn
	of     *connections
	place  *list.Element
	since  time.Time
	held   bool
	closed bool
}

func (x *connection) wait() {
	x.since = time.Now()
	x.place = x.of.waiting.PushBack(x)
}

// hold keeps the connection from being closed until rest, or reports that too
// many are held.
func (x *connection) hold() bool {
	if x == nil {
		return true
	}
	x.of.mu.Lock()
	defer x.of.mu.Unlock()
	if x.held || x.closed {
		return true
	}
	if x.of.held >= x.of.maxHeld {
		return false
	}
	x.held = true
	x.of.held++
	x.of.waiting.Remove(x.place)
	return true
}

// rest has the connection wait, from now on.
func (x *connection) rest() {
	if x == nil {
		return
	}
	x.of.mu.Lock()
	defer x.of.mu.Unlock()
	if x.closed {
		return
	}
	if x.held {
		x.held = false
		x.of.held--
	} else {
		x.of.waiting.Remove(x.place)
	}
	x.wait()
}

// Close implements [net.Conn].
func (x *connection) Close() error {
	x.of.mu.Lock()
	if !x.closed {
		x.closed = true
		x.of.open--
		if x.held {
			x.of.held--
		} else {
			x.of.waiting.Remove(x.place)
		}
	}
	x.of.mu.Unlock()
	select {
	case x.of.freed <- struct{}{}:
	default:
	}
	return x.Conn.Close()
}

// CloseWrite is what net/http does before it closes a connection whose client
// is still sending, so that it reads the answer.
func (x *connection) CloseWrite() error {
	if c, ok := x.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

type connectionKey struct{}

func withConnection(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, c)
}

// connectionOf is the connection of a request; nil, on which all methods that
// the front uses work, where there is no listener.
func connectionOf(ctx context.Context) *connection {
	x, _ := ctx.Value(connectionKey{}).(*connection)
	return x
}
