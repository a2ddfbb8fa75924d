package main_test

import (
	"bytes"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// stopping waits until the program has heard a signal: it takes no connections
// any more, or refuses requests.
func stopping(t *testing.T, h host) {
	t.Helper()
	deadline := time.Now().Add(waitLimit)
	for time.Now().Before(deadline) {
		switch h := h.(type) {
		case *stdioHost:
			if r := ask(t, h, "tools/list", nil); r.Error != nil {
				return
			}
		case interface{ address() string }:
			c, err := net.Dial("tcp", h.address())
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}
	t.Fatal("the signal is not heard")
}

func (x *web) address() string { return x.addr }

func TestSignalAnswersWhatIsInFlight(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": os.Interrupt} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			overAll(t, func(t *testing.T, via transport) {
				s := newFixture(t)
				w := s.workspace(sandbox.Options{})
				h := via.open(s, nil, w.env(s, w.admin))
				held := w.hold("DELETE", "/apiusers/"+sandbox.ZapierSyncID)
				c := begin(h, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
				receive(t, held.arrived, "the delete")
				h.process().signal(signal)
				stopping(t, h)
				held.release()
				if a := answered(t, receive(t, c, "the answer")); a.Outcome != "deleted" {
					t.Errorf("got %s", a.text)
				}
				if status := h.process().wait(); status != 0 {
					t.Errorf("status %d", status)
				}
			})
		})
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		h := via.open(s, nil, w.env(s, w.admin))
		held := w.hold("DELETE", "/apiusers/"+sandbox.ZapierSyncID)
		c := begin(h, "tools/call", mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
		receive(t, held.arrived, "the delete")
		h.process().signal(syscall.SIGTERM)
		stopping(t, h)
		h.process().signal(os.Interrupt)
		if status := h.process().wait(); status != 1 {
			t.Errorf("status %d", status)
		}
		if r, came := <-c; came {
			t.Errorf("the call was answered: %+v", r)
		}
	})
}

func TestSignalWithNothingInFlight(t *testing.T) {
	t.Parallel()
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		h := via.open(s, []string{"--sandbox"}, nil)
		if a := call(t, h, "list_roles", nil); a.Outcome != "found" {
			t.Errorf("got %s", a.text)
		}
		h.process().signal(syscall.SIGTERM)
		if status := h.process().wait(); status != 0 {
			t.Errorf("status %d", status)
		}
		if h, ok := h.(*sseHost); ok {
			receive(t, h.Closed, "the end of the stream")
		}
	})
}

func TestSignalToTheOtherCommands(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	p := s.start([]string{"sandbox"}, nil)
	p.stdout.find(t, "the token", func(line string) (string, bool) { return line, strings.HasPrefix(line, "AWORK_TOKEN=") })
	p.signal(syscall.SIGTERM)
	if status := p.wait(); status != 0 {
		t.Errorf("sandbox: status %d", status)
	}
}

func TestEndOfInput(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	for _, args := range [][]string{{"--sandbox"}, {"stdio", "--sandbox"}} {
		if stdout, stderr, status := s.run(args, nil); status != 0 || stdout != "" || stderr != "" {
			t.Errorf("%s: status %d, %q, %q", args, status, stdout, stderr)
		}
	}
	h := s.stdio(legacy, []string{"--sandbox"}, nil)
	if status := h.end(); status != 0 {
		t.Errorf("after a handshake: status %d", status)
	}
}

// A host that closes our stdout and goes leaves no process behind.
func TestHostThatGoesAway(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	w := s.workspace(sandbox.Options{})
	h := s.stdio(modern, nil, w.env(s, w.admin))
	held := w.hold("GET", "/apiusers/"+sandbox.ZapierSyncID)
	begin(h, "tools/call", mcptest.ToolCall("get_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}))
	receive(t, held.arrived, "the request")
	if !h.p.alive() {
		t.Fatal("it is gone before its host is")
	}
	_ = h.p.stdin.Close()
	held.release()
	if status := h.p.wait(); status != 0 {
		t.Errorf("status %d", status)
	}
	if n := bytes.Count([]byte(h.p.stdout.text()), []byte("\n")); n != 1 {
		t.Errorf("%d lines on stdout", n)
	}
}
