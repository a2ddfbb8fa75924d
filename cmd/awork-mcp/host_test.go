package main_test

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// host is an MCP client of one process.
type host interface {
	// request sends a request and gives where its answer will come; the channel
	// is closed where none can come any more.
	request(method string, params map[string]any) <-chan reply
	// notes is where notifications come, before the answer they belong to.
	notes() <-chan reply
	process() *process
}

// transport is one way to reach the program.
type transport struct {
	name string
	open func(s *fixture, args, env []string) host
}

// transports lists all transports, each in the eras that it has.
func transports() []transport {
	return []transport{
		{"stdio 2026", func(s *fixture, args, env []string) host { return s.stdio(modern, args, env) }},
		{"stdio 2025", func(s *fixture, args, env []string) host { return s.stdio(legacy, args, env) }},
		{"mcp 2026", func(s *fixture, args, env []string) host { return s.web(args, env).streamable(modern) }},
		{"mcp 2025", func(s *fixture, args, env []string) host { return s.web(args, env).streamable(legacy) }},
		{"sse", func(s *fixture, args, env []string) host {
			return s.web(withoutQuestions(args), env).sse()
		}},
	}
}

// withoutQuestions adds --confirm never where args choose no mode: legacy SSE can't
// ask, so that a delete would want a code.
func withoutQuestions(args []string) []string {
	if slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "--confirm") }) {
		return args
	}
	return append([]string{"--confirm", "never"}, args...)
}

// overAll runs a test over every transport.
func overAll(t *testing.T, test func(t *testing.T, via transport)) {
	for _, w := range transports() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			test(t, w)
		})
	}
}

// ask sends a request and waits for the answer.
func ask(t *testing.T, h host, method string, params map[string]any) reply {
	t.Helper()
	return receive(t, h.request(method, params), "the answer to "+method)
}

// call calls a tool.
func call(t *testing.T, h host, tool string, arguments map[string]any) answer {
	t.Helper()
	return answered(t, ask(t, h, "tools/call", toolCall(tool, arguments)))
}

// stdioHost is a host that launched the program, as most do.
type stdioHost struct {
	p      *process
	era    string
	lastID atomic.Int64
	loose  chan reply // what answers no request of ours

	mu      sync.Mutex
	waiting map[string]chan reply
}

func (s *fixture) stdio(era string, args, env []string) *stdioHost {
	s.t.Helper()
	h := &stdioHost{era: era, waiting: map[string]chan reply{}, loose: make(chan reply, 1000)}
	h.p = s.startWith(args, env, h.onLine(s.t))
	go h.hangUp()
	if era == legacy {
		if r := ask(s.t, h, "initialize", hello(legacy)); r.Error != nil {
			s.t.Fatalf("initialize: %+v", *r.Error)
		}
		h.send(string(message(era, nil, "notifications/initialized", nil)))
	}
	return h
}

// onLine takes a line of stdout, which may be nothing but a message.
func (h *stdioHost) onLine(t *testing.T) func(string) {
	return func(line string) {
		r, err := parseReply([]byte(line))
		if err != nil {
			t.Errorf("stdout carries what is no message (%v): %.200q", err, line)
			return
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		to, ok := h.waiting[string(r.ID)]
		if !ok || r.Method != "" {
			h.loose <- r
			return
		}
		delete(h.waiting, string(r.ID))
		to <- r
	}
}

// hangUp closes what still waits when the program has ended.
func (h *stdioHost) hangUp() {
	<-h.p.exited
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, c := range h.waiting {
		delete(h.waiting, id)
		close(c)
	}
}

func (h *stdioHost) process() *process   { return h.p }
func (h *stdioHost) notes() <-chan reply { return h.loose }

func (h *stdioHost) send(lines ...string) {
	h.p.t.Helper()
	for _, line := range lines {
		h.write(line + "\n")
	}
}

func (h *stdioHost) write(text string) {
	h.p.t.Helper()
	if _, err := io.WriteString(h.p.stdin, text); err != nil {
		h.p.t.Errorf("write to the program: %v", err)
	}
}

// expect says where the answer to id, as JSON, will come.
func (h *stdioHost) expect(id string) <-chan reply {
	c := make(chan reply, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting[id] = c
	return c
}

func (h *stdioHost) request(method string, params map[string]any) <-chan reply {
	_, c := h.begin(method, params)
	return c
}

// begin sends a request and also gives its id.
func (h *stdioHost) begin(method string, params map[string]any) (int64, <-chan reply) {
	id := h.lastID.Add(1)
	c := h.expect(strconv.FormatInt(id, 10))
	h.send(string(message(h.era, id, method, params)))
	return id, c
}

func (h *stdioHost) cancel(id int64) {
	h.send(fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d}}`, id))
}

// end ends the input and gives the exit status; all answers have come by then.
func (h *stdioHost) end() int {
	h.p.t.Helper()
	_ = h.p.stdin.Close()
	return h.p.wait()
}
