package httpserver

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// stopped tells Serve to stop and waits until requests are refused.
func (x *fixture) stopped() {
	x.t.Helper()
	x.stop()
	receive(x.t, x.server.calls.closing.Done())
}

func (x *fixture) wantServed(check func(error) bool) {
	x.t.Helper()
	if err := receive(x.t, x.served); !check(err) {
		x.t.Errorf("Serve: %v", err)
	}
	close(x.served)
}

func isNil(err error) bool { return err == nil }

func TestShutdownAnswersWhatIsInFlight(t *testing.T) {
	t.Parallel()
	// begin starts a call of "wait" and gives what reads its answer.
	for name, begin := range map[string]func(x *fixture) func() string{
		"modern": func(x *fixture) func() string {
			body, header := modern(1, "wait", "")
			return x.later(body, header...)
		},
		"legacy": func(x *fixture) func() string { return x.later(call(1, "wait", ""), x.session()...) },
		"SSE": func(x *fixture) func() string {
			lines, post := x.stream()
			post(call(1, "wait", ""))
			return func() string { return next(t, lines) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := start(t, Options{})
			x.t = t
			answer := begin(x)
			x.began()
			x.stopped()
			if _, err := net.Dial("tcp", x.addr); err == nil {
				t.Error("a connection is accepted after the end")
			}
			close(x.release)
			if got := answer(); !strings.Contains(got, "waited") {
				t.Errorf("answer %s", got)
			}
			x.wantServed(isNil)
			if err := receive(t, x.ended); err != nil {
				t.Errorf("the call was cancelled: %v", err)
			}
		})
	}
}

// later posts in the background.
func (x *fixture) later(body string, header ...string) func() string {
	answer := make(chan string, 1)
	go func() {
		_, got, _ := x.send("POST", "/mcp", body, header...)
		answer <- got
	}()
	return func() string { return receive(x.t, answer) }
}

func TestShutdownEndsIdleStreams(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Grace: time.Hour})
	old, _ := x.stream()
	session := x.session()
	listening := events(x.do(x.request("GET", "/mcp", "", session...)).Body)
	began := time.Now()
	x.stop()
	x.wantServed(isNil)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	for _, lines := range []*bufio.Scanner{old, listening} {
		if lines.Scan(); lines.Err() != nil {
			t.Errorf("the stream was cut, not ended: %v", lines.Err())
		}
	}
}

func TestStuckCallIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(x *fixture){
		"mcp": func(x *fixture) {
			body, header := modern(1, "stuck", "")
			r := x.request("POST", "/mcp", body, header...)
			go func() {
				if res, err := x.client.Do(r); err == nil {
					_ = res.Body.Close()
				}
			}()
		},
		"SSE": func(x *fixture) {
			_, post := x.stream()
			post(call(1, "stuck", ""))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := start(t, Options{Grace: 20 * time.Millisecond},
				func(b *bounds) { b.cancelGrace = 20 * time.Millisecond })
			begin(x)
			x.began()
			x.stop()
			x.wantServed(func(err error) bool { return err == nil })
			if err := receive(t, x.ended); err == nil {
				t.Error("the call was not cancelled")
			}
			close(x.release)
		})
	}
}

// On connections that are open, the shutdown refuses what is new, and lets
// through what a call in flight may wait for.
func TestRequestsDuringShutdown(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	session := x.session()
	answer := x.later(call(1, "wait", ""), session...)
	x.began()
	modernBody, modernHeader := modern(2, "echo", "")
	type try struct {
		r    *http.Request
		want int
		conn net.Conn
	}
	tries := []try{
		{r: x.request("POST", "/mcp", modernBody, modernHeader...), want: 503},
		{r: x.request("POST", "/mcp", call(3, "echo", ""), session...), want: 503},
		{r: x.request("GET", "/mcp", "", session...), want: 503},
		{r: x.request("DELETE", "/mcp", "", session...), want: 503},
		{r: x.request("GET", "/sse", ""), want: 503},
		{r: x.request("GET", "/healthz", ""), want: 200},
		{r: x.request("POST", "/mcp", cancelled(99), session...), want: 202},
		{r: x.request("POST", "/mcp", `{"jsonrpc":"2.0","id":9,"result":{}}`, session...), want: 202},
		{
			r:    x.request("POST", "/mcp", `{"jsonrpc":"2.0","id":9,"method":"subscriptions/listen"}`, session...),
			want: 503,
		},
	}
	for i := range tries {
		conn, err := net.Dial("tcp", x.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(soon))
		if _, err := fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", x.addr); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		tries[i].conn = conn
	}
	x.stopped()
	for _, try := range tries {
		if err := try.r.Write(try.conn); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(try.conn), try.r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != try.want || res.Close != (try.want == 503) {
			t.Errorf("%s %s: %d, close %t", try.r.Method, try.r.URL.Path, res.StatusCode, res.Close)
		}
	}
	close(x.release)
	if got := answer(); !strings.Contains(got, "waited") {
		t.Error(got)
	}
	x.wantServed(isNil)
}

func TestServeReportsItsListener(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f, err := New((&fixture{}).tools(), Options{Listen: ln.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	if err := f.Serve(t.Context(), ln); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}
