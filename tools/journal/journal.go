// Package journal keeps a file with two lines for every write: the intent, synced
// before anything is sent, and the result after it. A write whose result line is
// missing was cut off; [Open] and [Journal.Recover] return it and close it as
// unknown.
//
//	j, unfinished, err := journal.Open(path)
//	err = j.Append(ctx, line, true)
//
// Each line carries the SHA-256 of the line before it and its own, across rotation
// and across the processes that share the file. [Verify] finds a line that was
// changed, removed, added or moved; what it can't find is a cut at the very end.
package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

const (
	// openTimeout bounds how long [Open] waits for the lock.
	openTimeout = 5 * time.Second
	// lockInterval is how often a lock is asked for that another process holds.
	lockInterval = 20 * time.Millisecond
)

// ErrLocked is that of an [Open] that did not get the journal's lock.
var ErrLocked = errors.New("another process holds its lock")

// Journal is a file with two JSON lines for every write: what is about to be
// done, written and synced before anything is sent, and what became of it.
// Several processes may share it. No token and no secret is ever in it.
type Journal struct {
	path string
	turn chan struct{} // capacity 1: held by the goroutine that has the lock
	lock *flock.Flock
	// process is this process, as its lines name it.
	process process
}

// The phases of an entry.
const (
	PhaseIntent = "intent"
	PhaseResult = "result"
)

// Undelivered is where a secret went that was made and that nobody was given.
const Undelivered = "to nobody"

// Entry is a line of the journal. The two lines of a write have one ID.
type Entry struct {
	ID        uuid.UUID `json:"id"`
	Phase     string    `json:"phase"`
	Time      time.Time `json:"time"`
	Caller    string    `json:"caller,omitempty"`
	Workspace string    `json:"workspace,omitempty"`
	Tool      string    `json:"tool,omitempty"`
	// APIUserID and Name are the target's; a create has no id before it is done.
	APIUserID uuid.UUID `json:"apiUserId,omitzero"`
	Name      string    `json:"name,omitempty"`
	ClientID  string    `json:"clientId,omitempty"`
	// RoleID is that of a role that is made, filled or removed.
	RoleID uuid.UUID `json:"roleId,omitzero"`
	// Confirmed is how the write was confirmed: form, code, terminal, flag --yes, no
	// forms (the client has none), never (the operator wants no questions) or not
	// needed.
	Confirmed string `json:"confirmed,omitempty"`
	// Delivered is where the secret went that the write made, or Undelivered.
	Delivered string          `json:"delivered,omitempty"`
	Outcome   result.Outcome  `json:"outcome,omitempty"`
	TraceID   string          `json:"traceId,omitempty"`
	Before    *result.APIUser `json:"before,omitempty"`
	After     *result.APIUser `json:"after,omitempty"`
	// Process is which process wrote the line. [Journal.Append] sets it.
	Process uuid.UUID `json:"process,omitzero"`
}

// Open opens the journal at path, which it makes readable by this user alone. It
// returns the intents that processes which are gone left without a result, and
// closes them in the journal as unknown. It waits for the lock for 5 s at most.
func Open(path string) (j *Journal, unfinished []Entry, err error) {
	j = &Journal{path: path, turn: make(chan struct{}, 1), lock: newLock(path + ".lock")}
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	err = j.withLock(ctx, func(f *os.File) error {
		if j.process, err = startProcess(path); err != nil {
			return err
		}
		unfinished, err = j.closeUnfinished(f)
		return err
	})
	if errors.Is(err, ErrLocked) {
		err = fmt.Errorf("%w, and did not release it within %s", ErrLocked, openTimeout)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("the journal %s can't be used: %w", path, err)
	}
	return j, unfinished, nil
}

// Close says that this process appends no more.
func (j *Journal) Close() error {
	if j == nil {
		return nil
	}
	return j.process.end()
}

// Check returns what would keep [Open] from using path, as far as that can be seen
// without writing anything.
func Check(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		folder := filepath.Dir(path)
		if info, err = os.Stat(folder); err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is no folder", folder)
		}
	case err == nil && !info.Mode().IsRegular():
		err = fmt.Errorf("it is no regular file (%s)", info.Mode().Type())
	}
	if err != nil {
		return fmt.Errorf("the journal %s can't be used: %w", path, err)
	}
	return nil
}

// Append appends an entry, given as JSON, and syncs it if that is asked for. It
// waits for other processes until ctx ends. A nil journal appends nothing.
func (j *Journal) Append(ctx context.Context, entry []byte, sync bool) error {
	if j == nil {
		return nil
	}
	return j.withLock(ctx, func(f *os.File) error {
		if err := j.append(f, entry); err != nil || !sync {
			return err
		}
		return f.Sync()
	})
}

// append appends an entry to the chain.
func (j *Journal) append(f *os.File, entry []byte) error {
	end, err := readEnd(f)
	if err != nil {
		return err
	}
	if end.previous == "" {
		end.previous = cmp.Or(readLink(j.path).digest, genesis)
	}
	line := end.line(entry, j.process.id)
	text := slices.Concat(line, []byte("\n"))
	if end.cut { // by a crash
		text = slices.Concat([]byte("\n"), text)
	}
	if _, err := f.Write(text); err != nil {
		return err
	}
	return link{digest(line), end.previous}.write(j.path)
}

// withLock opens the file for one use under the lock that processes share, so that
// it may be moved away between uses.
func (j *Journal) withLock(ctx context.Context, use func(*os.File) error) (err error) {
	select {
	case j.turn <- struct{}{}:
		defer func() { <-j.turn }()
	case <-ctx.Done():
		return fmt.Errorf("it is in use: %w", ctx.Err())
	}
	// Before the lock, which would leave a file beside what is no journal.
	if info, err := os.Stat(j.path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("it is no regular file (%s)", info.Mode().Type())
	}
	if _, err := j.lock.TryLockContext(ctx, lockInterval); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: %w", ErrLocked, ctx.Err())
		}
		return err
	}
	defer func() { err = errors.Join(err, j.lock.Unlock()) }()
	f, err := os.OpenFile(j.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := f.Chmod(0o600); err != nil {
			return err
		}
	}
	return use(f)
}

func newLock(path string) *flock.Flock { return flock.New(path, flock.SetPermissions(0o600)) }
