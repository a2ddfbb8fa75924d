package httpfront

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

// serveMCP is the one endpoint of streamable HTTP, for both protocol eras:
// https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
func (f *Front) serveMCP(w http.ResponseWriter, r *http.Request, b body) {
	defer b.release()
	switch {
	case r.Method == http.MethodPost:
		f.servePost(w, r, b.data)
	case f.calls.isShut():
		refuse(w, errShut)
	case mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion)):
		f.streamable.ServeHTTP(w, r) // 405: there are no sessions any more
	default:
		f.serveSession(w, r)
	}
}

// statusClientGone is what nginx logs of a client that did not wait: nobody sees
// it but the metrics, for which it is no fault of the server.
const statusClientGone = 499

func (f *Front) servePost(w http.ResponseWriter, r *http.Request, data []byte) {
	caller := ownerOf(r.Context()).caller
	m, ok := parseMessage(w, data)
	if !ok {
		return
	}
	modern := isModern(r, m)
	data, alias := disguise(f.mark, m, data)
	out := &posting{writer: w.(*writer), header: http.Header{}, alias: alias, request: m.IsRequest()}
	switch {
	case modern && m.Method == mcp.MethodNotificationCancelled && m.ID == nil:
		// Closing the response's stream is what cancels in this era. Clients
		// that also notify, without the _meta that mcp-go insists on, take
		// its 400 for the end of their session.
		w.WriteHeader(http.StatusAccepted)
		return
	case m.Method == mcp.MethodSubscriptionsListen:
		// A stream, not a call: nothing waits for its end.
		if f.calls.isShut() {
			refuse(w, errShut)
			return
		}
		if !f.open.take(caller) {
			retryAfter(w, http.StatusTooManyRequests, "too many streams are open")
			return
		}
		defer f.open.give(caller)
	case m.IsRequest():
		if err := f.calls.enter(r.Context(), caller); err != nil {
			refuse(w, err)
			return
		}
		defer f.calls.leave(caller)
	}
	ctx := f.traced(r, m)
	var s *session
	if f.sessions != nil && !modern {
		if s, ok = f.sessionOf(w, r, m); !ok {
			return
		}
		defer f.closeUnless(out, s, m)
		defer f.sessions.release(s)
		if m.IsResponse() && s.questions.Answer(m) { // others are mcp-go's
			w.WriteHeader(http.StatusAccepted)
			return
		}
		within, cancel := s.within(ctx)
		defer cancel()
		ctx = within
	}
	defer out.end()
	r = r.WithContext(context.WithValue(ctx, postingKey{}, out))
	r.Body = io.NopCloser(bytes.NewReader(data))
	f.streamable.ServeHTTP(out, r)
	switch { // mcp-go has nothing to say to a request whose context has ended
	case !m.IsRequest() || out.status() != 0:
	case s != nil && s.ctx.Err() != nil:
		http.Error(w, "the session has ended", http.StatusNotFound)
	case !f.calls.isShut():
		w.WriteHeader(statusClientGone)
	default:
		refuse(w, errShut)
	}
}

// sessionOf finds the session of a message, or opens it, or answers.
func (f *Front) sessionOf(w http.ResponseWriter, r *http.Request, m jsonrpc.Message) (*session, bool) {
	o := ownerOf(r.Context())
	if m.Method == mcp.MethodInitialize {
		s, ok := f.sessions.begin(o)
		if !ok {
			retryAfter(w, http.StatusServiceUnavailable, "too many sessions are in use")
		}
		return s, ok
	}
	id := r.Header.Get(server.HeaderKeySessionID)
	if id == "" {
		http.Error(w, "the Mcp-Session-Id header is missing", http.StatusBadRequest)
		return nil, false
	}
	s, ok := f.sessions.use(id, o)
	if !ok {
		http.Error(w, "unknown session", http.StatusNotFound)
	}
	return s, ok
}

// closeUnless ends a session whose initialize has failed. Its client was not told
// of it.
func (f *Front) closeUnless(out *posting, s *session, m jsonrpc.Message) {
	if m.Method == mcp.MethodInitialize && !out.initialized.Load() {
		f.sessions.end(s.id)
		f.forget(s.id)
	}
}

// serveSession serves GET and DELETE, for which mcp-go takes any session id.
func (f *Front) serveSession(w http.ResponseWriter, r *http.Request) {
	s, ok := f.sessionOf(w, r, jsonrpc.Message{})
	if !ok {
		return
	}
	defer f.sessions.release(s)
	ctx := r.Context()
	if r.Method == http.MethodGet {
		if !f.open.take(s.owner.caller) {
			retryAfter(w, http.StatusTooManyRequests, "too many streams are open")
			return
		}
		defer f.open.give(s.owner.caller)
		within, cancel := s.within(ctx)
		defer cancel()
		ctx = within
	}
	f.streamable.ServeHTTP(w, r.WithContext(ctx))
}

// forget has mcp-go drop what it keeps of a session, for which it has no call
// but a client's DELETE.
func (f *Front) forget(id string) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, "/mcp", http.NoBody)
	if err != nil {
		panic(err) // the parts are constants
	}
	r.Header.Set(server.HeaderKeySessionID, id)
	f.streamable.ServeHTTP(nowhere{http.Header{}}, r)
}

// nowhere is where an answer goes that nobody wants.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header       { return n.header }
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) WriteHeader(int)             {}
