package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// signalContext returns a context that ends with the first interrupt or
// termination signal. The second signal ends the program at once. Once the context
// is cancelled, the program is ending, and signals change nothing.
func signalContext() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	// A terminal that is closed must not kill a write in flight.
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		select {
		case <-signals:
			cancel()
			<-signals
			os.Exit(exitFailed)
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// catchClosedPipes has writes to a pipe that nobody reads fail instead of ending the
// program, which may have a write to awork in flight.
func catchClosedPipes() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
}

// isClosedPipe reports whether a write to stdout failed because its reader went
// away, as head does when it has enough.
func isClosedPipe(err error) bool {
	var e *fs.PathError
	return errors.As(err, &e) && e.Path == os.Stdout.Name() && errors.Is(e, syscall.EPIPE)
}

// gcPercent trades a few MiB for a sixth of the processor time of a call, and spares
// a start the collector: little is cached, and much comes and goes.
const gcPercent = 400

// tuneGC has the collector run less often, unless GOGC says otherwise.
func tuneGC() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
