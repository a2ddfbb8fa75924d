package tools

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
)

// staleIntent is the age from which an intent without a result can't be that of
// a write that is still going on in another process.
const staleIntent = 5 * time.Minute

// lockAgain is how often a lock is asked for that another process holds.
const lockAgain = 20 * time.Millisecond

// Journal is a file with two JSON lines for every write: what is about to be
// done, written and synced before anything is sent, and what became of it.
// Several processes may share it. No token and no secret is ever in it.
type Journal struct {
	path string
	turn chan struct{} // capacity 1: held by who has the lock, in this process
	lock *flock.Flock
	// inUse is held, shared, by all who have the journal open.
	inUse *flock.Flock
}

// The phases of an entry.
const (
	phaseIntent = "intent"
	phaseResult = "result"
)

// undelivered is said of a secret that was made and that nobody was given.
const undelivered = "to nobody"

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
	// Confirmed is how the write was confirmed: form, code, host, never or not
	// needed.
	Confirmed string `json:"confirmed,omitempty"`
	// Delivered is where the secret went that the write made, or undelivered.
	Delivered string   `json:"delivered,omitempty"`
	Outcome   Outcome  `json:"outcome,omitempty"`
	TraceID   string   `json:"traceId,omitempty"`
	Before    *APIUser `json:"before,omitempty"`
	After     *APIUser `json:"after,omitempty"`
}

// OpenJournal opens the journal at path, which it makes readable by this user
// alone, and gives the intents that an earlier run left without a result: writes
// of which nobody was told what became of them. They are closed in the journal
// as unknown.
func OpenJournal(path string) (j *Journal, unfinished []Entry, err error) {
	j = &Journal{path: path, turn: make(chan struct{}, 1), lock: flock.New(path+".lock", flock.SetPermissions(0o600)), inUse: flock.New(path+".open", flock.SetPermissions(0o600))}
	err = j.locked(context.Background(), func(f *os.File) error {
		alone, err := j.enter()
		if err != nil {
			return err
		}
		// Alone, nobody is left who could still finish a write.
		if unfinished, err = readUnfinished(f, func(e Entry) bool { return alone || time.Since(e.Time) > staleIntent }); err != nil {
			return err
		}
		for _, e := range unfinished {
			e.Phase, e.Time, e.Outcome, e.Before = phaseResult, time.Now().UTC(), Unknown, nil
			if err := appendLine(f, mustMarshal(e)); err != nil {
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

// CheckJournal says what would keep [OpenJournal] from using path, as far as that
// can be told without writing anything.
func CheckJournal(path string) error {
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

// enter marks the journal as open in this process until its end, however that
// comes, and reports whether it was open in none.
func (j *Journal) enter() (alone bool, err error) {
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

// write appends a line, and syncs it if that is asked for. It waits for other
// processes until ctx ends. A nil journal writes nothing.
func (j *Journal) write(ctx context.Context, line []byte, sync bool) error {
	if j == nil {
		return nil
	}
	return j.locked(ctx, func(f *os.File) error {
		if err := appendLine(f, line); err != nil {
			return err
		}
		if sync {
			return f.Sync()
		}
		return nil
	})
}

// locked opens the file for one use under the lock that processes share, so that
// it may be moved away between uses.
func (j *Journal) locked(ctx context.Context, use func(*os.File) error) (err error) {
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
	if _, err := j.lock.TryLockContext(ctx, lockAgain); err != nil {
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
			if e.Phase == phaseIntent {
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
