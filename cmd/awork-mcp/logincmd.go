package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

const (
	// loginTimeout is how long a person has to answer in the browser.
	loginTimeout  = 5 * time.Minute
	logoutTimeout = 30 * time.Second
)

type loginCommand struct {
	NoBrowser bool `help:"Only print the address to sign in at, and open no browser."`
	NoKeyring bool `help:"Store the tokens in a file for this user only, even where there is a keyring."`
}

// Run implements the command. It does not end before the person has answered in
// the browser, and at the latest after five minutes.
func (l *loginCommand) Run(c *console, s *settings) error {
	session, err := s.session(s.logger(c.stderr))
	if err != nil {
		return err
	}
	ctx, stop := signalContext()
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, loginTimeout)
	defer cancel()
	status, err := session.Login(ctx, signin.LoginOptions{
		NoKeyring: l.NoKeyring,
		Ask:       func(address, comesBackTo string) error { l.show(ctx, c, address, comesBackTo); return nil },
		Lines:     readLines(ctx, c.stdin),
		Explain:   func(message string) { c.warnf("%s", message) },
	})
	if err != nil {
		return err
	}
	if err := c.printf("Signed in%s. The tokens are in %s.\n", s.identity(ctx, session), status.Location); err != nil {
		return err
	}
	if !status.Refreshable {
		c.warnf("%s", endsAt(status))
	}
	if override := s.credentials(nil).Override(); override != "" {
		c.warnf("The token in %s goes before the sign-in: remove it to use the sign-in.", override)
	}
	return nil
}

// endsAt describes a sign-in that can't be refreshed.
func endsAt(status signin.Status) string {
	end := "when awork no longer takes its token"
	if !status.Expires.IsZero() {
		end = status.Expires.Local().Format(time.DateTime)
	}
	return "awork gave nothing to refresh this sign-in with. It ends " + end + ": run `awork-mcp login` again then."
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

// identity says who signed in, if awork does.
func (s *settings) identity(ctx context.Context, session *signin.Session) string {
	client, err := awork.New(awork.Config{BaseURL: s.BaseURL, Version: version(), Tokens: session})
	if err != nil {
		return ""
	}
	me, err := client.Me(ctx)
	if err != nil {
		return ", but awork does not say as whom (awork-mcp doctor looks closer)"
	}
	return fmt.Sprintf(" as %q to the workspace %q", me.Name(), me.Workspace.Name)
}

type logoutCommand struct{}

// Run implements the command. It fails where awork could not revoke the access,
// although the tokens are deleted.
func (logoutCommand) Run(c *console, s *settings) error {
	session, err := s.session(s.logger(c.stderr))
	if err != nil {
		return err
	}
	ctx, stop := signalContext()
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, logoutTimeout)
	defer cancel()
	revoked, err := session.Logout(ctx)
	switch {
	case errors.Is(err, signin.ErrNotSignedIn):
		_, err = fmt.Fprintln(c.stdout, "Nobody is signed in.")
		return err
	case err != nil:
		return err
	case revoked != nil:
		return fmt.Errorf("signed out here, but awork did not revoke the access: %w: "+
			"remove awork-mcp in awork among the applications that you allowed", revoked)
	}
	_, err = fmt.Fprintln(c.stdout, "Signed out; awork has revoked the access.")
	return err
}
