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
	// lastWords is the time for what has ended or been told to end to leave its
	// connection.
	lastWords = time.Second
)

// Serve serves on ln, which it closes, until ctx ends, and shuts down then: no
// connection is accepted any more, and new requests on open ones are refused
// with 503, but for the health probe and for what a call in flight may wait
// for, its client's answers and cancellations. Calls in flight have
// Options.Grace to end, on every transport, and their answers are written
// before sessions and streams are closed. Serve returns nil then, and an error
// if calls had to be cancelled or the listener failed.
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
		f.calls.wait(lastWords)
	}
	hurry, stop := context.WithTimeout(context.Background(), lastWords)
	defer stop()
	if srv.Shutdown(hurry) != nil {
		_ = srv.Close() // what is left owes nobody an answer
	}
	if failure == nil && left > 0 {
		failure = fmt.Errorf("%d calls were still running %s after the shutdown began, and were cancelled", left, f.o.Grace)
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
