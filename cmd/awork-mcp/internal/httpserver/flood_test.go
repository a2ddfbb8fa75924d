package httpserver

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
	half := fmt.Sprintf("POST /mcp HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 500\r\n",
		x.addr)
	says := []string{"", "G", half, half + "\r\n{"}
	const dialers, keep = 50, 50 // more stay open than the server allows
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
	_ = conn.SetDeadline(began.Add(soon))
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

// Where as many as may be are at work, a probe is still answered.
func TestProbeWhenAllAreAtWork(t *testing.T) {
	t.Parallel()
	x := start(t, Options{}, func(b *bounds) { b.connections.Total, b.connections.Busy = 4, 2 })
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
