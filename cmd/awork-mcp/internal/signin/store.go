package signin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/keyring"
)

const (
	recordSuffix = ".json"
	// clientName is the file of a client that is registered and that no sign-in
	// uses. It is no record.
	clientName = "client"
	lockName   = "lock"
	lockPoll   = 20 * time.Millisecond
	// cleanUpTimeout bounds what is still done after a sign-in ended.
	cleanUpTimeout = 5 * time.Second
)

// store holds the sign-ins to one API address: a folder with a record for each.
type store struct {
	// dir has the folders of all addresses, and earlier versions' file.
	dir, base string
	keyring   keyring.Keyring
}

func newStore(dir, base string, k keyring.Keyring) *store {
	return &store{dir: dir, base: base, keyring: k}
}

// folder returns the path of the folder. Its name is the address, with what can't
// be in a file's name escaped.
func (s *store) folder() string { return filepath.Join(s.dir, "sign-ins", url.QueryEscape(s.base)) }

// lock takes the lock that all processes of this user share. What was read before
// must be read again under it.
func (s *store) lock(ctx context.Context) (*flock.Flock, error) {
	if err := os.MkdirAll(s.folder(), 0o700); err != nil {
		return nil, fmt.Errorf("the folder of the sign-in can't be made: %w", err)
	}
	return takeLock(ctx, filepath.Join(s.folder(), lockName))
}

func takeLock(ctx context.Context, path string) (*flock.Flock, error) {
	lock := flock.New(path, flock.SetPermissions(0o600))
	locked, err := lock.TryLockContext(ctx, lockPoll)
	switch {
	case locked:
		return lock, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("another awork-mcp is busy with the sign-in (it holds %s): try again: %w", path, ctx.Err())
	}
	return nil, fmt.Errorf("the sign-in can't be locked: %w", err)
}

// records returns the records as they are now, in the order of their workspaces'
// names. It takes over the sign-in of an earlier version.
func (s *store) records(ctx context.Context) ([]*record, error) {
	if err := s.takeOver(ctx); err != nil {
		return nil, err
	}
	files, err := os.ReadDir(s.folder())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the folder of the sign-in can't be read: %w", err)
	}
	var all []*record
	for _, f := range files {
		id, ok := strings.CutSuffix(f.Name(), recordSuffix)
		if !ok || id == clientName {
			continue
		}
		r := s.record(id)
		var file os.FileInfo
		if r.stored, file, err = r.read(); err != nil {
			return nil, err
		}
		if file != nil { // else it was removed meanwhile
			all = append(all, r)
		}
	}
	slices.SortFunc(all, byWorkspace)
	return all, nil
}

func byWorkspace(a, b *record) int {
	return strings.Compare(a.stored.workspace.Name+a.id, b.stored.workspace.Name+b.id)
}

// recordFor returns the record for a workspace: the one that has it, else a new
// one.
func (s *store) recordFor(ctx context.Context, w awork.Workspace) (*record, error) {
	if w.ID == uuid.Nil {
		return s.record("unknown-" + uuid.NewString()), nil
	}
	all, err := s.records(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.stored.workspace.ID == w.ID {
			return r, nil
		}
	}
	return s.record(w.ID.String()), nil
}

// name stores whose sign-in a record is. Where the workspace has another record,
// that is the later sign-in, and r is removed.
func (s *store) name(ctx context.Context, r *record, me *awork.Identity) error {
	lock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Unlock() }()
	other, err := s.recordFor(ctx, me.Workspace)
	if err != nil {
		return err
	}
	if _, file, err := other.read(); err != nil || file != nil {
		return errors.Join(err, r.remove(ctx))
	}
	si, file, err := r.read()
	if err != nil || file == nil || si.location == "" {
		return err
	}
	si.workspace, si.person = me.Workspace, me.Name()
	_, err = r.write(si)
	return err
}

// client returns the client that is registered and that no sign-in uses; zero
// where there is none.
func (s *store) client() (registration, error) {
	var r registration
	_, err := readJSON(s.folder(), clientName+recordSuffix, &r)
	return r, err
}

// saveClient stores a client that no sign-in uses any more.
func (s *store) saveClient(r registration) error {
	if r.ClientID == "" || r.RedirectURI == "" {
		return nil
	}
	_, err := writeJSON(s.folder(), clientName+recordSuffix, r)
	return err
}

// forgetClient removes the client that no sign-in uses, if it is r.
func (s *store) forgetClient(r registration) error {
	stored, err := s.client()
	if err != nil || stored != r {
		return err
	}
	return removeFile(s.folder(), clientName+recordSuffix)
}
