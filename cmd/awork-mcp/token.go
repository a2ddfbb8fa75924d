package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/credentials"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// credentials returns where the awork token is looked for.
func (s *settings) credentials(log *slog.Logger) credentials.Config {
	return credentials.Config{
		Token: os.Getenv("AWORK_TOKEN"), File: s.TokenFile, Workspace: signin.Selector(s.Workspace),
		BaseURL: s.BaseURL, Version: version(), Log: log,
	}
}

// tokens returns the source of the awork token; an error says what to set.
func (s *settings) tokens(ctx context.Context, log *slog.Logger) (awork.TokenSource, error) {
	from := s.credentials(log)
	if s.Sandbox {
		from.Token = sandbox.AdminToken
	}
	source, err := from.Open(ctx)
	if err != nil {
		return nil, usage("%w", err)
	}
	return source, nil
}

// signIns returns the sign-ins to awork, of which nothing is read yet.
func (s *settings) signIns(log *slog.Logger) (*signin.SignIns, error) {
	if s.Sandbox {
		return nil, usage("--sandbox needs no sign-in: leave it out")
	}
	signIns, err := s.credentials(log).SignIns()
	if err != nil {
		return nil, usage("%v", err)
	}
	return signIns, nil
}
