package main

import (
	"bufio"
	"context"
	"io"
	"strings"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// loginTimeout is how long a person has to answer in the browser.
const loginTimeout = 5 * time.Minute

type loginCommand struct {
	List      bool `help:"List the sign-ins instead."`
	NoBrowser bool `help:"Only print the address to sign in at, and open no browser."`
	NoKeyring bool `help:"Store the tokens in a file for this user only, even where there is a keyring."`
}

// Run implements the command. It does not end before the person has answered in
// the browser, and at the latest after five minutes.
func (l *loginCommand) Run(c *console, s *settings) error {
	signIns, err := s.signIns(s.logger(c.stderr))
	if err != nil {
		return err
	}
	ctx, stop := signalContext()
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, loginTimeout)
	defer cancel()
	if l.List {
		return c.listSignIns(ctx, signIns)
	}
	session, err := signIns.Login(ctx, signin.LoginOptions{
		NoKeyring: l.NoKeyring,
		Ask:       func(address, comesBackTo string) error { l.show(ctx, c, address, comesBackTo); return nil },
		Lines:     readLines(ctx, c.stdin),
		Explain:   func(message string) { c.warnf("%s", message) },
	})
	if err != nil {
		return err
	}
	status, err := session.Status()
	if err != nil {
		return err
	}
	return l.report(c, s, status)
}

// report says what the sign-in is good for.
func (*loginCommand) report(c *console, s *settings, status signin.Status) error {
	if err := c.printf("Signed in%s. The tokens are in %s.\n", asWhom(status), status.Location); err != nil {
		return err
	}
	if !status.Refreshable {
		c.warnf("%s", endsAt(status))
	}
	if named := signin.Selector(s.Workspace); named.Check(status.Workspace) != nil {
		c.warnf("It is another workspace than --workspace names, %s: to use that one, sign in again and choose it.", named)
	}
	if override := s.credentials(nil).Override(); override != "" {
		c.warnf("The token in %s goes before the sign-in: remove it to use the sign-in.", override)
	}
	return nil
}

// show brings the address to the person's browser, and says what to do meanwhile.
func (l *loginCommand) show(ctx context.Context, c *console, address, comesBackTo string) {
	c.warnf("Sign in to awork in the browser at\n\n  %s\n\n"+
		"Waiting for the browser, %.0f minutes at most; Ctrl-C ends it.\n"+
		"If the browser shows an error of awork's, press Enter here to try another redirect address.\n"+
		"Without a browser on this machine, sign in at that address on another one. The browser there ends on an\n"+
		"address that it can't open and that begins with %s: paste it here.\n",
		address, loginTimeout.Minutes(), comesBackTo)
	if l.NoBrowser {
		return
	}
	if err := signin.OpenBrowser(ctx, address); err != nil {
		c.warnf("No browser could be opened (%v): open the address yourself.", err)
	}
}

// readLines returns the lines of r until it or ctx ends. What it waits for can't
// be stopped, only left behind.
func readLines(ctx context.Context, r io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(r); s.Scan(); {
			select {
			case lines <- strings.TrimSpace(s.Text()):
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}
