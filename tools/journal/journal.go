// Package journal keeps a file with two lines for every write: the intent, synced
// before anything is sent, and the result after it. A write whose result line is
// missing was cut off; [Open] reports it and closes it as unknown.
//
//	j, unfinished, err := journal.Open(path)
//	err = j.Append(ctx, line, true)
package journal

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// staleIntent is the age from which an intent without a result can't be that of
// a write that is still going on in another process.
const staleIntent = 5 * time.Minute

// lockInterval is how often a lock is asked for that another process holds.
const lockInterval = 20 * time.Millisecond

// Journal is a file with two JSON lines for every write: what is about to be
// done, written and synced before anything is sent, and what became of it.
// Several processes may share it. No token and no secret is ever in it.
type Journal struct {
	path string
	turn chan struct{} // capacity 1: held by the goroutine that has the lock
	lock *flock.Flock
	// inUse is held, shared, by all who have the journal open.
	inUse *flock.Flock
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
}

// Open opens the journal at path, which it makes readable by this user
// alone, and gives the intents that an earlier run left without a result: writes
// of which nobody was told what became of them. They are closed in the journal
// as unknown.
func Open(path string) (j *Journal, unfinished []Entry, err error) {
	j = &Journal{path: path, turn: make(chan struct{}, 1), lock: flock.New(path+".lock", flock.SetPermissions(0o600)), inUse: flock.New(path+".open", flock.SetPermissions(0o600))}
	err = j.withLock(context.Background(), func(f *os.File) error {
		alone, err := j.markOpen()
		if err != nil {
			return err
		}
		// Alone, nobody is left who could still finish a write.
		if unfinished, err = readUnfinished(f, func(e Entry) bool { return alone || time.Since(e.Time) > staleIntent }); err != nil {
			return err
		}
		for _, e := range unfinished {
			e.Phase, e.Time, e.Outcome, e.Before = PhaseResult, time.Now().UTC(), result.Unknown, nil
			if err := appendLine(f, result.JSON(e)); err != nil {
				return err
			}
		}
		return f.Sync()
	})
	if err != nil {
		return nil, nil, fmt.Errorf("the journal %s can't be used: %w", path, err)
	}
	return j, unfinished, nil
}

// Check says what would keep [Open] from using path, as far as that
// can be told without writing anything.
func Check(path string) error {
	where := path
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		where = filepath.Dir(path)
	}
	info, err := os.Stat(where)
	switch {
	case err != nil:
	case where != path && !info.IsDir():
		err = fmt.Errorf("%s is no folder", where)
	case where == path && !info.Mode().IsRegular():
		err = fmt.Errorf("it is no regular file (%s)", info.Mode().Type())
	}
	if err != nil {
		return fmt.Errorf("the journal %s can't be used: %w", path, err)
	}
	return nil
}

// markOpen marks the journal as open in this process until its end, however that
// comes, and reports whether it was open in none.
func (j *Journal) markOpen() (alone bool, err error) {
	if alone, err = j.inUse.TryLock(); err != nil {
		return false, err
	}
	if alone {
		if err := j.inUse.Unlock(); err != nil {
			return false, err
		}
	}
	return alone, j.inUse.RLock()
}

// Append appends a line, and syncs it if that is asked for. It waits for other
// processes until ctx ends. A nil journal appends nothing.
func (j *Journal) Append(ctx context.Context, line []byte, sync bool) error {
	if j == nil {
		return nil
	}
	return j.withLock(ctx, func(f *os.File) error {
		if err := appendLine(f, line); err != nil {
			return err
		}
		if sync {
			return f.Sync()
		}
		return nil
	})
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
		return fmt.Errorf("another process holds its lock: %w", err)
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
		if err := f.Chmod(0o600); err != nil && !errors.Is(err, fs.ErrInvalid) {
			return err
		}
	}
	return use(f)
}

// appendLine appends a line, even after one that a crash cut short.
func appendLine(f *os.File, line []byte) error {
	line = append(line, '\n')
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if end > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, end-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	_, err = f.Write(line)
	return err
}

// readUnfinished reads the intents without a result that are dead, in their order.
// Lines that are no entries are passed over.
func readUnfinished(f *os.File, dead func(Entry) bool) ([]Entry, error) {
	open := map[uuid.UUID]Entry{}
	var order []uuid.UUID
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadBytes('\n')
		var e Entry
		if json.Unmarshal(line, &e) == nil && e.ID != uuid.Nil {
			if e.Phase == PhaseIntent {
				open[e.ID] = e
				order = append(order, e.ID)
			} else {
				delete(open, e.ID)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	var unfinished []Entry
	for _, id := range order {
		if e, ok := open[id]; ok && dead(e) {
			unfinished = append(unfinished, e)
		}
	}
	return unfinished, nil
}
