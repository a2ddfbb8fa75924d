package httpfront

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// serveMCP is the one endpoint of streamable HTTP, for both protocol eras:
// https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
func (f *Front) serveMCP(w http.ResponseWriter, r *http.Request, body []byte) {
	modern := mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion))
	switch {
	case r.Method == http.MethodPost:
		f.servePost(w, r, body, modern)
	case f.calls.isShut():
		refuseShutdown(w)
	case modern:
		f.streamable.ServeHTTP(w, r) // 405: there are no sessions any more
	default:
		f.serveSession(w, r)
	}
}

func (f *Front) servePost(w http.ResponseWriter, r *http.Request, body []byte, modern bool) {
	m, _ := parseMessage(body) // mcp-go answers for what is no message
	switch {
	case modern && m.Method == mcp.MethodNotificationCancelled && !m.hasID():
		// Closing the response's stream is what cancels in this era. Clients
		// that also notify, without the _meta that mcp-go insists on, take
		// its 400 for the end of their session.
		w.WriteHeader(http.StatusAccepted)
		return
	case m.Method == mcp.MethodSubscriptionsListen:
		// A stream, not a call: nothing waits for its end.
		if f.calls.isShut() {
			refuseShutdown(w)
			return
		}
	case m.isRequest():
		if !f.calls.enter() {
			refuseShutdown(w)
			return
		}
		defer f.calls.leave()
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	f.streamable.ServeHTTP(w, r)
}

// serveSession serves GET and DELETE, for which mcp-go takes any session id.
func (f *Front) serveSession(w http.ResponseWriter, r *http.Request) {
	id := r.Header.Get(server.HeaderKeySessionID)
	if id == "" {
		http.Error(w, "the Mcp-Session-Id header is missing", http.StatusBadRequest)
		return
	}
	ended, known := f.sessions.ended(id)
	if !known {
		http.Error(w, "unknown session", http.StatusNotFound)
		return
	}
	if r.Method == http.MethodGet {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(ended, cancel)()
		r = r.WithContext(ctx)
	}
	f.streamable.ServeHTTP(w, r)
}
