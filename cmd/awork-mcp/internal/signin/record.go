package signin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

// ErrNotSignedIn is returned where there is no sign-in to awork, or none any more.
var ErrNotSignedIn = errors.New("not signed in to awork")

// ErrSeveral is returned where several sign-ins fit.
var ErrSeveral = errors.New("there are several sign-ins")

func notSignedIn(reason string) error {
	if reason == "" {
		return fmt.Errorf("%w: run `awork-mcp login`", ErrNotSignedIn)
	}
	return fmt.Errorf("%w any more: %s: run `awork-mcp login` again", ErrNotSignedIn, reason)
}

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
	// workspace and person are zero until awork has named them.
	workspace awork.Workspace
	person    string
	// client is what the tokens were granted to.
	client   registration
	location location
	// endReason is why there are no tokens any more.
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

// record stores one sign-in: a file that describes it, and the tokens in the
// keyring or in that file.
type record struct {
	store *store
	// id is the file's name without its suffix.
	id string
	// stored is what was stored when the records were listed.
	stored signIn
}

func (s *store) record(id string) *record { return &record{store: s, id: id} }

func (r *record) path() string { return filepath.Join(r.store.folder(), r.id+recordSuffix) }

// load returns the sign-in with its tokens. It is an error where there are none.
func (r *record) load(ctx context.Context) (signIn, os.FileInfo, error) {
	si, file, err := r.read()
	if err == nil {
		err = si.check()
	}
	if err == nil && si.location == inKeyring {
		si.access, si.refresh, err = r.loadKeys(ctx)
	}
	return si, file, err
}

// save stores si; the lock must be held. Tokens that the keyring does not take go
// to the file, for a lost refresh token can't be had again, and then none of them
// stays in the keyring. It returns the sign-in as it was stored.
func (r *record) save(ctx context.Context, si signIn) (signIn, os.FileInfo, error) {
	before, _, err := r.read()
	if err != nil {
		return si, nil, err
	}
	si.noRefresh = si.location != "" && si.refresh.IsZero()
	inBoth := false
	if si.location == inKeyring && r.saveKeys(ctx, si.access, si.refresh) != nil {
		si.location, inBoth = inFile, true
	}
	file, err := r.write(si)
	switch {
	case err != nil:
		if (si.location == inKeyring || inBoth) && before.location != inKeyring {
			_ = r.deleteKeys(ctx) // nothing refers to them
		}
	case si.location == inFile && (inBoth || before.location == inKeyring):
		_ = r.deleteKeys(ctx) // newer ones are in the file: these are used up
	case si.location == "" && before.location == inKeyring:
		err = r.clearKeys(ctx)
	}
	return si, file, err
}

// end stores that the sign-in has ended, and why. The lock must be held. The client
// is free for the next sign-in.
func (r *record) end(ctx context.Context, reason string) error {
	si, file, err := r.read()
	if err != nil || file == nil { // signed out meanwhile
		return err
	}
	_, _, err = r.save(ctx, signIn{workspace: si.workspace, person: si.person, endReason: reason})
	return errors.Join(err, r.store.saveClient(si.client))
}

// remove removes the sign-in; the lock must be held. It clears the keyring whatever
// the file says: an earlier save may have failed halfway. The client is free for
// the next sign-in.
func (r *record) remove(ctx context.Context) error {
	si, file, err := r.read()
	if err == nil && file != nil {
		err = errors.Join(removeFile(r.store.folder(), r.id+recordSuffix), r.store.saveClient(si.client))
	}
	if si.location == inKeyring {
		return errors.Join(err, r.clearKeys(ctx))
	}
	ctx, cancel := context.WithTimeout(ctx, cleanUpTimeout)
	defer cancel()
	_ = r.deleteKeys(ctx) // there may be no keyring
	return err
}

// clearKeys is deleteKeys where there are tokens in the keyring.
func (r *record) clearKeys(ctx context.Context) error {
	if err := r.deleteKeys(ctx); err != nil {
		return fmt.Errorf("the keyring still has tokens, remove its entries of %q by hand: %w",
			r.store.keyring.Service(), err)
	}
	return nil
}

// isOpenToOthers reports whether a file's permission bits let others read it.
func isOpenToOthers(file os.FileInfo) bool {
	return runtime.GOOS != "windows" && file.Mode().Perm()&0o077 != 0
}
