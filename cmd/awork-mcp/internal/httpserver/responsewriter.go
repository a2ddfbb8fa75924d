package httpserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/outbox"
)

type responseWriterKey struct{}

var errNotAStream = errors.New("the answer is not a stream of events")

// responseWriter is the answer to one POST. mcp-go lets all calls of a session
// share one channel of notifications, so that a call's progress may come with
// another call's answer, and drops what it has not written when the answer is
// ready. Here each request writes its own, as events of its own answer, and before
// whatever mcp-go writes next. mcp-go is given a header of its own, since both
// may begin the answer.
type responseWriter struct {
	*timeoutWriter
	header  http.Header
	message jsonrpc.Message // which is answered
	id      maskedID
	// initialized says that an initialize has succeeded.
	initialized atomic.Bool
	outbox      outbox.Outbox
}

func (w *responseWriter) Header() http.Header { return w.header }

func (w *responseWriter) WriteHeader(code int) {
	w.outbox.Flush()
	if !w.initialized.Load() {
		w.header.Del(server.HeaderKeySessionID) // of a session that will not be
	}
	w.start(code, w.header)
}

func (w *responseWriter) Write(data []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	unmasked := w.id.unmask(data)
	isJSON := w.header.Get("Content-Type") == "application/json"
	if isJSON {
		unmasked = w.message.ExplainJSON(unmasked)
	}
	var err error
	if isJSON && w.isStream() { // mcp-go does not know it
		err = writeEvent(w.timeoutWriter, "message", bytes.TrimSpace(unmasked))
	} else {
		_, err = w.timeoutWriter.Write(unmasked)
	}
	if err != nil {
		return 0, err
	}
	return len(data), nil
}

// isStream reports whether the answer, which has begun, is a stream of events.
func (w *responseWriter) isStream() bool {
	return w.timeoutWriter.Header().Get("Content-Type") == eventStream
}

// hasEvents reports whether notifications are events of this answer: those of a
// request are, and a notification's answer is never a stream.
func (w *responseWriter) hasEvents() bool { return w != nil && w.message.IsRequest() }

// channel returns where a request's notifications go.
func (w *responseWriter) channel() chan<- mcp.JSONRPCNotification {
	return w.outbox.Channel(w.notify)
}

func (w *responseWriter) notify(n mcp.JSONRPCNotification) {
	_ = w.event(n) // a client that is gone has cancelled the call
}

// event writes a message. It begins a stream of events, unless the answer has
// begun as something else.
func (w *responseWriter) event(message any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	w.start(http.StatusOK, http.Header{"Content-Type": {eventStream}, "Cache-Control": {"no-cache"}})
	if !w.isStream() {
		return errNotAStream
	}
	return writeEvent(w.timeoutWriter, "message", w.id.unmask(data))
}

// ask writes a request of ours, after the notifications that came before it.
func (w *responseWriter) ask(message any) error {
	w.outbox.Flush()
	return w.event(message)
}
