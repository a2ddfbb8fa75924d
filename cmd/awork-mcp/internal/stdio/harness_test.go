package stdio

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host is the other end of a Serve.
type host struct {
	t    *testing.T
	in   *io.PipeWriter
	out  chan reply
	done chan error
	stop context.CancelFunc
	log  *safeBuffer

	started chan string   // the ids of the block and deaf calls, as they start
	release chan struct{} // lets them return
}

type reply struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  map[string]any  `json:"params"`
	Result  map[string]any  `json:"result"`
	Error   *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func (r reply) text() string {
	content, _ := r.Result["content"].([]any)
	if len(content) == 0 {
		return ""
	}
	block, _ := content[0].(map[string]any)
	text, _ := block["text"].(string)
	return text
}

// start serves a server with the fixture's tools to a host.
func start(t *testing.T, opts ...server.ServerOption) *host {
	t.Helper()
	h := newHost(t)
	h.serve(h.server(opts...))
	return h
}

func newHost(t *testing.T) *host {
	return &host{
		t: t, out: make(chan reply, 2*maxOpen), done: make(chan error, 1), log: new(safeBuffer),
		started: make(chan string, 2*maxOpen), release: make(chan struct{}),
	}
}

func (h *host) serve(s *server.MCPServer, edit ...func(*Options)) {
	o := Options{Log: slog.New(slog.NewTextHandler(h.log, nil))}
	for _, e := range edit {
		e(&o)
	}
	in, w := io.Pipe()
	ctx, stop := context.WithCancel(h.t.Context())
	h.in, h.stop = w, stop
	go func() {
		h.done <- Serve(ctx, s, in, h, o)
		_ = in.Close() // lets a host that writes on go
	}()
	h.t.Cleanup(func() { stop(); _ = w.Close() })
}

// Write takes one message a call, as Serve must write them.
func (h *host) Write(p []byte) (int, error) {
	var r reply
	if err := json.Unmarshal(p, &r); err != nil || r.JSONRPC != "2.0" || bytes.IndexByte(p, '\n') != len(p)-1 {
		h.t.Errorf("not one message on one line: %q (%v)", p, err)
	}
	h.out <- r
	return len(p), nil
}

func (h *host) send(lines ...string) {
	h.t.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(h.in, line+"\n"); err != nil {
			h.t.Fatalf("send %.80s: %v", line, err)
		}
	}
}

func (h *host) next() reply {
	h.t.Helper()
	return receive(h.t, h.out)
}

// answers takes n answers and returns them by id.
func (h *host) answers(n int) map[string]reply {
	h.t.Helper()
	all := make(map[string]reply, n)
	for range n {
		r := h.next()
		if _, twice := all[string(r.ID)]; twice || r.Method != "" {
			h.t.Fatalf("not an answer, or the second to it: %+v", r)
		}
		all[string(r.ID)] = r
	}
	return all
}

// ping comes back when all lines before it have been dealt with.
func (h *host) ping() {
	h.t.Helper()
	h.send(`{"jsonrpc":"2.0","id":"ping","method":"ping"}`)
	if r := h.next(); string(r.ID) != `"ping"` || r.Error != nil {
		h.t.Fatalf("ping: %+v", r)
	}
}

// end closes the input and returns what was written from then on.
func (h *host) end() []reply {
	h.t.Helper()
	_ = h.in.Close()
	if err := receive(h.t, h.done); err != nil {
		h.t.Errorf("Serve: %v", err)
	}
	return h.rest()
}

func (h *host) rest() (all []reply) {
	for {
		select {
		case r := <-h.out:
			all = append(all, r)
		default:
			return all
		}
	}
}

func (h *host) waitStarted(n int) map[string]bool {
	h.t.Helper()
	ids := make(map[string]bool, n)
	for range n {
		ids[receive(h.t, h.started)] = true
	}
	return ids
}

func receive[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(30 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

type safeBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
