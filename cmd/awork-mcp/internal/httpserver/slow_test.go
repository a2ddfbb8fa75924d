package httpserver

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A client that does not read what it asked for is cut, its calls end, and
// others are served meanwhile.
func TestSlowReadersCostNobody(t *testing.T) {
	t.Parallel()
	x := start(t, Options{}, func(b *bounds) { b.writeTimeout = 500 * time.Millisecond })
	body, header := modern(1, "big", "")
	session := x.session()
	lines := func(header []string) string {
		var b strings.Builder
		for i := 0; i < len(header); i += 2 {
			fmt.Fprintf(&b, "%s: %s\r\n", header[i], header[i+1])
		}
		return b.String()
	}
	post := func(path, body string, header []string) string {
		return fmt.Sprintf(
			"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s",
			path,
			x.addr,
			lines(header),
			len(body),
			body,
		)
	}
	var slow []net.Conn
	send := func(request string) net.Conn {
		conn, err := net.Dial("tcp", x.addr)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, conn)
		return conn
	}
	for range 2 {
		send(post("/mcp", body, header))
		send(post("/mcp", call(1, "big", ""), session))
		stream := send(fmt.Sprintf("GET /sse HTTP/1.1\r\nHost: %s\r\n\r\n", x.addr))
		endpoint := next(t, events(stream))
		if status, _, _ := x.send("POST", endpoint, call(1, "big", "")); status != http.StatusAccepted {
			t.Errorf("/message: %d", status)
		}
	}
	body, header = modern(2, "echo", "")
	for deadline := time.Now().Add(3 * soon); ; { // the answers are large, and the race detector slow
		if status, answer, _ := x.send("POST", "/mcp", body, header...); status != http.StatusOK ||
			!strings.Contains(answer, "echoed") {
			t.Fatalf("%d %s", status, answer)
		}
		x.probe()
		if x.server.calls.count() == 0 && x.server.streams.InUse() == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d calls and %d streams are left", x.server.calls.count(), x.server.streams.InUse())
		}
	}
	for _, conn := range slow {
		_ = conn.Close()
	}
}

// Half a request, on each route, costs nobody, and its client in the end the
// connection.
func TestHalfRequestsCostNobody(t *testing.T) {
	t.Parallel()
	x := start(t, Options{}, func(b *bounds) { b.bodyTimeout = 200 * time.Millisecond })
	var half []net.Conn
	for _, route := range []string{"POST /mcp", "GET /mcp", "DELETE /mcp", "GET /sse", "POST /message", "GET /healthz"} {
		for _, rest := range []string{"Content-Length: 100\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n64\r\n{", "Content-Length: 900000\r\n\r\n" + strings.Repeat(" ", 2*smallBody)} {
			conn, err := net.Dial("tcp", x.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if _, err := fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%s", route, x.addr, rest); err != nil {
				t.Fatal(err)
			}
			half = append(half, conn)
		}
	}
	body, header := modern(1, "echo", "")
	if status, answer, _ := x.send("POST", "/mcp", body, header...); status != http.StatusOK {
		t.Errorf("%d %s", status, answer)
	}
	x.probe()
	for i, conn := range half {
		_ = conn.SetReadDeadline(time.Now().Add(soon))
		if _, err := io.Copy(io.Discard, conn); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Errorf("half a request, %d, keeps its connection", i)
		}
	}
	if n := x.server.bodies.large.InUse(); n != 0 {
		t.Errorf("%d bytes of bodies are not released", n)
	}
}
