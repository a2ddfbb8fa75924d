package main_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// host is an MCP client of one process.
type host interface {
	Begin(ctx context.Context, method string, params map[string]any) (int64, <-chan mcptest.Reply)
	// Notes is where notifications come, before the answer they belong to.
	Notes() <-chan mcptest.Reply
	Cancel(id int64)
	Send(text []byte)
	process() *process
}

// transport is one way to reach the program.
type transport struct {
	name string
	open func(s *fixture, args, env []string) host
}

// transports are all of them, each in the eras that it has.
func transports() []transport {
	return []transport{
		{"stdio 2026", func(s *fixture, args, env []string) host { return s.stdio(modern, args, env) }},
		{"stdio 2025", func(s *fixture, args, env []string) host { return s.stdio(legacy, args, env) }},
		{"mcp 2026", func(s *fixture, args, env []string) host { return s.web(args, env).streamable(modern) }},
		{"mcp 2025", func(s *fixture, args, env []string) host { return s.web(args, env).streamable(legacy) }},
		{"sse", func(s *fixture, args, env []string) host { return s.web(withoutQuestions(args), env).sse() }},
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

// overAll runs a test on every transport.
func overAll(t *testing.T, test func(t *testing.T, via transport)) {
	for _, via := range transports() {
		t.Run(via.name, func(t *testing.T) {
			t.Parallel()
			test(t, via)
		})
	}
}

// begin sends a request and returns where the answer will come; the channel is
// closed where none can come any more.
func begin(h host, method string, params map[string]any) <-chan mcptest.Reply {
	_, answer := h.Begin(context.Background(), method, params)
	return answer
}

// ask sends a request and waits for the answer.
func ask(t *testing.T, h host, method string, params map[string]any) mcptest.Reply {
	t.Helper()
	return receive(t, begin(h, method, params), "the answer to "+method)
}

// call calls a tool.
func call(t *testing.T, h host, tool string, arguments map[string]any) answer {
	t.Helper()
	return answered(t, ask(t, h, "tools/call", mcptest.ToolCall(tool, arguments)))
}

// stdioHost is a host that launched the program, as most do.
type stdioHost struct {
	*mcptest.Client
	p *process
}

func (s *fixture) stdio(era mcptest.Era, args, env []string) *stdioHost {
	s.t.Helper()
	return s.launch(mcptest.Options{Era: era}, args, env)
}

func (s *fixture) launch(o mcptest.Options, args, env []string) *stdioHost {
	s.t.Helper()
	read, write := io.Pipe()
	p := s.startWith(args, env, func(line string) { _, _ = io.WriteString(write, line+"\n") })
	go func() {
		<-p.exited
		_ = write.Close()
	}()
	return &stdioHost{mcptest.Pipes(s.t, p.stdin, read, o), p}
}

func (h *stdioHost) process() *process { return h.p }

// send sends lines of any kind.
func (h *stdioHost) send(lines ...string) {
	for _, line := range lines {
		h.Send([]byte(line))
	}
}

// end ends the input and gives the exit status; all answers have come by then.
func (h *stdioHost) end() int {
	h.p.t.Helper()
	_ = h.p.stdin.Close()
	return h.p.wait()
}
