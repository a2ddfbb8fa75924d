package httpserver

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
)

const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 16 << 10
	headerSlack   = 4 << 10 // that net/http adds to MaxHeaderBytes
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
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer s.Close()
	s.location.listening = ln.Addr().String()
	conns := limits.NewListener(ln, s.bounds.connections)
	s.showConnections(conns)
	srv := s.newHTTPServer(base, s.Handler())
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(conns) }()

	var failure error
	select {
	case failure = <-failed:
		failure = fmt.Errorf("serving HTTP: %w", failure)
	case <-ctx.Done():
		_ = conns.Close()
		s.log.Debug("no longer accepting connections", "reason", <-failed)
	}
	if n := s.calls.close(); n > 0 {
		s.log.Info("shutting down: waiting for the calls in flight", "calls", n)
	}
	left := s.calls.wait(s.o.Grace)
	cancel()
	if left > 0 {
		s.log.Warn("calls were still running when their time was over, and are cancelled", "calls", left, "grace", s.o.Grace)
		if left = s.calls.wait(s.bounds.cancelGrace); left > 0 {
			s.log.Error("calls are left behind", "calls", left)
		}
	}
	hurry, stop := context.WithTimeout(context.Background(), closeTimeout)
	defer stop()
	if srv.Shutdown(hurry) != nil {
		_ = srv.Close() // what is left owes nobody an answer
	}
	return failure
}

// ServeMetrics serves /metrics alone, to whoever asks, on ln, which it closes,
// until ctx ends. On loopback, where visitors' browsers are, the Host is checked.
func (s *Server) ServeMetrics(ctx context.Context, ln net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(ln.Addr()) || s.checkMetricsHost(w, r) { // pages reach no other network
			s.writeMetrics(w, r)
		}
	})
	srv := s.newHTTPServer(context.WithoutCancel(ctx), mux)
	srv.ReadTimeout, srv.WriteTimeout = s.bounds.bodyTimeout, s.bounds.writeTimeout
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(limits.NewListener(ln, s.bounds.metricsConnections)); ctx.Err() == nil {
		return fmt.Errorf("serving metrics: %w", err)
	}
	return nil
}

func isLoopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

func (s *Server) newHTTPServer(base context.Context, h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader - headerSlack,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       limits.WithConn,

		DisableGeneralOptionsHandler: true, // "OPTIONS *" is no route either
	}
}
