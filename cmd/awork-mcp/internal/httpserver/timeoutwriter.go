package httpserver

import (
	"io"
	"maps"
	"net/http"
	"sync"
	"time"
)

const eventStream = "text/event-stream"

// timeoutWriter gives each write its own deadline, so that a stream may live for
// ever and a client that stops reading may not, and writes a comment to a stream of
// events that is silent, so that proxies don't take it for a dead one. It outlives
// the handler: mcp-go may still hold it for a moment, and its writes fail then.
type timeoutWriter struct {
	http.ResponseWriter
	control   *http.ResponseController
	timeout   time.Duration
	keepAlive time.Duration // for how long a stream may be silent

	mu       sync.Mutex
	code     int
	done     bool
	silence  *time.Timer // nil where the answer is not a stream
	bodyLeft bool        // not read: the connection is closed after the answer
}

// expectBody says that the request has a body. Unless readBody follows, the answer
// closes the connection.
func (w *timeoutWriter) expectBody() {
	w.Header().Set("Connection", "close")
	w.bodyLeft = true
}

// readBody says that the body has been read.
func (w *timeoutWriter) readBody() {
	w.Header().Del("Connection")
	w.bodyLeft = false
}

func (w *timeoutWriter) WriteHeader(code int) { w.start(code, nil) }

// start begins the answer, with header beside what was set before. Only the
// first start counts. Nothing is sent yet: the deadline is the next write's.
func (w *timeoutWriter) start(code int, header http.Header) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done || w.code != 0 {
		return
	}
	maps.Copy(w.Header(), header)
	w.begin(code)
	w.ResponseWriter.WriteHeader(code)
}

func (w *timeoutWriter) begin(code int) {
	if w.code = code; w.Header().Get("Content-Type") == eventStream {
		w.silence = time.AfterFunc(w.keepAlive, w.comment)
	}
}

// comment breaks the silence of a stream.
func (w *timeoutWriter) comment() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return
	}
	w.extend()
	if _, err := io.WriteString(w.ResponseWriter, ": keep-alive\n\n"); err == nil && w.control.Flush() == nil {
		w.silence.Reset(w.keepAlive)
	}
}

func (w *timeoutWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return 0, http.ErrHandlerTimeout
	}
	if w.code == 0 {
		w.begin(http.StatusOK)
	}
	if w.silence != nil {
		w.silence.Reset(w.keepAlive)
	}
	w.extend()
	return w.ResponseWriter.Write(p)
}

// Flush makes a timeoutWriter an http.Flusher, without which mcp-go does not
// stream.
func (w *timeoutWriter) Flush() { _ = w.FlushError() }

// FlushError is what http.ResponseController looks for.
func (w *timeoutWriter) FlushError() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return http.ErrHandlerTimeout
	}
	if w.code == 0 {
		w.begin(http.StatusOK)
	}
	w.extend()
	return w.control.Flush()
}

// Unwrap is for http.ResponseController.
func (w *timeoutWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *timeoutWriter) extend() { _ = w.control.SetWriteDeadline(time.Now().Add(w.timeout)) }

// finish refuses further writes, and gives those that net/http still holds
// their time.
func (w *timeoutWriter) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done = true; w.silence != nil {
		w.silence.Stop()
	}
	w.extend()
}

func (w *timeoutWriter) status() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.code
}
