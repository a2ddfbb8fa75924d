// Package stdio serves MCP on standard input and output.
//
// It is a loop of its own over [server.MCPServer.HandleMessage]. Each Serve
// has its own session, so a process may run several. What the loop promises:
//
//   - only complete messages, one a line, are ever written;
//   - what a handler notifies is written before its answer, in order;
//   - a cancelled request is not answered, and one that was waiting its turn
//     never starts;
//   - reading never waits for a handler, so an answer to a question of ours,
//     a cancel and a ping get through however busy the server is;
//   - at the end of input what is in flight is finished and answered.
//
// Serve (serve.go) starts and ends the loop. The loop (loop.go) reads lines
// (lines.go), starts a request for each (request.go), which is counted while it is
// in flight (inflight.go), and has a writer (writer.go) write the answer. The
// session (session.go) is what all requests share.
//
//	err := stdio.Serve(ctx, mcpServer, os.Stdin, os.Stdout, stdio.Options{Log: log})
//
// The rules are those of
// https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
// and, for clients that say initialize, of
// https://modelcontextprotocol.io/specification/2025-11-25/basic/transports.
package stdio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

const (
	maxLine  = 1 << 20  // bytes of one message
	maxCalls = 64       // tools/call running at once
	maxOpen  = 10_000   // requests waiting or running at once
	maxBytes = 64 << 20 // bytes of all of these

	drain        = 5 * time.Second  // what is in flight may take so long once input has ended,
	cancelGrace  = 12 * time.Second // so long after it was cancelled: writes under way finish,
	closeTimeout = time.Second      // and so long for the client to read the last answers
)

var errStopping = errors.New("the server is stopping")

// Options are what a caller of [Serve] may choose.
type Options struct {
	// Log gets what is not for the client: panics with their stack, and handlers
	// that outlive the shutdown. It must not write to out. Nil discards.
	Log *slog.Logger
	// WithTraceparent takes the traceparent in the _meta of a request, if it is
	// well-formed: https://www.w3.org/TR/trace-context/. Nil drops it.
	WithTraceparent func(context.Context, string) context.Context
}

// Serve serves s on in and out until the end of input, until ctx is cancelled
// or until writing fails. At the end of input and when ctx is cancelled it
// takes no more requests, ends the questions that are open, waits 5 s for the
// requests in flight, which are answered as ever, then cancels them. It
// returns when all handlers have returned, or 12 s after they were cancelled. A
// client that does not read their answers is not waited for beyond that.
//
// It returns nil at the end of input and when ctx is cancelled. Else it returns what reading or writing failed with; a
// failed write cancels the requests in flight at once. (On [os.Stdout] a broken
// pipe kills the process before that, unless it ignores SIGPIPE.)
//
// A read under way when ctx is cancelled is left behind; a request that it
// brings is refused. Nothing is written after Serve has returned.
func Serve(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer, o Options) error {
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	base, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)

	w := newWriter(out, stop)
	defer w.close()
	sess := newSession(base, w)
	if err := s.RegisterSession(base, sess); err != nil {
		return fmt.Errorf("register the session: %w", err)
	}
	defer s.UnregisterSession(base, sess.SessionID())

	l := &loop{
		server: s, session: sess, w: w, log: log, base: base, withTraceparent: o.WithTraceparent,
		inFlight: newInFlight(), calls: make(chan *request, maxOpen),
	}
	ended := make(chan error, 1)
	go func() { ended <- l.read(in) }()

	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
	case <-base.Done():
	}
	l.finish(stop)
	if failed := w.failure(); failed != nil {
		return fmt.Errorf("write to the client: %w", failed)
	}
	return err
}

// finish takes no more requests and waits for those in flight, first as they
// are, then cancelled.
func (l *loop) finish(stop context.CancelCauseFunc) {
	l.session.hangUp()
	l.inFlight.close()
	quiet := make(chan struct{})
	go func() {
		defer close(quiet)
		<-l.inFlight.idle
		close(l.calls)
		l.session.broadcasts.Close()
	}()

	if await(quiet, drain, l.base.Done()) {
		return
	}
	stop(errStopping)
	if l.inFlight.halt() == 0 {
		return // only answers are left, and the client has not read them in that time
	}
	go l.work() // one more, to refuse what waits behind handlers that ignore their context
	if !await(l.inFlight.halted, cancelGrace, nil) {
		l.log.Warn("requests outlived the shutdown", "count", l.inFlight.len())
		return
	}
	await(quiet, closeTimeout, nil)
}

// await reports whether done was closed in time and before end.
func await(done <-chan struct{}, limit time.Duration, end <-chan struct{}) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-end:
	case <-timer.C:
	}
	return false
}
