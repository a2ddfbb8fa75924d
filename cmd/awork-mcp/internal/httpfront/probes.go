package httpfront

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	readyFor     = 10 * time.Second
	probeTimeout = 5 * time.Second
)

// serveHealth says that the process lives, until its end: during a shutdown
// too, on connections that are open by then.
func serveHealth(w http.ResponseWriter, r *http.Request) {
	if allowMethod(w, r, http.MethodGet, http.MethodHead) {
		answerProbe(w, http.StatusOK, "ok")
	}
}

// serveReady says whether requests are well sent here. Why they are not is for
// the log: anyone may ask.
func (f *Front) serveReady(w http.ResponseWriter, r *http.Request) {
	if !allowMethod(w, r, http.MethodGet, http.MethodHead) {
		return
	}
	switch {
	case f.calls.isShut():
		answerProbe(w, http.StatusServiceUnavailable, "shutting down")
	case f.ready.check() != nil:
		answerProbe(w, http.StatusServiceUnavailable, "not ready")
	default:
		answerProbe(w, http.StatusOK, "ok")
	}
}

func answerProbe(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// readiness is what the last probe found, for a while. At most one runs at a
// time, for all who ask; it is nobody's in particular and ends with none of them.
type readiness struct {
	probe  func(context.Context) error
	failed func(error) // told when readiness is lost, or lost in another way
	lasts  time.Duration

	mu  sync.Mutex
	at  time.Time
	err error
}

func (y *readiness) check() error {
	if y.probe == nil {
		return nil
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	if !y.at.IsZero() && time.Since(y.at) < y.lasts {
		return y.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	before := y.err
	y.err = y.run(ctx)
	y.at = time.Now()
	if y.err != nil && (before == nil || before.Error() != y.err.Error()) {
		y.failed(y.err)
	}
	return y.err
}

func (y *readiness) run(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in the probe: %v", p)
		}
	}()
	return y.probe(ctx)
}

// MetricsHandler serves the metrics to whoever asks, for a listener of its own.
func (f *Front) MetricsHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !allowMethod(w, r, http.MethodGet, http.MethodHead) {
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		f.o.Metrics.Write(w)
	})
}

// serveMetrics serves them beside the rest, to callers only.
func (f *Front) serveMetrics(w http.ResponseWriter, r *http.Request) {
	if f.o.Auth != nil {
		if _, ok := f.authenticate(w, r); !ok {
			return
		}
	}
	f.MetricsHandler().ServeHTTP(w, r)
}
