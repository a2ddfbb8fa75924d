package httpfront

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

// exchange is what every request passes through, whatever its route: it gets an
// id, its times are bounded, a panic in it stays its own, and it leaves a line
// in the log at debug. The query is not logged: it may name a session.
func (f *Front) exchange(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := requestID(r)
		conn := connectionOf(r.Context())
		conn.rest()
		out := &writer{ResponseWriter: w, control: http.NewResponseController(w), timeout: f.writeTimeout}
		out.extend()
		out.Header().Set("X-Request-Id", id)
		// At the end, a client that does not read is not waited for.
		defer context.AfterFunc(r.Context(), func() { _ = out.control.SetWriteDeadline(time.Now().Add(lastWords)) })()
		if r.ContentLength != 0 {
			_ = out.control.SetReadDeadline(start.Add(f.bodyTimeout))
		}
		if r.ContentLength < 0 || r.ContentLength > smallBody {
			out.Header().Set("Connection", "close") // unless it is read: it is not waited for
		}
		defer func() {
			p := recover()
			if err, _ := p.(error); p != nil && !errors.Is(err, http.ErrAbortHandler) {
				f.log.Error("panic while serving HTTP", "panic", p, "path", r.URL.Path, "requestId", id, "stack", string(debug.Stack()))
				if out.status() == 0 {
					http.Error(out, "internal error", http.StatusInternalServerError)
					p = nil
				}
			}
			out.finish()
			conn.rest()
			f.o.Metrics.ObserveRequest(f.label(r.URL.Path), r.Method, out.status(), time.Since(start))
			f.log.LogAttrs(r.Context(), slog.LevelDebug, "http request",
				slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", out.status()),
				slog.Duration("duration", time.Since(start)), slog.String("requestId", id))
			if p != nil {
				panic(http.ErrAbortHandler) // half an answer is out: let the client see that it is cut
			}
		}()
		next.ServeHTTP(out, r)
	})
}

// label bounds the paths that are told apart.
func (f *Front) label(path string) string {
	if _, ok := f.routes[path]; ok {
		return path
	}
	return "other"
}

// requestID is the caller's, if it is fit to be logged, or a new one.
func requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	if id == "" || len(id) > 64 {
		return rand.Text()
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return rand.Text()
		}
	}
	return id
}

// writer gives each write its own deadline, so that a stream may live for ever
// and a client that stops reading may not. It outlives the handler: mcp-go may
// still hold it for a moment, and is refused then.
type writer struct {
	http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration

	mu   sync.Mutex
	code int
	done bool
}

func (w *writer) WriteHeader(code int) { w.start(code, nil) }

// start begins the answer, with header beside what was set before. Only the
// first start counts. Nothing is sent yet: the deadline is the next write's.
func (w *writer) start(code int, header http.Header) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done || w.code != 0 {
		return
	}
	maps.Copy(w.Header(), header)
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

func (w *writer) Write(p []byte) (int, error) {
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

// Flush makes a writer an http.Flusher, without which mcp-go does not stream.
func (w *writer) Flush() { _ = w.FlushError() }

// FlushError is what http.ResponseController looks for.
func (w *writer) FlushError() error {
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
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *writer) extend() { _ = w.control.SetWriteDeadline(time.Now().Add(w.timeout)) }

// finish refuses further writes, and gives those that net/http still holds
// their time.
func (w *writer) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = true
	w.extend()
}

func (w *writer) status() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.code
}
