package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/httpfront"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/stdio"
)

// untilSignal ends with the first interrupt or termination signal; the second
// ends the program at once.
func untilSignal() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitFailed)
	}()
	return ctx, cancel
}

type stdioCommand struct{}

// Run implements the command.
func (stdioCommand) Run(c *console, s *settings) error {
	p, err := s.build(c)
	if err != nil {
		return err
	}
	// A host that went away must not kill a write that is on its way.
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := untilSignal()
	defer cancel()
	return stdio.Serve(ctx, p.server, c.stdin, c.stdout, stdio.Options{Log: p.log})
}

type httpCommand struct {
	Listen         string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on; port 0 takes a free one."`
	AllowedHosts   list   `placeholder:"HOST" help:"Host names that requests may carry, beside loopback's and this server's own."`
	AllowedOrigins list   `placeholder:"ORIGIN" help:"Origins of web pages that may call this server."`
	PublicURL      string `placeholder:"URL" help:"Address under which a proxy serves this server."`
	Stateless      bool   `help:"Keep no sessions, so that any replica can answer any request."`
}

// Run implements the command.
func (h *httpCommand) Run(c *console, s *settings) error {
	p, err := s.build(c)
	if err != nil {
		return err
	}
	front, err := httpfront.New(p.server, httpfront.Options{
		Listen: h.Listen, AllowedHosts: h.AllowedHosts, AllowedOrigins: h.AllowedOrigins,
		PublicURL: h.PublicURL, Stateless: h.Stateless, Log: p.log,
	})
	if err != nil {
		return usage("%v", err)
	}
	ctx, cancel := untilSignal()
	defer cancel()
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", h.Listen)
	if err != nil {
		return fmt.Errorf("can't listen: %w (choose another address with --listen)", err)
	}
	p.log.Info("serving MCP", "streamable", "http://"+ln.Addr().String()+"/mcp", "sse", "http://"+ln.Addr().String()+"/sse")
	return front.Serve(ctx, ln)
}
