package signin

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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

// document is the file's content: an entry for each API address.
type document struct {
	Logins map[string]entry `json:"logins"`
}

type entry struct {
	Registered registration `json:"registered,omitzero"`

	ClientID  string    `json:"clientId,omitempty"`
	KeptIn    place     `json:"keptIn,omitempty"`
	Obtained  time.Time `json:"obtained,omitzero"`
	Expires   time.Time `json:"expires,omitzero"`
	SignedOut string    `json:"signedOut,omitempty"`
	// Only where there is no keyring.
	AccessToken  string `json:"accessToken,omitempty"`
	RefreshToken string `json:"refreshToken,omitempty"`
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
// file: a refresh token that is lost can't be had again.
func (s *store) save(ctx context.Context, l login) (login, os.FileInfo, error) {
	d, _, err := s.read()
	if err != nil {
		return l, nil, err
	}
	if l.place == inKeyring && s.memorize(ctx, l.access, l.refresh) != nil {
		l.place = inFile
	}
	before := d.Logins[s.base]
	e := entry{Registered: before.Registered, ClientID: l.clientID, KeptIn: l.place,
		Obtained: l.obtained, Expires: l.expires, SignedOut: l.signedOut}
	if l.place == inFile {
		e.AccessToken, e.RefreshToken = l.access.reveal(), l.refresh.reveal()
	}
	info, err := s.put(d, e)
	if err == nil && l.place != inKeyring && before.KeptIn == inKeyring {
		// Where newer ones are in the file, those in the keyring are spent.
		if err = s.erase(ctx); err != nil && l.place == inFile {
			err = nil
		} else if err != nil {
			err = fmt.Errorf("the keyring still has tokens, remove its entries of %q by hand: %w", keyringService, err)
		}
	}
	return l, info, err
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

func (s *store) read() (document, os.FileInfo, error) {
	var d document
	root, err := os.OpenRoot(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil, nil
	}
	if err != nil {
		return d, nil, fmt.Errorf("the folder of the sign-in can't be opened: %w", err)
	}
	defer func() { _ = root.Close() }()
	f, err := root.Open(fileName)
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil, nil
	}
	if err != nil {
		return d, nil, fmt.Errorf("the sign-in can't be read: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return d, nil, fmt.Errorf("the sign-in can't be read: %w", err)
	}
	// The decoder's error might quote what is in the file.
	if json.NewDecoder(f).Decode(&d) != nil {
		return d, nil, fmt.Errorf("%s is not as awork-mcp wrote it: remove it and run `awork-mcp login`", s.path())
	}
	return d, info, nil
}

// put writes the file with e for this API address. The new file takes the old
// one's place, whole or not at all.
func (s *store) put(d document, e entry) (info os.FileInfo, err error) {
	if d.Logins == nil {
		d.Logins = map[string]entry{}
	}
	d.Logins[s.base] = e
	content, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, fmt.Errorf("the sign-in can't be written: %w", err)
	}
	defer func() { _ = root.Close() }()
	temporary := fileName + "." + rand.Text()
	f, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the sign-in can't be written: %w", err)
	}
	_, err = f.Write(append(content, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(temporary, fileName)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the sign-in can't be written: %w", err), root.Remove(temporary))
	}
	return root.Stat(fileName)
}
