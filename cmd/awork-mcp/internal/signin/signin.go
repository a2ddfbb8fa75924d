// Package signin signs a person in to awork in the browser and stores the sign-in:
// OAuth's authorization code with PKCE on a loopback redirect, as
// https://developers.awork.com/authentication describes it and RFC 8252 asks of
// desktop programs, with a client that awork registers on the spot.
//
// awork has one address for all workspaces, and a sign-in is valid for one of them.
// So there is a sign-in for each workspace, with a client of its own: to sign out
// of one has awork revoke the access of its client alone.
//
// The package guarantees:
//   - A token goes to the API's own origin and nowhere else. It is stored in the
//     system's keyring, or where there is none in one file that only this user may
//     read. No error, log or page shows it.
//   - awork takes a refresh token once. It is sent once, however many processes
//     share the sign-in, and not again where no answer came.
//   - Only an answer that is neither yes nor no, such as a 503, counts as given
//     before the token was looked at: an outage of awork signs nobody out.
//
// A program signs in once and has a source of tokens from then on:
//
//	signIns, err := signin.New(signin.Config{BaseURL: awork.DefaultBaseURL})
//	…
//	_, err = signIns.Login(ctx, signin.LoginOptions{Ask: showAddress})
//	…
//	session, err := signIns.Find(ctx, "Example Agency")
//	…
//	client, err := awork.New(awork.Config{Tokens: session})
package signin

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/keyring"
)

// Config says which awork to sign in to, and where the sign-ins are stored.
type Config struct {
	// BaseURL is the API's address, as in [awork.Config]. Each has sign-ins of its
	// own.
	BaseURL string
	// Version is the program's, for the User-Agent header.
	Version string
	// Dir is the folder of the sign-ins; awork-mcp under the user's configuration
	// folder where empty.
	Dir string
	// Keyring stores the tokens.
	Keyring keyring.Keyring
	// Log, where not nil, gets what happens to a sign-in while it is used.
	Log *slog.Logger
}

// SignIns are this user's sign-ins to one awork address, one for each workspace.
// Any number of processes may share them. It is safe for concurrent use.
type SignIns struct {
	store    *store
	endpoint endpoint
	log      *slog.Logger
}

// New returns the sign-ins; it opens nothing and sends nothing. It refuses the
// addresses that [awork.New] refuses.
func New(c Config) (*SignIns, error) {
	// awork.New checks the address, and spells it one way.
	client, err := awork.New(awork.Config{BaseURL: c.BaseURL, Tokens: awork.StaticToken(awork.Token{})})
	if err != nil {
		return nil, err
	}
	if c.Dir == "" {
		config, err := os.UserConfigDir()
		if err != nil {
			return nil, fmt.Errorf("there is no folder for the sign-in: %w", err)
		}
		c.Dir = filepath.Join(config, "awork-mcp")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &SignIns{
		store:    newStore(c.Dir, client.BaseURL(), c.Keyring),
		endpoint: newEndpoint(client.BaseURL(), client.Host(), c.Version),
		log:      c.Log,
	}, nil
}

// All returns the sign-ins, those that have ended too, in the order of their
// workspaces' names. It asks awork for a name only where none is stored.
func (s *SignIns) All(ctx context.Context) ([]*Session, error) {
	records, err := s.store.records(ctx)
	if err == nil {
		records, err = s.identify(ctx, records)
	}
	if err != nil {
		return nil, err
	}
	var all []*Session
	for _, r := range records {
		all = append(all, s.session(r))
	}
	return all, nil
}

// Find returns the sign-in to a workspace, which is named by its id or its exact
// name; "" is the only one there is. It is an error where there is no such
// sign-in, and where there are several.
func (s *SignIns) Find(ctx context.Context, workspace Selector) (*Session, error) {
	records, err := s.store.records(ctx)
	if err != nil {
		return nil, err
	}
	if workspace == "" && len(records) == 1 {
		return s.session(records[0]), nil
	}
	if records, err = s.identify(ctx, records); err != nil {
		return nil, err
	}
	var fitting []*record
	for _, r := range records {
		if workspace == "" || workspace.Matches(r.stored.workspace) {
			fitting = append(fitting, r)
		}
	}
	switch {
	case len(fitting) == 1:
		return s.session(fitting[0]), nil
	case len(records) == 0:
		return nil, notSignedIn("")
	case len(fitting) == 0:
		return nil, fmt.Errorf("%w in the workspace %s: run `awork-mcp login`, or name another one: %s",
			ErrNotSignedIn, workspace, list(records))
	case workspace == "":
		return nil, fmt.Errorf("%w: name one with --workspace: %s", ErrSeveral, list(fitting))
	}
	return nil, fmt.Errorf("%w to workspaces of the name %s: give --workspace the id of one: %s",
		ErrSeveral, workspace, list(fitting))
}
