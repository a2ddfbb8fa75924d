package limits

import (
	"container/list"
	"context"
	"net"
	"time"
)

// Conn is a connection of a Listener. Either it waits for its client, or it is
// busy, or it is closed. The methods work on nil too, which is a connection of
// no Listener.
type Conn struct {
	net.Conn
	listener   *Listener
	identified bool
	place      *list.Element // among strangers or idle ones; nil when busy or closed
	since      time.Time     // when it began to wait
	bytes      int64         // that a stranger has sent
	requests   int           // that have begun
	reading    bool          // the client has yet to send something
	ending     bool          // the answer is out, and nothing follows
	busy       bool
	closed     bool
}

// allowed returns how long the connection may wait at least.
func (c *Conn) allowed() time.Duration {
	switch {
	case c.ending:
		return 0
	case c.reading:
		return c.listener.max.MinTime
	}
	return 10 * c.listener.max.MinTime
}

func (c *Conn) wait(in *list.List) {
	c.since = time.Now()
	c.place = in.PushBack(c)
}

// leave takes the connection out of the list that it is in.
func (c *Conn) leave() {
	if c.place == nil {
		return
	}
	if c.identified {
		c.listener.idle.Remove(c.place)
	} else {
		c.listener.strangers.Remove(c.place)
	}
	c.listener.bytes -= c.bytes
	c.bytes = 0
	c.place = nil
}

// Identify says that the client is known from now on.
func (c *Conn) Identify() {
	if c == nil {
		return
	}
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	if c.identified || c.closed {
		return
	}
	c.leave()
	c.identified = true
	c.wait(&c.listener.idle)
}

// strangerRequests is how many requests a stranger may send on one connection. A
// probe's or a proxy's takes up another one then; who sends thousands at once gets no
// more answers than that.
const strangerRequests = 20

// Begin counts a request, and reports whether the answer to it is to be the last.
func (c *Conn) Begin() (last bool) {
	if c == nil {
		return false
	}
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	c.requests++
	return !c.identified && c.requests >= strangerRequests
}

// Acquire keeps the connection from being closed until Release, or reports that
// too many are busy. The client is known from now on.
func (c *Conn) Acquire() bool {
	if c == nil {
		return true
	}
	l := c.listener
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.busy || c.closed {
		return true
	}
	if l.busy >= l.max.Busy {
		return false
	}
	c.leave()
	c.identified, c.busy = true, true
	l.busy++
	return true
}

// Release has the connection wait for its client, from now on.
func (c *Conn) Release() {
	if c == nil {
		return
	}
	l := c.listener
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.closed {
		return
	}
	c.leave()
	if c.busy {
		c.busy = false
		l.busy--
	}
	if c.identified {
		c.wait(&l.idle)
	} else {
		c.wait(&l.strangers)
	}
}

// Read implements [net.Conn].
func (c *Conn) Read(p []byte) (int, error) {
	c.listener.mu.Lock()
	c.reading = true
	c.listener.mu.Unlock()
	n, err := c.Conn.Read(p)
	c.listener.received(c, n)
	return n, err
}

// Close implements [net.Conn].
func (c *Conn) Close() error {
	l := c.listener
	l.mu.Lock()
	if !c.closed {
		c.leave()
		c.closed = true
		l.open--
		if c.busy {
			l.busy--
		}
	}
	l.mu.Unlock()
	select {
	case l.freed <- struct{}{}:
	default:
	}
	return c.Conn.Close()
}

// CloseWrite is what net/http does before it closes a connection whose client
// is still sending, so that it reads the answer.
func (c *Conn) CloseWrite() error {
	c.listener.mu.Lock()
	c.ending = true
	c.listener.mu.Unlock()
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}

type connKey struct{}

// WithConn is for [http.Server.ConnContext].
func WithConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// ConnOf returns the connection of a request; nil where no Listener accepted it.
func ConnOf(ctx context.Context) *Conn {
	c, _ := ctx.Value(connKey{}).(*Conn)
	return c
}
