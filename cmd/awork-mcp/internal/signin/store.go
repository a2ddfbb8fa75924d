package signin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/keyring"
)

const (
	fileName = "login.json"
	lockName = "login.lock"
	lockPoll = 20 * time.Millisecond
	// cleanUpTimeout bounds what is still done after a sign-in ended.
	cleanUpTimeout = 5 * time.Second
)

// ErrNotSignedIn is returned where there is no sign-in to awork, or none any more.
var ErrNotSignedIn = errors.New("not signed in to awork")

// location is where tokens are stored; "" where there are none.
type location string

const (
	inKeyring location = "keyring"
	inFile    location = "file"
)

// tokens are what awork grants.
type tokens struct {
	access, refresh   awork.Secret
	obtained, expires time.Time
}

// signIn is a sign-in, or what is left of one.
type signIn struct {
	tokens
	// clientID is the client that the tokens were granted to.
	clientID string
	location location
	// endReason is why there are no tokens any more, if that needs saying.
	endReason string
	// noRefresh: awork gave no refresh token. It is known without the keyring.
	noRefresh bool
}

// check returns nil where there are tokens.
func (si signIn) check() error {
	if si.location == "" {
		return notSignedIn(si.endReason)
	}
	return nil
}

func notSignedIn(reason string) error {
	if reason == "" {
		return fmt.Errorf("%w: run `awork-mcp login`", ErrNotSignedIn)
	}
	return fmt.Errorf("%w any more: %s: run `awork-mcp login` again", ErrNotSignedIn, reason)
}

// store holds the sign-in to one API address: a file that describes it, and the
// tokens in the keyring or in that file.
type store struct {
	dir, base string
	keyring   keyring.Keyring
}

func (s *store) path() string { return filepath.Join(s.dir, fileName) }

// lock takes the lock that all processes of this user share. What was read before
// must be read again under it.
func (s *store) lock(ctx context.Context) (*flock.Flock, error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder of the sign-in can't be made: %w", err)
	}
	lock := flock.New(filepath.Join(s.dir, lockName), flock.SetPermissions(0o600))
	locked, err := lock.TryLockContext(ctx, lockPoll)
	switch {
	case locked:
		return lock, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("another awork-mcp is busy with the sign-in (it holds %s): try again: %w",
			lock.Path(), ctx.Err())
	}
	return nil, fmt.Errorf("the sign-in can't be locked: %w", err)
}

// readFile returns the sign-in as the file has it, without what is in the keyring.
// The FileInfo is nil where there is no file.
func (s *store) readFile() (signIn, os.FileInfo, error) {
	d, info, err := s.readDocument()
	if err != nil {
		return signIn{}, nil, err
	}
	return d.Logins[s.base].signIn(), info, nil
}

// load returns the sign-in with its tokens. It is an error where there are none.
func (s *store) load(ctx context.Context) (signIn, os.FileInfo, error) {
	si, info, err := s.readFile()
	if err == nil {
		err = si.check()
	}
	if err == nil && si.location == inKeyring {
		si.access, si.refresh, err = s.loadKeys(ctx)
	}
	return si, info, err
}

// save stores si; the lock must be held. Tokens that the keyring does not take go
// to the file, for a lost refresh token can't be had again, and then none of them
// stays in the keyring. It returns the sign-in as it was stored.
func (s *store) save(ctx context.Context, si signIn) (signIn, os.FileInfo, error) {
	return s.saveWithClient(ctx, si, registration{})
}

// saveWithClient is save, and stores the client for the next sign-in where it is
// not zero.
func (s *store) saveWithClient(ctx context.Context, si signIn, r registration) (signIn, os.FileInfo, error) {
	d, _, err := s.readDocument()
	if err != nil {
		return si, nil, err
	}
	before := d.Logins[s.base]
	if r.ClientID == "" {
		r = before.Registered
	}
	si.noRefresh = si.location != "" && si.refresh.IsZero()
	inBoth := false
	if si.location == inKeyring && s.saveKeys(ctx, si.access, si.refresh) != nil {
		si.location, inBoth = inFile, true
	}
	info, err := s.writeDocument(d, newEntry(si, r))
	switch {
	case err != nil:
		if (si.location == inKeyring || inBoth) && before.Location != inKeyring {
			_ = s.deleteKeys(ctx) // nothing refers to them
		}
	case si.location == inFile && (inBoth || before.Location == inKeyring):
		_ = s.deleteKeys(ctx) // newer ones are in the file: these are used up
	case si.location == "" && before.Location == inKeyring:
		if err = s.deleteKeys(ctx); err != nil {
			err = fmt.Errorf("the keyring still has tokens, remove its entries of %q by hand: %w", s.keyring.Service(), err)
		}
	}
	return si, info, err
}

// delete removes the tokens. It clears the keyring whatever the file says: an
// earlier save may have failed halfway, or the file been removed.
func (s *store) delete(ctx context.Context) error {
	lock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Unlock() }()
	si, info, err := s.readFile()
	if err == nil && info != nil {
		_, _, err = s.save(ctx, signIn{})
	}
	if si.location != inKeyring {
		ctx, cancel := context.WithTimeout(ctx, cleanUpTimeout)
		defer cancel()
		_ = s.deleteKeys(ctx) // there may be no keyring
	}
	return err
}

// registered returns the client registered last; zero where there is none.
func (s *store) registered() (registration, error) {
	d, _, err := s.readDocument()
	return d.Logins[s.base].Registered, err
}

// forgetClient removes the client that the next sign-in would use. A sign-in goes
// on with the client that it was made with.
func (s *store) forgetClient(ctx context.Context) error {
	lock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Unlock() }()
	d, _, err := s.readDocument()
	if err != nil {
		return err
	}
	e := d.Logins[s.base]
	e.Registered = registration{}
	_, err = s.writeDocument(d, e)
	return err
}

// isOpenToOthers reports whether a file's permission bits let others read it.
func isOpenToOthers(file os.FileInfo) bool {
	return runtime.GOOS != "windows" && file.Mode().Perm()&0o077 != 0
}
