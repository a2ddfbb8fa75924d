// Package credentials finds the awork token. It is the one in the environment, else
// the one in the token file, else the one in the default token file, else that of
// the sign-in:
//
//	source, err := credentials.Config{Token: os.Getenv("AWORK_TOKEN")}.Open(ctx)
//	…
//	client, err := awork.New(awork.Config{Tokens: source})
package credentials

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/signin"
)

// Config says where to look for the token.
type Config struct {
	// Token is the value of AWORK_TOKEN; "" where it is not set.
	Token string
	// File is the token file that the settings name; "" where they name none.
	File string
	// Workspace picks the sign-in.
	Workspace signin.Selector
	// BaseURL is the API's address, and Version the program's, for the sign-in.
	BaseURL, Version string
	// Log gets warnings, and what happens to the sign-in while it is used.
	Log *slog.Logger
}

// Open returns the source of the token. Where the token is the only sign-in's, it
// reads neither the keyring nor awork. An error says what to set.
func (c Config) Open(ctx context.Context) (awork.TokenSource, error) {
	if strings.TrimSpace(c.Token) != "" {
		t, err := Parse(c.Token)
		if err != nil {
			return nil, fmt.Errorf("AWORK_TOKEN: %w", err)
		}
		return awork.StaticToken(t), nil
	}
	if path := c.file(); path != "" {
		return openFile(path, c.Log)
	}
	return c.openSignIn(ctx)
}

// Override names where a token comes from that is used instead of the sign-in's;
// "" where there is none.
func (c Config) Override() string {
	if strings.TrimSpace(c.Token) != "" {
		return "AWORK_TOKEN"
	}
	return c.file()
}

// file returns the token file to use; "" where there is none.
func (c Config) file() string {
	if c.File != "" {
		return c.File
	}
	path := DefaultFile()
	if _, err := os.Stat(path); path == "" || err != nil {
		return ""
	}
	return path
}

// DefaultFile returns where the token is looked for when nothing says where; ""
// where the system names no configuration folder.
func DefaultFile() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "awork-mcp", "token")
}

// SignIns returns the sign-ins to awork, of which nothing is read yet.
func (c Config) SignIns() (*signin.SignIns, error) {
	return signin.New(signin.Config{BaseURL: c.BaseURL, Version: c.Version, Log: c.Log})
}

func (c Config) openSignIn(ctx context.Context) (awork.TokenSource, error) {
	path := DefaultFile()
	if path == "" { // there is no folder for the sign-in either
		return nil, errors.New("there is no awork token: set AWORK_TOKEN, or try things out with --sandbox")
	}
	signIns, err := c.SignIns()
	if err != nil {
		return nil, err
	}
	session, err := signIns.Find(ctx, c.Workspace)
	if err == nil {
		_, err = session.Status()
	}
	if errors.Is(err, signin.ErrNotSignedIn) {
		return nil, fmt.Errorf("%w, or set AWORK_TOKEN, or put the token into the file %s, "+
			"or try things out with --sandbox", err, path)
	}
	if err != nil {
		return nil, err
	}
	return session, nil
}
