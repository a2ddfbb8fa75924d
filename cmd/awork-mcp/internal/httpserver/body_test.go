package httpserver

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	for _, route := range []string{"POST /mcp", "DELETE /mcp", "GET /mcp", "GET /sse", "POST /message"} {
		method, path, _ := strings.Cut(route, " ")

		// Announced: the answer comes although not a byte of the body is sent.
		res := x.raw(
			fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
				method, path, x.addr, maxBody+1),
		)
		if res.StatusCode != http.StatusRequestEntityTooLarge || !res.Close {
			t.Errorf("%s, announced: %d", route, res.StatusCode)
		}

		// Chunked: the body ends nowhere.
		r := x.request(method, path, "", "Content-Type", "application/json")
		r.Header["Content-Type"] = []string{"application/json"}
		r.Body, r.ContentLength = io.NopCloser(&endless{}), -1
		if res, err := x.client.Do(r); err == nil {
			_ = res.Body.Close()
			if res.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%s, chunked: %d", route, res.StatusCode)
			}
		} else {
			t.Errorf("%s, chunked: %v", route, err)
		}
	}
	full := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"x":"` + strings.Repeat("x", maxBody-64) + `"}}`
	if status, body, _ := x.send("POST", "/mcp", full[:maxBody-1]+"}"); status == http.StatusRequestEntityTooLarge {
		t.Errorf("a body of the very limit: %d %s", status, body)
	}
}

type endless struct{}

func (*endless) Read(p []byte) (int, error) {
	copy(p, bytes.Repeat([]byte(" "), len(p)))
	return len(p), nil
}

// raw sends bytes as they are and reads one answer.
func (x *fixture) raw(request string) *http.Response {
	x.t.Helper()
	conn, err := net.Dial("tcp", x.addr)
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(soon))
	if _, err := io.WriteString(conn, request); err != nil {
		x.t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func TestSlowBodyIsCut(t *testing.T) {
	t.Parallel()
	x := start(t, Options{}, func(b *bounds) { b.bodyTimeout = 50 * time.Millisecond })
	const head = "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
	for path, want := range map[string]int{
		"/mcp":     http.StatusRequestTimeout,
		"/message": http.StatusRequestTimeout,
		"/healthz": http.StatusMethodNotAllowed,
	} {
		if res := x.raw(fmt.Sprintf(head, path, x.addr)); res.StatusCode != want {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// The time for the body must not count for what follows it.
func TestBodyTimeoutSparesTheCall(t *testing.T) {
	t.Parallel()
	const short = 300 * time.Millisecond
	x := start(t, Options{}, func(b *bounds) { b.bodyTimeout, b.writeTimeout = short, short })
	body, header := modern(1, "wait", "")
	time.AfterFunc(4*short, func() { close(x.release) })
	status, answer, _ := x.send("POST", "/mcp", body, header...)
	if status != http.StatusOK || !strings.Contains(answer, "waited") {
		t.Errorf("%d %s", status, answer)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	x := start(t, Options{})
	tests := []struct {
		method, path, kind string
		want               int
		allow              string
	}{
		{"POST", "/mcp", "text/plain", 415, ""},
		{"POST", "/mcp", "application/x-www-form-urlencoded", 415, ""},
		{"POST", "/message", "text/plain", 415, ""},
		{"POST", "/message", "", 415, ""},
		{"POST", "/mcp", "application/json-seq", 415, ""},
		{"POST", "/message", "application/json; charset=utf-8", 404, ""},
		{"PUT", "/mcp", "application/json", 405, "GET, POST, DELETE"},
		{"HEAD", "/mcp", "", 405, "GET, POST, DELETE"},
		{"POST", "/sse", "application/json", 405, "GET"},
		{"HEAD", "/sse", "", 405, "GET"},
		{"GET", "/message", "", 405, "POST"},
		{"POST", "/healthz", "application/json", 405, "GET, HEAD"},
		{"GET", "/", "", 404, ""},
		{"GET", "/mcp/", "", 405, "POST"},
		{"PUT", "/mcp/", "", 405, "GET, POST, DELETE"},
		{"GET", "/mcp//", "", 404, ""},
		{"POST", "/sse/", "application/json", 405, "GET"},
		{"GET", "/message/", "", 405, "POST"},
		{"POST", "//mcp", "application/json", 404, ""},
		{"POST", "/MCP", "application/json", 404, ""},
		{"GET", "/metrics", "", 404, ""},
	}
	for _, test := range tests {
		r := x.request(test.method, test.path, "")
		r.URL.Path = test.path
		r.Header["Content-Type"] = []string{test.kind}
		res := x.do(r)
		text, _ := io.ReadAll(res.Body)
		if test.want == 404 && test.kind == "" && !strings.Contains(string(text), "/mcp") {
			t.Errorf("%s %s names no /mcp: %s", test.method, test.path, text)
		}
		if res.StatusCode != test.want || res.Header.Get("Allow") != test.allow {
			t.Errorf("%s %s (%s): %d, Allow %q", test.method, test.path, test.kind, res.StatusCode,
				res.Header.Get("Allow"))
		}
	}
	stateless := start(t, Options{Stateless: true})
	for _, method := range []string{"GET", "DELETE"} {
		if status, _, header := stateless.send(method, "/mcp", ""); status != 405 || header.Get("Allow") != "POST" {
			t.Errorf("stateless %s /mcp: %d", method, status)
		}
	}
}
