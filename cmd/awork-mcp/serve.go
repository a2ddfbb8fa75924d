package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/stdio"
)

// untilSignal ends with the first interrupt or termination signal; the second
// ends the program at once.
func untilSignal() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	// Whoever read our output and went away must not kill a write that is on its
	// way; nor must a terminal that is closed.
	signal.Ignore(syscall.SIGPIPE)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitFailed)
	}()
	return ctx, cancel
}

// gcPercent trades a few MiB for a sixth of the processor time of a call: there
// is little to keep, and much that comes and goes.
const gcPercent = 400

// collectLess has the collector run less often, unless GOGC says otherwise.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

type stdioCommand struct{}

// Run implements the command.
func (stdioCommand) Run(c *console, s *settings) error {
	p, err := s.build(c, wiring{})
	if err != nil {
		return err
	}
	collectLess()
	ctx, cancel := untilSignal()
	defer cancel()
	return stdio.Serve(ctx, p.server, c.stdin, c.stdout, stdio.Options{Log: p.log, WithTraceparent: awork.WithTraceparent})
}
