package main

import (
	"context"
	"errors"
	"fmt"
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
	status, err := session.Login(ctx, signin.LoginOptions{NoKeyring: l.NoKeyring, Ask: func(address string) error {
		l.show(ctx, c, address)
		return nil
	}})
	if err != nil {
		return err
	}
	if err := c.printf("Signed in%s. The tokens are in %s.\n", s.identity(ctx, session), status.Location); err != nil {
		return err
	}
	if override := s.credentials(nil).Override(); override != "" {
		c.warnf("The token in %s goes before the sign-in: remove it to use the sign-in.", override)
	}
	return nil
}

// show brings the address to the person's browser.
func (l *loginCommand) show(ctx context.Context, c *console, address string) {
	c.warnf("Sign in to awork in the browser at\n\n  %s\n", address)
	if l.NoBrowser {
		return
	}
	if err := signin.OpenBrowser(ctx, address); err != nil {
		c.warnf("No browser could be opened (%v): open the address yourself.", err)
	}
}

// identity says who signed in, if awork does.
func (s *settings) identity(ctx context.Context, session *signin.Session) string {
	client, err := awork.New(awork.Config{BaseURL: s.BaseURL, Version: version(), Tokens: session})
	if err != nil {
		return ""
	}
	me, err := client.Me(ctx)
	if err != nil {
		return ", but awork does not tell as whom (awork-mcp doctor looks closer)"
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
