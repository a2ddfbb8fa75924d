package limits

import (
	"io"
	"net"
	"os"
	"testing"
	"time"
)

func listen(t *testing.T, max Connections) (*Listener, func() net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := NewListener(ln, max)
	t.Cleanup(func() { _ = l.Close() })
	return l, func() net.Conn {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
}

func accept(t *testing.T, l *Listener) *Conn {
	t.Helper()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return conn.(*Conn)
}

// The one that has waited longest makes way; those at work stay.
func TestIdleConnectionsMakeWay(t *testing.T) {
	t.Parallel()
	l, dial := listen(t, Connections{Total: 3, Busy: 2, Strangers: 10, StrangerBytes: 1000})
	var theirs []net.Conn
	var ours []*Conn
	for range 3 {
		theirs = append(theirs, dial())
		ours = append(ours, accept(t, l))
	}
	for range 2 {
		if !ours[0].Acquire() {
			t.Error("can't be busy")
		}
	}
	ours[1].Release() // now ours[2] waits longest
	theirs = append(theirs, dial())
	ours = append(ours, accept(t, l))
	wantClosed(t, theirs[2])
	for _, i := range []int{0, 1, 3} {
		if ours[i].closed {
			t.Errorf("%d is closed", i)
		}
	}
	if !ours[1].Acquire() || ours[3].Acquire() {
		t.Error("two may be busy, and not three")
	}
	ours[0].Release()
	if !ours[3].Acquire() {
		t.Error("one is idle again")
	}
	if open, busy := l.Count(); open != 3 || busy != 2 {
		t.Errorf("%d open, %d busy", open, busy)
	}
	for _, conn := range ours {
		_ = conn.Close()
		_ = conn.Close()
	}
	ours[1].Release()
	ours[1].Acquire()
	ours[1].Identify()
	if open, busy := l.Count(); open != 0 || busy != 0 || l.idle.Len() != 0 || l.strangers.Len() != 0 {
		t.Errorf("%d open, %d busy, %d idle, %d strangers", open, busy, l.idle.Len(), l.strangers.Len())
	}
}

func wantClosed(t *testing.T, conn net.Conn) {
	t.Helper()
	_ = conn.SetDeadline(time.Now().Add(soon))
	if _, err := conn.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
		t.Errorf("it is open: %v", err)
	}
}

// Strangers are few, and make way for each other and for known clients.
func TestStrangersMakeWay(t *testing.T) {
	t.Parallel()
	l, dial := listen(t, Connections{Total: 4, Busy: 4, Strangers: 2, StrangerBytes: 1000})
	var theirs []net.Conn
	var ours []*Conn
	open := func(identify bool) {
		theirs = append(theirs, dial())
		c := accept(t, l)
		if ours = append(ours, c); identify {
			c.Identify()
		}
	}
	open(true)
	open(false)
	open(false)
	open(false)
	wantClosed(t, theirs[1])
	open(true)
	wantClosed(t, theirs[2])
	open(true)
	open(true) // the fifth
	wantClosed(t, theirs[3])
	open(false)
	wantClosed(t, theirs[0])
	if n, _ := l.Count(); n != 4 {
		t.Errorf("%d open", n)
	}
}

// The stranger who has sent most makes way, and what an answered request has sent
// counts no more.
func TestStrangersWhoSendMuchMakeWay(t *testing.T) {
	t.Parallel()
	l, dial := listen(t, Connections{Total: 9, Busy: 9, Strangers: 9, StrangerBytes: 100})
	send := func(n int) (theirs net.Conn, ours *Conn) {
		theirs = dial()
		ours = accept(t, l)
		if _, err := theirs.Write(make([]byte, n)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(ours, make([]byte, n)); err != nil && n < 50 {
			t.Fatal(err)
		}
		return theirs, ours
	}
	_, small := send(30)
	large, _ := send(45)
	send(30)
	wantClosed(t, large)
	small.Release()
	_, known := send(40)
	known.Identify()
	_, last := send(60)
	if small.closed || known.closed || last.closed {
		t.Errorf("closed: %t, %t, %t", small.closed, known.closed, last.closed)
	}
	if l.bytes != 90 {
		t.Errorf("%d bytes", l.bytes)
	}
}

// None is closed before it had its time to speak; the next waits meanwhile.
func TestConnectionsHaveTheirTime(t *testing.T) {
	t.Parallel()
	l, dial := listen(t, Connections{Total: 1, Busy: 1, Strangers: 1, MinTime: time.Hour})
	dial()
	first := accept(t, l)
	dial()
	accepted := make(chan error, 1)
	acceptNext := func() {
		conn, err := l.Accept()
		if err == nil {
			_ = conn.Close()
		}
		accepted <- err
	}
	go acceptNext()
	select {
	case err := <-accepted:
		t.Errorf("the second came in, %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	_ = first.Close()
	if err := <-accepted; err != nil {
		t.Error(err)
	}
	go acceptNext()
	dial()
	_ = l.Close()
	if err := <-accepted; err == nil {
		t.Error("a closed listener accepted a connection")
	}
}
