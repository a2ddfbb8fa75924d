package stdio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

// A loop reads messages and sees to it that each is dealt with.
type loop struct {
	server  *server.MCPServer
	session *session
	w       *writer
	log     *slog.Logger
	base    context.Context // of every request; ends when handlers must
	flight  *flight

	withTraceparent func(context.Context, string) context.Context

	calls   chan *request // those tools/call that wait; has room for all in flight
	pending atomic.Int32  // tools/call that wait or run
	workers int32         // that run them, for a used stack need not grow again
}

// read deals with one line after another until the end of input.
func (l *loop) read(in io.Reader) error {
	lines := newLines(in, maxLine)
	for {
		line, err := lines.next()
		switch {
		case err == nil:
			l.message(line)
		case errors.Is(err, errTooLong):
			l.send(jsonrpc.Failure(nil, mcp.INVALID_REQUEST, fmt.Sprintf("the message is longer than %d bytes", maxLine)))
		case errors.Is(err, io.EOF):
			return nil
		default:
			return fmt.Errorf("read from the client: %w", err)
		}
	}
}

// message deals with one message. It never waits for a handler of a request.
func (l *loop) message(line []byte) {
	m, invalid := jsonrpc.Parse(line)
	switch {
	case invalid != nil:
		l.send(*invalid)
	case m.IsResponse():
		_ = l.session.questions.Answer(m)
	case m.Cancels() != nil:
		// Not handed on: mcp-go takes the ids 7 and "7" for one.
		l.flight.cancel(string(m.Cancels()))
	case m.ID == nil:
		if resp := l.handle(l.base, l.session, nil, line); resp != nil {
			l.send(resp)
		}
	default:
		l.request(m, line)
	}
}

// request starts a request, or refuses it when too much is in flight. To
// refuse and not to wait is what keeps answers to open questions coming in.
func (l *loop) request(m jsonrpc.Message, line []byte) {
	parent := l.base
	if m.Method == mcp.MethodSubscriptionsListen {
		parent = l.session.open // it would never end by itself
	}
	if trace := m.Traceparent(); trace != "" && l.withTraceparent != nil {
		parent = l.withTraceparent(parent, trace)
	}
	ctx, cancel := context.WithCancel(parent)
	r := &request{session: l.session, id: m.ID, method: m.Method, line: line, ctx: ctx, cancel: cancel}
	if err := l.flight.add(r); err != nil {
		cancel()
		l.send(jsonrpc.Failure(m.ID, mcp.INTERNAL_ERROR, err.Error()))
		return
	}
	switch m.Method {
	case mcp.MethodInitialize:
		l.serve(r) // at once: what follows goes by what the client can do
	case mcp.MethodToolsCall:
		if l.pending.Add(1) > l.workers && l.workers < maxCalls {
			l.workers++
			go l.work()
		}
		l.calls <- r
	default:
		go l.serve(r)
	}
}

// work serves one tools/call after another.
func (l *loop) work() {
	for r := range l.calls {
		l.serve(r)
		l.pending.Add(-1)
	}
}

// serve handles a request and answers it.
func (l *loop) serve(r *request) {
	defer l.flight.remove(r)
	defer r.cancel()
	resp := l.start(r)
	r.notes.close()
	if resp == nil {
		return
	}
	if err := l.w.send(addressed(resp, r.id), r.finish); errors.Is(err, errEncode) {
		l.log.Error("a result can't be encoded", "err", err)
		_ = l.w.send(jsonrpc.Failure(r.id, mcp.INTERNAL_ERROR, "internal error"), r.finish)
	}
}

// start handles a request, unless its turn comes too late. It asks for the
// cause and not r.ctx: an end reaches one context after another, and a call
// that it stopped may have made room for one that it is yet to reach.
func (l *loop) start(r *request) mcp.JSONRPCMessage {
	if !r.live() || l.base.Err() != nil || !l.flight.start() {
		return jsonrpc.Failure(r.id, mcp.INTERNAL_ERROR, "the server is stopping; the request was not started")
	}
	defer l.flight.stop()
	if r.method == mcp.MethodInitialize {
		return l.handle(r.ctx, l.session, r.id, r.line)
	}
	return l.handle(r.ctx, r, r.id, r.line)
}

// handle has mcp-go handle a message. A panic becomes a plain answer, or none
// to a notification.
func (l *loop) handle(ctx context.Context, s server.ClientSession, id json.RawMessage, line []byte) (resp mcp.JSONRPCMessage) {
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("panic in a handler", "panic", p, "stack", string(debug.Stack()))
			resp = nil
			if id != nil {
				resp = jsonrpc.Failure(id, mcp.INTERNAL_ERROR, "internal error")
			}
		}
	}()
	return l.server.HandleMessage(l.server.WithContext(ctx, s), line)
}

// send writes what belongs to no request in flight. A failure to write ends
// the loop by way of the writer.
func (l *loop) send(v any) { _ = l.w.send(v, nil) }
