package main

import (
	"log/slog"
	"os"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
)

func literalToken(s string) (awork.TokenSource, error) {
	t, err := awork.ParseToken(s)
	if err != nil {
		return nil, usage("AWORK_TOKEN: %v", err)
	}
	return awork.StaticToken(t), nil
}

// tokens returns the source of the awork token: AWORK_TOKEN, the token file, the
// default file or the sign-in.
func (s *settings) tokens(log *slog.Logger) (awork.TokenSource, error) {
	if v := os.Getenv("AWORK_TOKEN"); strings.TrimSpace(v) != "" {
		return literalToken(v)
	}
	if s.TokenFile != "" {
		return newTokenFile(s.TokenFile, log)
	}
	path := defaultTokenFile()
	if _, err := os.Stat(path); path != "" && err == nil {
		return newTokenFile(path, log)
	}
	return s.signedIn(log, path)
}
