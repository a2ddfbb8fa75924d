package httpserver

import (
	"maps"
	"net/http"
	"sync"
	"time"
)

// timeoutWriter gives each write its own deadline, so that a stream may live for
// ever and a client that stops reading may not. It outlives the handler: mcp-go
// may still hold it for a moment, and its writes fail then.
type timeoutWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration

	mu   sync.Mutex
	code int
	done bool
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
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

func (w *timeoutWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return 0, http.ErrHandlerTimeout
	}
	if w.code == 0 {
		w.code = http.StatusOK
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
		w.code = http.StatusOK
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
	w.done = true
	w.extend()
}

func (w *timeoutWriter) status() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.code
}
