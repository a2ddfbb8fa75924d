// Package signin signs a person in to awork in the browser and stores the sign-in:
// OAuth's authorization code with PKCE on a loopback redirect, as
// https://developers.awork.com/authentication describes it and RFC 8252 asks of
// desktop programs, with a client that awork registers on the spot.
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
// A program signs in once and is a source of tokens from then on:
//
//	session, err := signin.New(signin.Config{BaseURL: awork.DefaultBaseURL})
//	…
//	_, err = session.Login(ctx, signin.LoginOptions{Ask: showAddress})
//	…
//	client, err := awork.New(awork.Config{Tokens: session})
package signin

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/keyring"
)

// Config says which awork to sign in to, and where the sign-in is stored.
type Config struct {
	// BaseURL is the API's address, as in [awork.Config]. Each has a sign-in of
	// its own.
	BaseURL string
	// Version is the program's, for the User-Agent header.
	Version string
	// Dir is the folder of the sign-in; awork-mcp under the user's configuration
	// folder where empty.
	Dir string
	// Keyring stores the tokens.
	Keyring keyring.Keyring
	// Log, where not nil, gets what happens to the sign-in while it is used.
	Log *slog.Logger
}

// Session is this user's sign-in to one awork address. Any number of sessions, in
// any number of processes, may share it. It is an [awork.TokenSource], and safe
// for concurrent use.
type Session struct {
	store    *store
	endpoint endpoint
	log      *slog.Logger
	flight   singleflight.Group

	mu    sync.Mutex
	cache cache
	// used is the refresh token that was sent last: should the store be unable to
	// forget it, it is still not sent again.
	used awork.Secret
}

// cache is the access token as it was read last.
type cache struct {
	token   awork.Token
	expires time.Time
	// file is the store's file at that time; nil before.
	file os.FileInfo
}

// New returns a session; it opens nothing and sends nothing. It refuses the
// addresses that [awork.New] refuses.
func New(c Config) (*Session, error) {
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
	return &Session{
		store:    &store{dir: c.Dir, base: client.BaseURL(), keyring: c.Keyring},
		endpoint: newEndpoint(client.BaseURL(), client.Host(), c.Version),
		log:      c.Log,
	}, nil
}

// Status describes a sign-in.
type Status struct {
	// Location says where the tokens are, in words.
	Location string
	// Expires is when the access token expires; zero where awork did not say.
	Expires time.Time
	// Refreshable: the access token is refreshed by then; else the sign-in ends.
	Refreshable bool
}

// Status describes the sign-in without reading the keyring. Where there is none
// the error is [ErrNotSignedIn], with the reason if it is known.
func (s *Session) Status() (Status, error) {
	si, file, err := s.store.readFile()
	if err != nil {
		return Status{}, err
	}
	if err := si.check(); err != nil {
		return Status{}, err
	}
	return s.status(si, file), nil
}

func (s *Session) status(si signIn, file os.FileInfo) Status {
	where := "this system's keyring"
	switch {
	case si.location == inKeyring:
	case isOpenToOthers(file):
		where = s.store.path() + " (other users of this machine may read it: run chmod 600 on it)"
	default:
		where = s.store.path() + " (for this user only)"
	}
	return Status{Location: where, Expires: si.expires, Refreshable: !si.noRefresh}
}
