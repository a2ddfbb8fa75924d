package main

import (
	"log/slog"
	"os"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/credentials"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// credentials returns where the awork token is looked for.
func (s *settings) credentials(log *slog.Logger) credentials.Config {
	return credentials.Config{
		Token: os.Getenv("AWORK_TOKEN"), File: s.TokenFile, BaseURL: s.BaseURL, Version: version(), Log: log,
	}
}

// tokens returns the source of the awork token; an error says what to set.
func (s *settings) tokens(log *slog.Logger) (awork.TokenSource, error) {
	from := s.credentials(log)
	if s.Sandbox {
		from.Token = sandbox.AdminToken
	}
	source, err := from.Open()
	if err != nil {
		return nil, usage("%v", err)
	}
	return source, nil
}

// session returns the sign-in to awork, of which nothing is read yet.
func (s *settings) session(log *slog.Logger) (*signin.Session, error) {
	if s.Sandbox {
		return nil, usage("--sandbox needs no sign-in: leave it out")
	}
	session, err := s.credentials(log).SignIn()
	if err != nil {
		return nil, usage("%v", err)
	}
	return session, nil
}

// checkToken says where the token comes from, for doctor. There must be one.
func (s *settings) checkToken() check {
	k := check{Name: "sign-in", OK: true}
	if s.Sandbox {
		k.Found = "none is needed"
		return k
	}
	from := s.credentials(slog.New(slog.DiscardHandler))
	if override := from.Override(); override != "" {
		k.Found = "with the token in " + override
		return k
	}
	session, err := from.SignIn()
	var status signin.Status
	if err == nil {
		status, err = session.Status()
	}
	if err != nil {
		k.OK, k.Found, k.Do = false, err.Error(), "run awork-mcp login"
		return k
	}
	k.Found = "with awork-mcp login; the tokens are in " + status.Location
	switch {
	case !status.Refreshable:
		k.Do = endsAt(status)
	case time.Now().Before(status.Expires):
		k.Found += ", good until " + status.Expires.Local().Format(time.DateTime) + " and refreshed by then"
	}
	return k
}
