package httpserver

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// Who sends thousands of requests at once on one connection gets few answers, and
// the connection is closed; a caller gets all.
func TestPipelinedRequests(t *testing.T) {
	t.Parallel()
	x := start(t, Options{Auth: book{}})
	for name, c := range map[string]struct {
		path, header string
		answers      func(int) bool
	}{
		"probes":   {"/healthz", "", few},
		"refused":  {"/mcp", "", few},
		"nowhere":  {"/nowhere", "", few},
		"a caller": {"/message", "Authorization: Bearer token-of-ann\r\n", func(n int) bool { return n == 200 }},
	} {
		conn, err := net.Dial("tcp", x.addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(soon))
		one := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", c.path, x.addr, c.header)
		last := strings.Replace(one, "Host:", "Connection: close\r\nHost:", 1)
		go func() { _, _ = io.WriteString(conn, strings.Repeat(one, 199)+last) }()
		text, _ := io.ReadAll(conn) // what was sent too much may reset it
		_ = conn.Close()
		if n := strings.Count(string(text), "HTTP/1.1 "); !c.answers(n) {
			t.Errorf("%s: %d answers", name, n)
		}
	}
}

func few(n int) bool { return n > 0 && n <= 20 }
