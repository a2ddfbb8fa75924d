package stdio

import (
	"context"
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

// A loop reads messages and has each handled.
type loop struct {
	server   *server.MCPServer
	session  *session
	w        *writer
	log      *slog.Logger
	base     context.Context // of every request; ends when handlers must
	inFlight *inFlight

	withTraceparent func(context.Context, string) context.Context

	calls   chan *request // waiting tools/call; its buffer holds all that may be in flight
	pending atomic.Int32  // tools/call that wait or run
	workers int32         // goroutines that run them: a used stack need not grow again
}

// read handles one line after another until the end of input.
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

// message handles one message. It never waits for a handler of a request.
func (l *loop) message(line []byte) {
	m, invalid := jsonrpc.Parse(line)
	switch {
	case invalid != nil:
		l.send(*invalid)
	case m.IsResponse():
		_ = l.session.questions.Answer(m)
	case m.Cancels() != nil:
		// Not passed to mcp-go, to which the ids 7 and "7" are the same.
		l.inFlight.cancel(string(m.Cancels()))
	case m.ID == nil:
		if resp := l.handle(l.base, l.session, m); resp != nil {
			l.send(resp)
		}
	default:
		l.request(m)
	}
}

// request starts a request, or refuses it when too much is in flight. It refuses
// and does not wait, so that answers to open questions still come in.
func (l *loop) request(m jsonrpc.Message) {
	parent := l.base
	if m.Method == mcp.MethodSubscriptionsListen {
		parent = l.session.open // it would never end by itself
	}
	if trace := m.Traceparent(); trace != "" && l.withTraceparent != nil {
		parent = l.withTraceparent(parent, trace)
	}
	ctx, cancel := context.WithCancel(parent)
	r := &request{session: l.session, message: m, ctx: ctx, cancel: cancel}
	if err := l.inFlight.add(r); err != nil {
		cancel()
		l.send(jsonrpc.Failure(m.ID, mcp.INTERNAL_ERROR, err.Error()))
		return
	}
	switch m.Method {
	case mcp.MethodInitialize:
		l.serve(r) // at once: the requests after it depend on the client's capabilities
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
	defer l.inFlight.remove(r)
	defer r.cancel()
	resp := l.start(r)
	r.notes.Close()
	if resp == nil {
		return
	}
	if err := l.w.send(addressed(resp, r.message.ID), r.finish); errors.Is(err, errEncode) {
		l.log.Error("a result can't be encoded", "err", err)
		_ = l.w.send(jsonrpc.Failure(r.message.ID, mcp.INTERNAL_ERROR, "internal error"), r.finish)
	}
}

// start handles a request, unless its turn comes too late. It looks at the base
// context and not at r.ctx: cancelling reaches one context after another, and a
// call that it ended may make way for one that it has not reached yet.
func (l *loop) start(r *request) mcp.JSONRPCMessage {
	if !r.live() || l.base.Err() != nil || !l.inFlight.start() {
		return jsonrpc.Failure(r.message.ID, mcp.INTERNAL_ERROR, "the server is stopping; the request was not started")
	}
	defer l.inFlight.stop()
	if r.message.Method == mcp.MethodInitialize {
		return l.handle(r.ctx, l.session, r.message)
	}
	return l.handle(r.ctx, r, r.message)
}

// handle has mcp-go handle a message. A panic becomes a plain answer, or none
// to a notification.
func (l *loop) handle(ctx context.Context, s server.ClientSession, m jsonrpc.Message) (resp mcp.JSONRPCMessage) {
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("panic in a handler", "panic", p, "stack", string(debug.Stack()))
			resp = nil
			if m.IsRequest() {
				resp = jsonrpc.Failure(m.ID, mcp.INTERNAL_ERROR, "internal error")
			}
		}
	}()
	return m.Explain(l.server.HandleMessage(l.server.WithContext(ctx, s), m.Raw))
}

// send writes what belongs to no request in flight. A failure to write ends
// the loop by way of the writer.
func (l *loop) send(v any) { _ = l.w.send(v, nil) }
