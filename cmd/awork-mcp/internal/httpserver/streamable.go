package httpserver

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

// streamable is the one endpoint of streamable HTTP, for both protocol eras:
// https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
type streamable struct {
	transportBase
	http     *server.StreamableHTTPServer
	sessions *sessions // nil when stateless
}

func newStreamable(t transportBase, stateless bool, b bounds) *streamable {
	s := &streamable{transportBase: t}
	options := []server.StreamableHTTPOption{
		server.WithHTTPContextFunc(callContexts{t.mcp, t.calls.closing}.of),
		server.WithStreamableHTTPLogger(slog.New(atLeastWarn{t.log.Handler()})),
		server.WithDisableLocalhostProtection(true), // the guard is stricter, and knows the public URL
	}
	if stateless {
		s.http = server.NewStreamableHTTPServer(t.mcp, append(options, server.WithStateLess(true))...)
		return s
	}
	s.sessions = newSessions(b.sessions, b.sessionIdle)
	s.http = server.NewStreamableHTTPServer(t.mcp, append(options,
		server.WithSessionIdManagerResolver(sessionIDs{s.sessions}),
		server.WithSessionIdleTTL(b.sessionIdle),
		server.WithHeartbeatInterval(b.sessionIdle/3), // else a session whose stream is silent expires
	)...)
	return s
}

func (s *streamable) close() {
	// mcp-go is never given an HTTP server, so there is nothing to wait for and no
	// error to have.
	_ = s.http.Shutdown(context.Background())
}

func (s *streamable) serve(w http.ResponseWriter, r *http.Request, b body) {
	defer b.release()
	switch {
	case r.Method == http.MethodPost:
		s.servePost(w, r, b.data)
	case s.calls.isClosing():
		refuse(w, errClosing)
	case mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion)):
		s.http.ServeHTTP(w, r) // 405: there are no sessions any more
	default:
		s.serveSession(w, r)
	}
}

// servePost serves a message: a call is in flight until it is answered.
func (s *streamable) servePost(w http.ResponseWriter, r *http.Request, data []byte) {
	caller := ownerOf(r.Context()).caller
	m, ok := parseMessage(w, data)
	if !ok {
		return
	}
	modern := isModern(r, m)
	switch {
	case modern && m.Method == mcp.MethodNotificationCancelled && m.ID == nil:
		// Closing the response's stream is what cancels in this era. Clients
		// that also notify, without the _meta that mcp-go insists on, take
		// its 400 for the end of their session.
		w.WriteHeader(http.StatusAccepted)
		return
	case m.Method == mcp.MethodSubscriptionsListen:
		// A stream, not a call: nothing waits for its end.
		if !s.openStream(w, r, caller) {
			return
		}
		defer s.streams.Release(caller, 1)
	case m.IsRequest():
		if err := s.calls.acquire(r.Context(), caller); err != nil {
			refuse(w, err)
			return
		}
		defer s.calls.release(caller)
	}
	data, id := s.mask.maskID(m)
	out := &responseWriter{timeoutWriter: w.(*timeoutWriter), header: http.Header{}, id: id, message: m}
	// Hosted assistants send no session id after initialize.
	hasSession := m.Method == mcp.MethodInitialize || r.Header.Get(server.HeaderKeySessionID) != ""
	if s.sessions == nil || modern || !hasSession {
		s.forward(s.traced(r, m), out, r, data)
	} else if !s.serveInSession(out, r, m, data) {
		return
	}
	if !m.IsRequest() || out.status() != 0 {
		return
	}
	if s.calls.isClosing() {
		refuse(w, errClosing)
		return
	}
	w.WriteHeader(statusClientGone)
}

// statusClientGone is what nginx logs of a client that did not wait: nobody sees
// it but the metrics, for which it is no fault of the server.
const statusClientGone = 499

// serveInSession serves a message in its session, and reports whether the session
// was there to the end.
func (s *streamable) serveInSession(out *responseWriter, r *http.Request, m jsonrpc.Message, data []byte) bool {
	session, ok := s.sessionOf(out.timeoutWriter, r, m)
	if !ok {
		return false
	}
	if m.Method == mcp.MethodInitialize {
		defer s.endUnlessInitialized(out, session)
	}
	defer s.sessions.release(session)
	if m.IsResponse() && session.questions.Answer(m) { // others are mcp-go's
		out.timeoutWriter.WriteHeader(http.StatusAccepted)
		return true
	}
	ctx, cancel := session.within(s.traced(r, m))
	defer cancel()
	s.forward(ctx, out, r, data)
	if m.IsRequest() && out.status() == 0 && session.ctx.Err() != nil {
		refuseSession(out.timeoutWriter, m.ID, sessionEnded)
		return false
	}
	return true
}

// forward has mcp-go answer a message. It answers nothing to a request whose
// context has ended.
func (s *streamable) forward(ctx context.Context, out *responseWriter, r *http.Request, data []byte) {
	defer out.outbox.Close()
	r = r.WithContext(context.WithValue(ctx, responseWriterKey{}, out))
	r.Body = io.NopCloser(bytes.NewReader(data))
	s.http.ServeHTTP(out, r)
}

// sessionOf finds the session of a message, or opens it, or answers.
func (s *streamable) sessionOf(w http.ResponseWriter, r *http.Request, m jsonrpc.Message) (*session, bool) {
	o := ownerOf(r.Context())
	if m.Method == mcp.MethodInitialize {
		begun, ended := s.sessions.begin(o)
		for _, id := range ended {
			s.forget(id)
		}
		if begun == nil {
			retryAfter(w, http.StatusServiceUnavailable, "too many sessions are in use")
		}
		return begun, begun != nil
	}
	found := s.sessions.use(r.Header.Get(server.HeaderKeySessionID), o)
	if found == nil {
		refuseSession(w, m.ID, sessionEnded)
	}
	return found, found != nil
}

// endUnlessInitialized ends a session whose initialize has failed. Its client has
// not heard of it.
func (s *streamable) endUnlessInitialized(out *responseWriter, x *session) {
	if !out.initialized.Load() {
		s.sessions.end(x.id)
		s.forget(x.id)
	}
}

// serveSession serves GET and DELETE, for which mcp-go takes any session id.
func (s *streamable) serveSession(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(server.HeaderKeySessionID) == "" {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "the Mcp-Session-Id header is missing: without a session, /mcp takes POST", http.StatusMethodNotAllowed)
		return
	}
	session, ok := s.sessionOf(w, r, jsonrpc.Message{})
	if !ok {
		return
	}
	defer s.sessions.release(session)
	if r.Method == http.MethodDelete {
		s.http.ServeHTTP(w, r)
		return
	}
	if !s.openStream(w, r, session.owner.caller) {
		return
	}
	defer s.streams.Release(session.owner.caller, 1)
	ctx, cancel := session.within(r.Context())
	defer cancel()
	s.http.ServeHTTP(w, r.WithContext(ctx))
}

// forget has mcp-go drop the state of a session, for which it has no call but a
// client's DELETE.
func (s *streamable) forget(id string) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, "/mcp", http.NoBody)
	if err != nil {
		panic(err) // the parts are constants
	}
	r.Header.Set(server.HeaderKeySessionID, id)
	s.http.ServeHTTP(discardWriter{http.Header{}}, r)
}

// discardWriter is where an answer goes that nobody wants.
type discardWriter struct{ header http.Header }

func (d discardWriter) Header() http.Header       { return d.header }
func (discardWriter) Write(p []byte) (int, error) { return len(p), nil }
func (discardWriter) WriteHeader(int)             {}
