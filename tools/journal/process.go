package journal

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// staleIntent is the age above which an intent that names no process, as an earlier
// form of the journal has them, can't be that of a write in flight.
const staleIntent = 5 * time.Minute

// process is a process that has the journal open. It holds the lock of a file of
// its own until its end, however that comes.
type process struct {
	id   uuid.UUID
	lock *flock.Flock
}

func processFile(path string, id uuid.UUID) string { return path + ".process-" + id.String() }

// startProcess makes this process known. The caller holds the journal's lock.
func startProcess(path string) (process, error) {
	p := process{id: uuid.New()}
	p.lock = newLock(processFile(path, p.id))
	return p, p.lock.Lock()
}

func (p process) end() error {
	return errors.Join(p.lock.Unlock(), os.Remove(p.lock.Path()))
}

// isAlive reports whether the process with an id has the journal open. The caller
// holds the journal's lock.
func isAlive(path string, id uuid.UUID) bool {
	lock := flock.New(processFile(path, id), flock.SetFlag(os.O_RDONLY)) // which makes no file
	free, err := lock.TryLock()
	_ = lock.Close()
	return !free && !errors.Is(err, fs.ErrNotExist)
}

// others returns the processes that have, or had, the journal open.
func (j *Journal) others() []uuid.UUID {
	files, _ := filepath.Glob(globQuote(j.path) + ".process-*") // the pattern is sound
	var ids []uuid.UUID
	for _, file := range files {
		id, err := uuid.Parse(strings.TrimPrefix(file, j.path+".process-"))
		if err == nil && id != j.process.id {
			ids = append(ids, id)
		}
	}
	return ids
}

func globQuote(path string) string {
	if os.PathSeparator == '\\' { // where a pattern has no escapes
		return path
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Recover returns the intents that a process which is gone left without a result,
// and closes them in the journal as unknown. Where no process is gone it reads
// nothing.
func (j *Journal) Recover(ctx context.Context) (unfinished []Entry, err error) {
	if j == nil {
		return nil, nil
	}
	gone := false
	for _, id := range j.others() {
		gone = gone || !isAlive(j.path, id)
	}
	if !gone {
		return nil, nil
	}
	err = j.withLock(ctx, func(f *os.File) error {
		unfinished, err = j.closeUnfinished(f)
		return err
	})
	return unfinished, err
}

// closeUnfinished closes the intents of processes that are gone as unknown.
func (j *Journal) closeUnfinished(f *os.File) ([]Entry, error) {
	alive := map[uuid.UUID]bool{j.process.id: true}
	others := j.others()
	for _, id := range others {
		alive[id] = isAlive(j.path, id)
	}
	unfinished, err := readUnfinished(f, func(e Entry) bool {
		if e.Process == uuid.Nil {
			return time.Since(e.Time) > staleIntent
		}
		return !alive[e.Process]
	})
	if err != nil {
		return nil, err
	}
	for _, e := range unfinished {
		e.Phase, e.Time, e.Outcome, e.Before, e.Process = PhaseResult, time.Now().UTC(), result.Unknown, nil, uuid.Nil
		if err := j.append(f, result.JSON(e)); err != nil {
			return nil, err
		}
	}
	if len(unfinished) > 0 {
		if err := f.Sync(); err != nil {
			return nil, err
		}
	}
	for _, id := range others {
		if !alive[id] {
			_ = os.Remove(processFile(j.path, id)) // else the next one finds it again
		}
	}
	return unfinished, nil
}

// readUnfinished reads the intents without a result whose process is gone, in
// their order. Lines that are no entries are passed over.
func readUnfinished(f *os.File, gone func(Entry) bool) ([]Entry, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	open := map[uuid.UUID]Entry{}
	var order []uuid.UUID
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadBytes('\n')
		switch e, _, _ := parseLine(line); e.Phase {
		case PhaseIntent:
			open[e.ID] = e
			order = append(order, e.ID)
		case PhaseResult:
			delete(open, e.ID)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	var unfinished []Entry
	for _, id := range order {
		if e, ok := open[id]; ok && gone(e) {
			unfinished = append(unfinished, e)
		}
	}
	return unfinished, nil
}
