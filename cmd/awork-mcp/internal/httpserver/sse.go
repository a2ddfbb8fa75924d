package httpserver

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"runtime/debug"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

// legacySSE is the HTTP+SSE transport of revision 2024-11-05, deprecated since, for
// clients that know no other: a GET opens a stream, whose first event says where to
// post messages, and the answers come as events:
// https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse
//
// mcp-go's own is not used. It answers from goroutines that nothing can wait for, so
// that a shutdown would lose answers, and opens itself to every origin.
type legacySSE struct {
	transportBase
	message string   // where clients post messages to
	open    sync.Map // id → *stream
}

func newSSE(t transportBase, public *url.URL) *legacySSE {
	s := &legacySSE{transportBase: t, message: "/message"}
	if public != nil {
		s.message = path.Join("/", public.EscapedPath(), "message")
	}
	return s
}

// serveStream is a client's stream. It ends with the request, and with it what the
// client has asked for.
func (s *legacySSE) serveStream(w http.ResponseWriter, r *http.Request, b body) {
	b.release() // of no use to a GET
	o := ownerOf(r.Context())
	if !s.openStream(w, r, o.caller) {
		return
	}
	defer s.streams.Release(o.caller, 1)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	x := newStream(ctx, rand.Text(), o)
	if err := s.mcp.RegisterSession(ctx, x); err != nil {
		http.Error(w, "the session could not be opened", http.StatusInternalServerError)
		return
	}
	defer s.mcp.UnregisterSession(context.WithoutCancel(ctx), x.id)
	s.open.Store(x.id, x)
	defer s.open.Delete(x.id)

	w.Header().Set("Content-Type", eventStream)
	w.Header().Set("Cache-Control", "no-cache")
	if writeEvent(w, "endpoint", []byte(s.message+"?sessionId="+x.id)) == nil {
		x.run(w)
	}
}

// serveMessage takes a message for a stream, from the caller who opened it. A
// request is answered there.
func (s *legacySSE) serveMessage(w http.ResponseWriter, r *http.Request, b body) {
	x, ok := s.streamOf(r.URL.Query().Get("sessionId"), ownerOf(r.Context()))
	if !ok {
		b.release()
		refuseSession(w, nil, "the stream is unknown or has ended: open a new one with GET /sse")
		return
	}
	m, ok := parseMessage(w, b.data)
	switch {
	case !ok:
		b.release()
	case m.Method == mcp.MethodSubscriptionsListen:
		b.release()
		http.Error(w, "this transport has no revision with subscriptions/listen", http.StatusBadRequest)
	case m.IsRequest():
		s.serveRequest(w, r, b, x, m)
	default:
		defer b.release()
		data, _ := s.mask.maskID(m)
		ctx, cancel := s.contextOf(r, x, m)
		defer cancel()
		x.noteCancel(m)
		s.handle(ctx, m, data)
		w.WriteHeader(http.StatusAccepted)
	}
}

// serveRequest accepts a request, which is answered on its stream.
func (s *legacySSE) serveRequest(w http.ResponseWriter, r *http.Request, b body, x *stream, m jsonrpc.Message) {
	if err := s.calls.acquire(r.Context(), x.owner.caller); err != nil {
		b.release()
		refuse(w, err)
		return
	}
	ctx, cancel := s.contextOf(r, x, m)
	x.begin(m)
	w.WriteHeader(http.StatusAccepted)
	go func() {
		defer s.calls.release(x.owner.caller)
		defer b.release()
		defer cancel()
		data, id := s.mask.maskID(m)
		answer := s.handle(ctx, m, data)
		if wanted := x.end(m); wanted && answer != nil {
			x.answer(id.unmask(answer))
		}
	}()
}

// contextOf returns the context of a message, which outlives its request and ends
// with its stream.
func (s *legacySSE) contextOf(r *http.Request, x *stream, m jsonrpc.Message) (context.Context, context.CancelFunc) {
	ctx, cancel := untilBoth(context.WithoutCancel(s.traced(r, m)), x.ctx)
	ctx = s.mcp.WithContext(ctx, x)
	// Offered 2026-07-28, which has no such transport, clients would choose it
	// and trip over its headers. mcp-go only offers by this list: see refuseModern.
	return server.WithSupportedProtocolVersions(ctx, mcp.LegacyProtocolVersions()), cancel
}

func (s *legacySSE) streamOf(id string, o owner) (*stream, bool) {
	found, ok := s.open.Load(id)
	if !ok || found.(*stream).owner != o {
		return nil, false
	}
	return found.(*stream), true
}

func (s *legacySSE) count() int {
	n := 0
	s.open.Range(func(any, any) bool { n++; return true })
	return n
}

// handle returns the answer to a message as JSON, or nil if it gets none. It runs
// outside of any request, so it contains panics by itself.
func (s *legacySSE) handle(ctx context.Context, m jsonrpc.Message, body []byte) (answer []byte) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("panic while serving SSE", "panic", p, "method", m.Method, "stack", string(debug.Stack()))
			answer = internalError(m)
		}
	}()
	response := refuseModern(m)
	if response == nil {
		response = s.mcp.HandleMessage(ctx, body)
	}
	if response == nil {
		return nil
	}
	answer, err := json.Marshal(m.Explain(response))
	if err != nil {
		s.log.Error("an answer can't be written as JSON", "error", err, "method", m.Method)
		return internalError(m)
	}
	return answer
}

// refuseModern returns the error for a request of a revision that has no such
// transport, nil for any other. Its capabilities count for nothing here: nobody can
// be asked over SSE. server/discover is answered, and offers the older revisions.
func refuseModern(m jsonrpc.Message) mcp.JSONRPCMessage {
	if !m.IsRequest() || !m.IsModern() || m.Method == mcp.MethodServerDiscover {
		return nil
	}
	failure := mcp.UnsupportedProtocolVersionError{
		Version: m.Params.Meta.ProtocolVersion(), Supported: mcp.LegacyProtocolVersions(),
	}.JSONRPCError()
	failure.ID = mcp.NewRequestId(m.ID)
	return failure
}
