package httpserver

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/origin"
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
func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	if !allowMethod(w, r, http.MethodGet, http.MethodHead) {
		return
	}
	switch {
	case s.calls.isClosing():
		answerProbe(w, http.StatusServiceUnavailable, "shutting down")
	case s.ready.check() != nil:
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
	probe func(context.Context) error
	log   *slog.Logger // gets it when readiness is lost, or lost in another way
	lasts time.Duration

	mu  sync.Mutex
	at  time.Time
	err error
}

func newReadiness(probe func(context.Context) error, log *slog.Logger) *readiness {
	return &readiness{probe: probe, log: log, lasts: readyFor}
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
		y.log.Warn("not ready", "error", y.err)
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

// serveMetrics serves the metrics beside the rest, to callers only.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	if !s.checkMetricsHost(w, r) {
		return
	}
	if s.o.Auth != nil {
		if _, ok := s.access.authenticate(w, r); !ok {
			return
		}
	}
	s.writeMetrics(w, r)
}

// checkMetricsHost refuses pages that rebind their name, or answers. Who scrapes may
// name an IP address that no setting has, which no page can.
func (s *Server) checkMetricsHost(w http.ResponseWriter, r *http.Request) bool {
	err := s.location.guard.CheckHost(r)
	if err == nil || origin.IsIP(r.Host) {
		return true
	}
	http.Error(w, err.Error(), http.StatusForbidden)
	return false
}

func (s *Server) writeMetrics(w http.ResponseWriter, r *http.Request) {
	if !allowMethod(w, r, http.MethodGet, http.MethodHead) {
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	s.o.Metrics.Write(w)
}
