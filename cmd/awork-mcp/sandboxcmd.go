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
	Listen    string        `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"${sandbox_listen}"`
	Latency   time.Duration `placeholder:"DURATION" help:"Wait so long before every answer."`
	Fault     []string      `sep:"none" placeholder:"FAULT" help:"${sandbox_fault}"`
	RateLimit string        `enum:"on,off" default:"on" placeholder:"on|off" help:"${sandbox_rate_limit}"`
}

// Run serves the sandbox until a signal comes.
func (s *sandboxCommand) Run(c *console) error {
	o, err := s.options()
	if err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(s.Listen)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("--listen must be a loopback address with a port, such as 127.0.0.1:0: " +
			"the sandbox's tokens are known to everyone")
	}
	ctx, cancel := signalContext()
	defer cancel()
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("can't listen: %w (choose another address with --listen)", err)
	}
	_, err = fmt.Fprintf(c.stdout, "AWORK_BASE_URL=http://%s%s\nAWORK_TOKEN=%s\n",
		ln.Addr(), sandbox.BasePath, sandbox.AdminToken)
	if err != nil {
		return err
	}
	c.warnf("An awork workspace in memory, gone when this ends. Other tokens: %s, %s.",
		sandbox.ReaderToken, sandbox.NobodyToken)
	hs := &http.Server{Handler: sandbox.New(o), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = hs.Close() })
	if err := hs.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (s *sandboxCommand) options() (sandbox.Options, error) {
	o := sandbox.Options{Latency: s.Latency, RateLimit: sandbox.RateLimit{Off: s.RateLimit == "off"}}
	if s.Latency < 0 {
		return o, usage("--latency must not be negative")
	}
	for _, text := range s.Fault {
		f, err := sandbox.ParseFault(text)
		if err != nil {
			return o, usage("--fault: %v", err)
		}
		o.Faults = append(o.Faults, f)
	}
	return o, nil
}
