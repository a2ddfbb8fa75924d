package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/terminal"
)

// Exit statuses.
const (
	exitNone   = -1 // the program goes on
	exitOK     = 0
	exitFailed = 1 // the command started, and failed
	exitUsage  = 2 // the command did not start: a setting or argument can't be used
)

// console is what a command reads and writes.
type console struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// interactive reports whether a person can be asked on stdin and stderr.
func (c *console) interactive() bool {
	return isTerminal(c.stdin) && isTerminal(c.stderr)
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// printf writes for people on stdout.
func (c *console) printf(format string, args ...any) error {
	_, err := io.WriteString(c.stdout, terminal.Plain(fmt.Sprintf(format, args...)))
	return err
}

// warnf writes a line for people beside the answer, on stderr.
func (c *console) warnf(format string, args ...any) {
	_, _ = fmt.Fprintln(c.stderr, terminal.Plain(fmt.Sprintf(format, args...)))
}

// fail prints err, if there is one, as one line and returns the exit status.
func (c *console) fail(err error) int {
	var u *usageError
	switch {
	case err == nil, isClosedPipe(err):
		return exitOK
	case errors.As(err, &u):
		c.warnf("awork-mcp: %v", u)
		return exitUsage
	case !errors.Is(err, errSilent):
		c.warnf("awork-mcp: %v", err)
	}
	return exitFailed
}

// errSilent is a failure that the command has described already.
var errSilent = errors.New("failed")

// usageError is a setting or argument that can't be used.
type usageError struct{ error }

// Error returns it in one line.
func (e *usageError) Error() string { return strings.ReplaceAll(e.error.Error(), "\n", " ") }

func (e *usageError) Unwrap() error { return e.error }

// usage returns a [usageError], of what %w in format wraps.
func usage(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }
