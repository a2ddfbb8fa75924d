package httpfront

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

// The HTTP+SSE transport of revision 2024-11-05, deprecated since, for clients
// that know no other: a GET opens a stream, whose first event says where to
// post messages, and the answers come as events:
// https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse
//
// mcp-go's own is not used. It answers from goroutines that nothing can wait
// for, so that a shutdown would lose answers, and opens itself to every origin.

// serveSSE is a client's stream. It ends with the request, and with it what the
// client has asked for.
func (f *Front) serveSSE(w http.ResponseWriter, r *http.Request, b body) {
	b.release() // of no use to a GET
	if f.calls.isShut() {
		refuse(w, errShut)
		return
	}
	o := ownerOf(r.Context())
	if !f.open.take(o.caller) {
		retryAfter(w, http.StatusTooManyRequests, "too many streams are open")
		return
	}
	defer f.open.give(o.caller)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	s := newStream(ctx, rand.Text(), o)
	if err := f.server.RegisterSession(ctx, s); err != nil {
		http.Error(w, "the session could not be opened", http.StatusInternalServerError)
		return
	}
	defer f.server.UnregisterSession(context.WithoutCancel(ctx), s.id)
	f.streams.Store(s.id, s)
	defer f.streams.Delete(s.id)

	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	if sendEvent(w, "endpoint", []byte(f.message+"?sessionId="+s.id)) == nil {
		s.run(w)
	}
}

// serveMessage takes a message for a stream, from the caller who opened it. A
// request is answered there.
func (f *Front) serveMessage(w http.ResponseWriter, r *http.Request, b body) {
	release := b.release
	defer func() { release() }()
	o := ownerOf(r.Context())
	s, ok := f.streamOf(r.URL.Query().Get("sessionId"), o)
	if !ok {
		http.Error(w, "unknown session", http.StatusNotFound)
		return
	}
	m, ok := parseMessage(w, b.data)
	if !ok {
		return
	}
	if m.Method == mcp.MethodSubscriptionsListen {
		http.Error(w, "this transport has no revision with subscriptions/listen", http.StatusBadRequest)
		return
	}
	if m.IsRequest() {
		if err := f.calls.enter(r.Context(), o.caller); err != nil {
			refuse(w, err)
			return
		}
	}
	data, alias := disguise(f.mark, m, b.data)
	ctx, cancel := context.WithCancel(context.WithoutCancel(f.traced(r, m)))
	detach := context.AfterFunc(s.ctx, cancel)
	end := func() { detach(); cancel() }
	ctx = f.server.WithContext(ctx, s)
	// Offered 2026-07-28, which has no such transport, clients would choose it
	// and trip over its headers.
	ctx = server.WithSupportedProtocolVersions(ctx, mcp.LegacyProtocolVersions())
	if !m.IsRequest() {
		defer end()
		s.noteCancel(m)
		f.handle(ctx, m, data)
		w.WriteHeader(http.StatusAccepted)
		return
	}
	s.begin(m)
	w.WriteHeader(http.StatusAccepted)
	release = func() {} // not yet
	go func() {
		defer f.calls.leave(o.caller)
		defer b.release()
		defer end()
		answer := f.handle(ctx, m, data)
		if wanted := s.end(m); wanted && answer != nil {
			s.answer(alias.restore(answer))
		}
	}()
}

func (f *Front) streamOf(id string, o owner) (*stream, bool) {
	found, ok := f.streams.Load(id)
	if !ok || found.(*stream).owner != o {
		return nil, false
	}
	return found.(*stream), true
}

// handle gives the answer to a message as JSON, or nil if it gets none. It runs
// outside of any exchange, so it contains panics by itself.
func (f *Front) handle(ctx context.Context, m jsonrpc.Message, body []byte) (answer []byte) {
	defer func() {
		if p := recover(); p != nil {
			f.log.Error("panic while serving SSE", "panic", p, "method", m.Method, "stack", string(debug.Stack()))
			answer = internalError(m)
		}
	}()
	response := f.server.HandleMessage(ctx, body)
	if response == nil {
		return nil
	}
	answer, err := json.Marshal(response)
	if err != nil {
		f.log.Error("an answer can't be written as JSON", "error", err, "method", m.Method)
		return internalError(m)
	}
	return answer
}

// sendEvent writes one event through to the client.
func sendEvent(w http.ResponseWriter, name string, data []byte) error {
	if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, data); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}

// run writes the stream until it ends. Notifications that were sent before an
// answer are written before it.
func (s *stream) run(w http.ResponseWriter) {
	beat := time.NewTicker(keepAlive)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-s.ctx.Done():
			return
		case n := <-s.notifications:
			err = sendNotification(w, n)
		case a := <-s.answers:
			for more := true; more && err == nil; {
				select {
				case n := <-s.notifications:
					err = sendNotification(w, n)
				default:
					more = false
				}
			}
			if err == nil {
				err = sendEvent(w, "message", a.data)
			}
			close(a.written)
		case <-beat.C:
			if _, err = fmt.Fprint(w, ": keep-alive\n\n"); err == nil {
				err = http.NewResponseController(w).Flush()
			}
		}
		if err != nil {
			return
		}
	}
}

func sendNotification(w http.ResponseWriter, n mcp.JSONRPCNotification) error {
	data, err := json.Marshal(n)
	if err != nil {
		return nil // a notification nobody can read is worth no stream
	}
	return sendEvent(w, "message", data)
}
