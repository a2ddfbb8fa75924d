package httpfront

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Ten thousand connections that say nothing, or half a request, keep nobody out
// and cost little.
func TestTenThousandConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("opens 10,000 connections")
	}
	x := start(t, Options{})
	answer := x.later(call(1, "wait", ""), x.session()...)
	x.began()
	const attempts = 10_000
	half := fmt.Sprintf("POST /mcp HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 500\r\n", x.addr)
	says := []string{"", "G", half, half + "\r\n{"}
	const dialers, keep = 50, 50 // more are kept open than the server does
	done, hangUp := make(chan error, dialers), make(chan struct{})
	defer close(hangUp)
	for d := range dialers {
		go func() {
			var open []net.Conn
			defer func() {
				for _, conn := range open {
					_ = conn.Close()
				}
			}()
			for i := range attempts / dialers {
				if len(open) == keep {
					_ = open[0].Close()
					open = open[1:]
				}
				conn, err := net.Dial("tcp", x.addr)
				if err != nil {
					done <- err
					return
				}
				_, _ = io.WriteString(conn, says[(i+d)%len(says)])
				open = append(open, conn)
			}
			done <- nil
			<-hangUp
		}()
	}
	probes := 0
	for left := dialers; left > 0; {
		x.probe()
		probes++
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			left--
		default:
		}
	}
	x.probe()
	body, header := modern(2, "echo", "")
	if status, got, _ := x.send("POST", "/mcp", body, header...); status != 200 {
		t.Errorf("a caller: %d %s", status, got)
	}
	close(x.release)
	if got := answer(); !strings.Contains(got, "waited") {
		t.Errorf("the call from before: %s", got)
	}
	t.Logf("%d probes; resident memory of client and server: %d MiB", probes, residentMiB(t))
}

// probe asks for the health on a connection of its own.
func (x *fixture) probe() {
	x.t.Helper()
	began := time.Now()
	conn, err := net.Dial("tcp", x.addr)
	if err != nil {
		x.t.Error(err)
		return
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(began.Add(patience))
	_, _ = fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", x.addr)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		x.t.Errorf("a probe after %s: %v", time.Since(began), err)
		return
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		x.t.Errorf("a probe: %d", res.StatusCode)
	}
}

func residentMiB(t *testing.T) int {
	t.Helper()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.Sys >> 20)
	}
	pages, err := strconv.Atoi(strings.Fields(string(data))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize() >> 20
}

func listenLimited(t *testing.T, limit, held int) (*connections, func() net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := limitConnections(ln, limit, held)
	c.minWait = time.Millisecond
	t.Cleanup(func() { _ = c.Close() })
	return c, func() net.Conn {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
}

func accept(t *testing.T, c *connections) *connection {
	t.Helper()
	conn, err := c.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return conn.(*connection)
}

// The one that has waited longest goes; those at work stay.
func TestConnectionsMakeRoom(t *testing.T) {
	t.Parallel()
	c, dial := listenLimited(t, 3, 2)
	var theirs []net.Conn
	var ours []*connection
	for range 3 {
		theirs = append(theirs, dial())
		ours = append(ours, accept(t, c))
	}
	for range 2 {
		if !ours[0].hold() {
			t.Error("can't be held")
		}
	}
	ours[1].rest() // now ours[2] waits longest
	theirs = append(theirs, dial())
	ours = append(ours, accept(t, c))
	_ = theirs[2].SetDeadline(time.Now().Add(patience))
	if _, err := theirs[2].Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
		t.Errorf("it is open: %v", err)
	}
	for _, i := range []int{0, 1, 3} {
		if ours[i].closed {
			t.Errorf("%d is closed", i)
		}
	}
	if !ours[1].hold() || ours[3].hold() {
		t.Error("two may be held, and not three")
	}
	ours[0].rest()
	if !ours[3].hold() {
		t.Error("there is room again")
	}
	if open, held := c.count(); open != 3 || held != 2 {
		t.Errorf("%d open, %d held", open, held)
	}
	for _, conn := range ours {
		_ = conn.Close()
		_ = conn.Close()
	}
	ours[1].rest()
	ours[1].hold()
	if open, held := c.count(); open != 0 || held != 0 || c.waiting.Len() != 0 {
		t.Errorf("%d open, %d held, %d waiting", open, held, c.waiting.Len())
	}
}

// Nobody is closed before it had its time to speak; the next waits meanwhile.
func TestConnectionsHaveTheirTime(t *testing.T) {
	t.Parallel()
	c, dial := listenLimited(t, 1, 1)
	c.minWait = time.Hour
	dial()
	first := accept(t, c)
	dial()
	accepted := make(chan error, 1)
	go func() {
		_, err := c.Accept()
		accepted <- err
	}()
	select {
	case err := <-accepted:
		t.Errorf("the second came in, %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	_ = first.Close()
	if err := receive(t, accepted); err != nil {
		t.Error(err)
	}
	go func() {
		conn, err := c.Accept()
		if err == nil {
			_ = conn.Close()
		}
		accepted <- err
	}()
	dial()
	_ = c.Close()
	_ = receive(t, accepted)
}

// Where as many as may be are at work, a probe is still answered.
func TestProbeWhenAllAreAtWork(t *testing.T) {
	t.Parallel()
	x := start(t, Options{}, func(f *Front) { f.maxConnections, f.maxHeld = 4, 2 })
	x.do(x.request("GET", "/sse", ""))
	x.do(x.request("GET", "/sse", ""))
	for range 10 {
		status, _, header := x.send("GET", "/sse", "")
		if status != http.StatusTooManyRequests || header.Get("Retry-After") == "" {
			t.Errorf("one too many: %d", status)
		}
		x.probe()
	}
}
