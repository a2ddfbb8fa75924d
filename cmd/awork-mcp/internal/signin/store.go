package signin

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const (
	fileName = "login.json"
	lockName = "login.lock"
	lockPoll = 20 * time.Millisecond
)

// place is where tokens are kept; "" where there are none.
type place string

const (
	inKeyring place = "keyring"
	inFile    place = "file"
)

// registration is the client that awork registered for this user and machine. It
// is no secret, and is used for as long as awork takes it.
type registration struct {
	ClientID string `json:"clientId"`
	// RedirectURI has the port that the next sign-in listens on again.
	RedirectURI string `json:"redirectUri"`
}

// login is a sign-in, or what is left of one.
type login struct {
	// clientID is the client that the tokens were given to.
	clientID          string
	access, refresh   secret
	obtained, expires time.Time
	place             place
	// signedOut is why there are no tokens any more, if that needs saying.
	signedOut string
}

// standing is nil where there are tokens.
func (l login) standing() error {
	if l.place == "" {
		return notSignedIn(l.signedOut)
	}
	return nil
}

func notSignedIn(reason string) error {
	if reason == "" {
		return fmt.Errorf("%w: run `awork-mcp login`", ErrNotSignedIn)
	}
	return fmt.Errorf("%w any more: %s: run `awork-mcp login` again", ErrNotSignedIn, reason)
}

// store keeps the sign-in to one API address: a file that says what there is, and
// the tokens in the keyring or in that file.
type store struct {
	dir, base string
	keyring   Keyring
}

func (s *store) path() string { return filepath.Join(s.dir, fileName) }

// lock takes the lock that all processes of this user share. What was read before
// must be read again under it.
func (s *store) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder of the sign-in can't be made: %w", err)
	}
	lock := flock.New(filepath.Join(s.dir, lockName), flock.SetPermissions(0o600))
	locked, err := lock.TryLockContext(ctx, lockPoll)
	switch {
	case locked:
		return func() { _ = lock.Unlock() }, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("another awork-mcp is busy with the sign-in (it holds %s): try again: %w", lock.Path(), ctx.Err())
	}
	return nil, fmt.Errorf("the sign-in can't be locked: %w", err)
}

// peek reads what the file says, without the keyring. The FileInfo is nil where
// there is no file.
func (s *store) peek() (login, os.FileInfo, error) {
	d, info, err := s.read()
	if err != nil {
		return login{}, nil, err
	}
	e := d.Logins[s.base]
	return login{
		clientID: e.ClientID, access: hide(e.AccessToken), refresh: hide(e.RefreshToken),
		obtained: e.Obtained, expires: e.Expires, place: e.KeptIn, signedOut: e.SignedOut,
	}, info, nil
}

// load reads the sign-in with its tokens. It is an error where there are none.
func (s *store) load(ctx context.Context) (login, os.FileInfo, error) {
	l, info, err := s.peek()
	if err == nil {
		err = l.standing()
	}
	if err == nil && l.place == inKeyring {
		l.access, l.refresh, err = s.recall(ctx)
	}
	return l, info, err
}

// save keeps l, under the lock. Tokens that the keyring does not take go to the
// file, for a refresh token that is lost can't be had again, and none of them
// stays in the keyring.
func (s *store) save(ctx context.Context, l login) (login, os.FileInfo, error) {
	d, _, err := s.read()
	if err != nil {
		return l, nil, err
	}
	before := d.Logins[s.base]
	inBoth := false
	if l.place == inKeyring && s.memorize(ctx, l.access, l.refresh) != nil {
		l.place, inBoth = inFile, true
	}
	e := entry{Registered: before.Registered, ClientID: l.clientID, KeptIn: l.place,
		Obtained: l.obtained, Expires: l.expires, SignedOut: l.signedOut}
	if l.place == inFile {
		e.AccessToken, e.RefreshToken = l.access.reveal(), l.refresh.reveal()
	}
	info, err := s.put(d, e)
	switch {
	case err != nil:
		if (l.place == inKeyring || inBoth) && before.KeptIn != inKeyring {
			_ = s.erase(ctx) // nothing says that they are there
		}
	case l.place == inFile && (inBoth || before.KeptIn == inKeyring):
		_ = s.erase(ctx) // newer ones are in the file: what it had is spent
	case l.place == "" && before.KeptIn == inKeyring:
		if err = s.erase(ctx); err != nil {
			err = fmt.Errorf("the keyring still has tokens, remove its entries of %q by hand: %w", keyringService, err)
		}
	}
	return l, info, err
}

// forget keeps no tokens. It has the keyring cleared whatever the file says of
// it: an earlier save may have failed halfway, or the file been removed.
func (s *store) forget(ctx context.Context) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	l, info, err := s.peek()
	if err == nil && info != nil {
		_, _, err = s.save(ctx, login{})
	}
	if l.place != inKeyring {
		ctx, cancel := context.WithTimeout(ctx, cleanUpWithin)
		defer cancel()
		_ = s.erase(ctx) // there may be no keyring
	}
	return err
}

// registered is the client registered last; zero where there is none.
func (s *store) registered() (registration, error) {
	d, _, err := s.read()
	return d.Logins[s.base].Registered, err
}

// register keeps a registration, or forgets it where it is zero. A sign-in goes
// on with the client that it was made with.
func (s *store) register(ctx context.Context, r registration) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	d, _, err := s.read()
	if err != nil {
		return err
	}
	e := d.Logins[s.base]
	e.Registered = r
	_, err = s.put(d, e)
	return err
}
