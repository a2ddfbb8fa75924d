package limits

import (
	"container/list"
	"net"
	"sync"
	"time"
)

// Connections say how many connections there may be at a time.
type Connections struct {
	// Total are those that are open.
	Total int
	// Busy are those at work for a caller. The others are there for who comes
	// next, a health probe above all.
	Busy int
	// Strangers are those whose client has not yet been identified, and
	// StrangerBytes what these have sent in requests that are not answered yet.
	Strangers     int
	StrangerBytes int64
	// MinTime is how long a client may take to show what it is for, however many
	// wait behind it. What it has sent by then may take ten times as long to serve.
	MinTime time.Duration
}

// Listener bounds the number of open connections. When there are too many, the
// one that has waited longest for its client makes way for the next, strangers
// first: it is idle, or a part of a request has come, or nothing. So nobody shuts
// others out by opening connections. Where strangers have sent too much, the one
// that sent most makes way. A connection that is busy is never closed for
// another's sake.
type Listener struct {
	net.Listener
	max       Connections
	freed     chan struct{} // has an element after a connection was closed
	done      chan struct{} // closed with the listener
	closeOnce sync.Once

	mu        sync.Mutex
	open      int
	busy      int
	bytes     int64     // of all strangers
	strangers list.List // of *Conn, the longest waiting first
	idle      list.List // of *Conn whose client is identified, likewise
}

// NewListener returns a Listener that accepts from ln.
func NewListener(ln net.Listener, limits Connections) *Listener {
	return &Listener{Listener: ln, max: limits, freed: make(chan struct{}, 1), done: make(chan struct{})}
}

// Accept implements [net.Listener].
func (l *Listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.makeWay()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open++
	c := &Conn{Conn: conn, listener: l}
	c.wait(&l.strangers)
	return c, nil
}

// Close implements [net.Listener].
func (l *Listener) Close() error {
	l.closeOnce.Do(func() { close(l.done) })
	return l.Listener.Close()
}

// Count returns the number of open connections and of busy ones.
func (l *Listener) Count() (open, busy int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open, l.busy
}

// makeWay returns when there may be one more connection.
func (l *Listener) makeWay() {
	for {
		l.mu.Lock()
		from, full := l.overfull()
		if !full {
			l.mu.Unlock()
			return
		}
		oldest := l.overdue(from)
		l.mu.Unlock()
		if oldest != nil {
			_ = oldest.Close()
			continue
		}
		select {
		case <-l.freed:
		case <-time.After(max(l.max.MinTime/4, time.Millisecond)):
		case <-l.done:
			return
		}
	}
}

// overfull returns whose connections make way for the next, if some have to.
func (l *Listener) overfull() (from *list.List, full bool) {
	switch {
	case l.strangers.Len() >= l.max.Strangers:
		return &l.strangers, true
	case l.open < l.max.Total:
		return nil, false
	case l.strangers.Len() > 0:
		return &l.strangers, true
	}
	return &l.idle, true
}

// overdue returns the connection that has waited longest of those whose time is
// over; nil if there is none.
func (l *Listener) overdue(among *list.List) *Conn {
	now := time.Now()
	for place := among.Front(); place != nil; place = place.Next() {
		if c := place.Value.(*Conn); now.Sub(c.since) >= c.allowed() {
			return c
		}
	}
	return nil
}

// received counts what a stranger has sent, and closes those who have sent most
// where it is too much in all.
func (l *Listener) received(c *Conn, n int) {
	l.mu.Lock()
	c.reading = false
	var closing []*Conn
	if c.place != nil && !c.identified {
		c.bytes += int64(n)
		l.bytes += int64(n)
		for l.bytes > l.max.StrangerBytes {
			most := l.largest()
			l.bytes -= most.bytes
			most.bytes = 0
			closing = append(closing, most)
		}
	}
	l.mu.Unlock()
	for _, c := range closing {
		_ = c.Close()
	}
}

func (l *Listener) largest() *Conn {
	var most *Conn
	for place := l.strangers.Front(); place != nil; place = place.Next() {
		if c := place.Value.(*Conn); most == nil || c.bytes > most.bytes {
			most = c
		}
	}
	return most
}
