package main

import (
	"runtime/debug"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/stdio"
)

type stdioCommand struct{}

// afterStart is when the memory that only the start needed is given back: hosts leave
// the program idle for hours.
const afterStart = time.Second

// Run serves MCP on stdin and stdout until the input ends or a signal comes.
func (stdioCommand) Run(c *console, s *settings) error {
	p, err := s.build(c, buildOptions{})
	if err != nil {
		return err
	}
	defer func() { _ = p.journal.Close() }() // which leaves a file behind where it fails
	ctx, cancel := signalContext()
	defer cancel()
	go p.watchJournal(ctx)
	if isTerminal(c.stdin) {
		c.warnf("awork-mcp waits for an MCP client on stdin. Press Ctrl-C to end it. " +
			"To set up a client: awork-mcp install; for the other commands: awork-mcp --help.")
	}
	idle := time.AfterFunc(afterStart, debug.FreeOSMemory)
	defer idle.Stop()
	o := stdio.Options{Log: p.log, WithTraceparent: awork.WithTraceparent}
	return stdio.Serve(ctx, p.server, c.stdin, c.stdout, o)
}
