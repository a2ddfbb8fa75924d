package httpfront

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
	// linger is the time that calls have after they were cancelled: a write that
	// is on its way is let finish by its tool.
	linger = 12 * time.Second
	// lastWords is the time for what has ended or been told to end to leave its
	// connection.
	lastWords = time.Second
)

// Serve serves on ln, which it closes, until ctx ends, and shuts down then: no
// connection is accepted any more, and new requests on open ones are refused
// with 503, but for the health probe and for what a call in flight may wait
// for, its client's cancellations. Questions that are open end at once, unanswered,
// for people take their time. Calls in flight have Options.Grace to end, on
// every transport, and their answers are written
// before sessions and streams are closed. Calls that are still running are
// cancelled then, and have 12 s to return: a write on its way is let finish.
// Serve returns nil, and an error if the listener failed.
func (f *Front) Serve(ctx context.Context, ln net.Listener) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer f.Close()
	f.address = ln.Addr().String()
	conns := limitConnections(ln, f.maxConnections, f.maxHeld)
	f.showConnections(conns)
	ln = conns
	srv := f.newServer(base, f.Handler())
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()

	var failure error
	select {
	case failure = <-failed:
		failure = fmt.Errorf("serving HTTP: %w", failure)
	case <-ctx.Done():
		_ = ln.Close()
		f.log.Debug("no longer accepting connections", "reason", <-failed)
	}
	if n := f.calls.close(); n > 0 {
		f.log.Info("shutting down: waiting for the calls in flight", "calls", n)
	}
	left := f.calls.wait(f.o.Grace)
	cancel()
	if left > 0 {
		f.log.Warn("calls were still running when their time was over, and are cancelled", "calls", left, "grace", f.o.Grace)
		if left = f.calls.wait(f.linger); left > 0 {
			f.log.Error("calls are left behind", "calls", left)
		}
	}
	hurry, stop := context.WithTimeout(context.Background(), lastWords)
	defer stop()
	if srv.Shutdown(hurry) != nil {
		_ = srv.Close() // what is left owes nobody an answer
	}
	return failure
}

// ServeMetrics serves /metrics alone, to whoever asks, on ln, which it closes,
// until ctx ends.
func (f *Front) ServeMetrics(ctx context.Context, ln net.Listener) error {
	srv := f.newServer(context.WithoutCancel(ctx), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			http.NotFound(w, r)
			return
		}
		f.MetricsHandler().ServeHTTP(w, r)
	}))
	srv.ReadTimeout, srv.WriteTimeout = f.bodyTimeout, f.writeTimeout
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(limitConnections(ln, 100, 100)); ctx.Err() == nil {
		return fmt.Errorf("serving metrics: %w", err)
	}
	return nil
}

func (f *Front) newServer(base context.Context, h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(f.log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       withConnection,

		DisableGeneralOptionsHandler: true, // "OPTIONS *" is no route either
	}
}
