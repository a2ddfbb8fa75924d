package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

type sandboxCommand struct {
	Listen    string        `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Loopback address to listen on; port 0 takes a free one."`
	Latency   time.Duration `placeholder:"DURATION" help:"Wait so long before every answer."`
	Fault     []string      `sep:"none" placeholder:"FAULT" help:"Misbehave: kind[:METHOD][:path][:key=value…], such as lost-after:DELETE:/apiusers/*:times=1."`
	RateLimit string        `enum:"on,off" default:"on" help:"Whether awork's rate limits hold: on or off."`
}

// Run implements the command.
func (s *sandboxCommand) Run(c *console) error {
	if s.Latency < 0 {
		return usage("--latency must not be negative")
	}
	o := sandbox.Options{Latency: s.Latency, RateLimit: sandbox.RateLimit{Off: s.RateLimit == "off"}}
	for _, text := range s.Fault {
		f, err := sandbox.ParseFault(text)
		if err != nil {
			return usage("--fault: %v", err)
		}
		o.Faults = append(o.Faults, f)
	}
	host, _, err := net.SplitHostPort(s.Listen)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("--listen must be a loopback address with a port, such as 127.0.0.1:0: the sandbox's tokens are known to everyone")
	}
	ctx, cancel := signalContext()
	defer cancel()
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("can't listen: %w (choose another address with --listen)", err)
	}
	if _, err := fmt.Fprintf(c.stdout, "AWORK_BASE_URL=http://%s%s\nAWORK_TOKEN=%s\n", ln.Addr(), sandbox.BasePath, sandbox.AdminToken); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(c.stderr, "An awork workspace in memory, gone when this ends. Other tokens: %s, %s.\n", sandbox.ReaderToken, sandbox.NobodyToken)
	hs := &http.Server{Handler: sandbox.New(o), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = hs.Close() })
	if err := hs.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
