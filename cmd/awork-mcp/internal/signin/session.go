// Package signin signs a person in to awork in the browser and keeps the sign-in:
// OAuth's authorization code with PKCE on a loopback redirect, as
// https://developers.awork.com/authentication describes it and RFC 8252 asks of
// programs on a desktop, with a client that awork registers on the spot.
//
// What is promised: a token goes to the API's own origin and nowhere else; it is
// in the system's keyring, or where there is none in one file that only this user
// may read, and in no error, log or page; a refresh token, which awork takes once,
// is sent once, however many processes share the sign-in, and not again where no
// answer came. Only an answer that is neither yes nor no, such as a 503, is taken
// for one of before the token was looked at: an outage of awork signs nobody out.
package signin

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/awork-mcp/awork-mcp/awork"
)

// ErrNotSignedIn is that there is no sign-in to awork, or none any more.
var ErrNotSignedIn = errors.New("not signed in to awork")

// Config says which awork, and where the sign-in is kept.
type Config struct {
	// BaseURL is the API's address, as in [awork.Config]. Each has a sign-in of
	// its own.
	BaseURL string
	// Version is the program's, which awork is told.
	Version string
	// Dir is the folder that keeps it; awork-mcp under the user's configuration
	// folder where empty.
	Dir string
	// Keyring keeps the tokens; nil takes the system's.
	Keyring Keyring
	// Log is told what happens when nobody asked: nil logs nothing.
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

	mu   sync.Mutex
	held held
	// spent is the refresh token that was used up last: should the store be unable
	// to forget it, it is still not sent again.
	spent secret
}

// held is what the store held when it was looked at last.
type held struct {
	access  awork.Token
	expires time.Time
	file    os.FileInfo
}

// New makes a session; it opens nothing and asks nobody. It refuses the addresses
// that [awork.New] refuses.
func New(c Config) (*Session, error) {
	// The client says what an address may be, and spells it one way.
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
	if c.Keyring == nil {
		c.Keyring = systemKeyring{}
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

// Status is how the sign-in stands.
type Status struct {
	// KeptIn says where the tokens are, in words.
	KeptIn string
	// Expires is when the access token does, to be refreshed by then; zero where
	// awork did not say.
	Expires time.Time
}

// Status tells how the sign-in stands, without a look into the keyring. Where
// there is none the error is [ErrNotSignedIn], and says why if that is known.
func (s *Session) Status() (Status, error) {
	l, file, err := s.store.peek()
	if err != nil {
		return Status{}, err
	}
	if err := l.standing(); err != nil {
		return Status{}, err
	}
	return s.status(l, file), nil
}

func (s *Session) status(l login, file os.FileInfo) Status {
	where := "this system's keyring"
	switch {
	case l.place == inKeyring:
	case isOpen(file):
		where = s.store.path() + " (other users of this machine may read it: run chmod 600 on it)"
	default:
		where = s.store.path() + " (for this user only)"
	}
	return Status{KeptIn: where, Expires: l.expires}
}

// isOpen is whether a file's permission bits let others read it.
func isOpen(file os.FileInfo) bool {
	return runtime.GOOS != "windows" && file.Mode().Perm()&0o077 != 0
}
