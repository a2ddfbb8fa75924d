package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

const (
	// loginWithin is how long a person has to answer in the browser.
	loginWithin  = 5 * time.Minute
	logoutWithin = 30 * time.Second
)

type loginCommand struct {
	NoBrowser bool `help:"Only print the address to sign in at, and open no browser."`
	NoKeyring bool `help:"Keep the tokens in a file for this user only, even where there is a keyring."`
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
	ctx, cancel := context.WithTimeout(ctx, loginWithin)
	defer cancel()
	status, err := session.Login(ctx, signin.LoginOptions{NoKeyring: l.NoKeyring, Ask: func(address string) error {
		c.warnf("Sign in to awork in the browser at\n\n  %s\n", address)
		if l.NoBrowser {
			return nil
		}
		if err := signin.OpenBrowser(ctx, address); err != nil {
			c.warnf("No browser could be opened (%v): open the address yourself.", err)
		}
		return nil
	}})
	if err != nil {
		return err
	}
	if err := c.printf("Signed in%s. The tokens are in %s.\n", s.whom(ctx, session), status.Location); err != nil {
		return err
	}
	if before := s.beforeSignIn(); before != "" {
		c.warnf("The token in %s goes before the sign-in: remove it to use the sign-in.", before)
	}
	return nil
}

// whom says who signed in, if awork tells.
func (s *settings) whom(ctx context.Context, session *signin.Session) string {
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

// Run implements the command. It fails where awork could not be told, although
// the tokens are forgotten.
func (logoutCommand) Run(c *console, s *settings) error {
	session, err := s.session(s.logger(c.stderr))
	if err != nil {
		return err
	}
	ctx, stop := signalContext()
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, logoutWithin)
	defer cancel()
	revoked, err := session.Logout(ctx)
	switch {
	case errors.Is(err, signin.ErrNotSignedIn):
		_, err = fmt.Fprintln(c.stdout, "Nobody is signed in.")
		return err
	case err != nil:
		return err
	case revoked != nil:
		return fmt.Errorf("signed out here, but awork was not told to revoke the access: %w: remove awork-mcp in awork among the applications that you allowed", revoked)
	}
	_, err = fmt.Fprintln(c.stdout, "Signed out; awork has revoked the access.")
	return err
}

// session is the sign-in to awork, of which nothing is read yet.
func (s *settings) session(log *slog.Logger) (*signin.Session, error) {
	if s.Sandbox {
		return nil, usage("--sandbox needs no sign-in: leave it out")
	}
	session, err := signin.New(signin.Config{BaseURL: s.BaseURL, Version: version(), Log: log})
	if err != nil {
		return nil, usage("%v", err)
	}
	return session, nil
}

// beforeSignIn names where a token comes from that is not the sign-in's; "" where
// there is none.
func (s *settings) beforeSignIn() string {
	if strings.TrimSpace(os.Getenv("AWORK_TOKEN")) != "" {
		return "AWORK_TOKEN"
	}
	if s.TokenFile != "" {
		return s.TokenFile
	}
	path := defaultTokenFile()
	if _, err := os.Stat(path); path != "" && err == nil {
		return path
	}
	return ""
}

// signedIn is the sign-in as the source of tokens. It looks neither into the
// keyring nor for a browser.
func (s *settings) signedIn(log *slog.Logger, tokenFile string) (awork.TokenSource, error) {
	if tokenFile == "" { // there is no folder for either
		return nil, usage("there is no awork token: set AWORK_TOKEN, or try things out with --sandbox")
	}
	session, err := s.session(log)
	if err != nil {
		return nil, err
	}
	switch _, err := session.Status(); {
	case err == nil:
		return session, nil
	case errors.Is(err, signin.ErrNotSignedIn):
		return nil, usage("there is no awork token: %v, or set AWORK_TOKEN, or put the token into the file %s, or try things out with --sandbox", err, tokenFile)
	default:
		return nil, usage("%v", err)
	}
}

// credentials says where the token comes from, for doctor. It is asked where there
// is one.
func (s *settings) credentials() check {
	k := check{Name: "sign-in", OK: true}
	if s.Sandbox {
		k.Found = "none is needed"
		return k
	}
	if before := s.beforeSignIn(); before != "" {
		k.Found = "with the token in " + before
		return k
	}
	session, err := s.session(slog.New(slog.DiscardHandler))
	var status signin.Status
	if err == nil {
		status, err = session.Status()
	}
	if err != nil {
		k.OK, k.Found, k.Do = false, err.Error(), "run awork-mcp login"
		return k
	}
	k.Found = "with awork-mcp login; the tokens are in " + status.Location
	if time.Now().Before(status.Expires) {
		k.Found += ", good until " + status.Expires.Local().Format(time.DateTime) + " and refreshed by then"
	}
	return k
}
