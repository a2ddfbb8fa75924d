package main_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// flood is how long strangers flood the server: go test -run Flood -flood=60s
var flood = flag.Duration("flood", 2*time.Second, "how long TestFlood floods the server")

const (
	// floodMemory is the limit of the container that README sets up.
	floodMemory = 128 << 20
	// floodWait is how long a known caller waits at most, and every try of its is
	// served; only a long flood, on a machine that has nothing else to do, holds the
	// server to it. Beside other tests a caller may be too slow to send its request.
	floodWait = 2 * time.Second
	floodLong = 10 * time.Second
)

// tinyLines are as many header lines as fit, which take most memory.
func tinyLines(size int) string { return strings.Repeat("A1:b\r\n", size/6) }

// Whatever strangers send, the server stays small, and a caller is served.
func TestFlood(t *testing.T) {
	if withRace {
		t.Skip("the race detector takes more memory than there is")
	}
	s := newFixture(t)
	token := s.canary()
	tokens := filepath.Join(s.home, "callers")
	if err := os.WriteFile(tokens, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	x := s.web([]string{"--sandbox", "--auth", "bearer", "--auth-token-file", tokens}, nil)
	head := "POST /mcp HTTP/1.1\r\nHost: " + x.addr + "\r\nContent-Type: application/json\r\n"
	garbage := make([]byte, 64<<10)
	_, _ = rand.Read(garbage)

	ctx, stop := context.WithTimeout(t.Context(), *flood)
	defer stop()
	var all sync.WaitGroup
	for _, a := range []stranger{
		{first: head + "Content-Length: 100\r\n" + tinyLines(15<<10) + "\r\n"},
		{first: head + "Content-Length: 100\r\n" + tinyLines(62<<10) + "\r\n"},
		{first: head + tinyLines(15<<10), more: "B2:c\r\n"},
		{first: head + "Content-Length: 1000000\r\n\r\n{", more: " "},
		{first: head + "Transfer-Encoding: chunked\r\n\r\n", more: "10000\r\n" + strings.Repeat(" ", 0x10000) + "\r\n"},
		{first: "GET /healthz HTTP/1.1\r\nHost: " + x.addr + "\r\n\r\n"},
		{first: "", more: ""},
		{first: string(garbage)},
	} {
		for range 100 {
			all.Go(func() { a.flood(ctx, x.addr) })
		}
	}
	answers, failures, slowest := 0, 0, time.Duration(0)
	for ctx.Err() == nil {
		began := time.Now()
		if err := x.callAsKnown(t, token); err != nil {
			t.Logf("a known caller: %v", err)
			failures++
			continue
		}
		slowest = max(slowest, time.Since(began))
		answers++
	}
	stop()
	all.Wait()
	peak := peakMemory(t, x.p.cmd.Process.Pid)
	t.Logf("%d answers, the slowest after %s; resident memory at most %d MiB", answers, slowest, peak>>20)
	if peak > floodMemory {
		t.Errorf("the server took %d MiB", peak>>20)
	}
	if answers == 0 {
		t.Error("a known caller was never served")
	}
	if *flood >= floodLong && (slowest > floodWait || failures > 0) {
		t.Errorf("a known caller waited %s, and was not served %d times", slowest, failures)
	}
}

// callAsKnown makes a call on a connection of its own.
func (x *web) callAsKnown(t *testing.T, token string) error {
	t.Helper()
	body := mcptest.Message(modern, 1, "tools/call", mcptest.ToolCall("list_roles", nil))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+x.addr+"/mcp", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
		"Authorization": "Bearer " + token, "MCP-Protocol-Version": string(modern), "Mcp-Method": "tools/call", "Mcp-Name": "list_roles",
	} {
		r.Header.Set(name, value)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: waitLimit}
	res, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || !strings.Contains(string(text), `"outcome":"found"`) {
		return fmt.Errorf("answered %d %.200s", res.StatusCode, text)
	}
	return nil
}

// stranger is what a client without a token sends: first at once, and more as
// slowly as keeps a connection.
type stranger struct{ first, more string }

// flood sends it again and again, on one connection after the other, until ctx
// ends.
func (a stranger) flood(ctx context.Context, addr string) {
	for ctx.Err() == nil {
		a.once(ctx, addr)
	}
}

func (a stranger) once(ctx context.Context, addr string) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	go func() { _, _ = io.Copy(io.Discard, conn) }()
	if _, err := io.WriteString(conn, a.first); err != nil {
		return
	}
	for range 20 {
		select {
		case <-ctx.Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
		if _, err := io.WriteString(conn, a.more); err != nil {
			return
		}
	}
}

// peakMemory is how much resident memory a process has had at most, on Linux.
func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("the memory of a process is read from /proc")
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		t.Fatalf("no peak in %s", status)
	}
	kilobytes, err := strconv.Atoi(fields[0])
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}
