package journal_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// What keeps a journal from being used is reported at the start, by Check too where
// it can be seen without writing. Neither leaves a file.
func TestJournalThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	folder := func(path string) error { return os.Mkdir(path, 0o700) }
	file := func(path string) error { return os.WriteFile(path, nil, 0o600) }
	for name, c := range map[string]struct {
		path        string // below the folder of the test
		prepare     func(path string) error
		check, open string // what they say; "" where it can be used
	}{
		"new":    {"journal", func(string) error { return nil }, "", ""},
		"exists": {"journal", file, "", ""},
		"no folder": {"no/journal", func(string) error { return nil },
			"no such file or directory", "no such file or directory"},
		"below a file": {"file/journal", func(path string) error { return file(filepath.Dir(path)) },
			"not a directory", "not a directory"},
		"is a folder": {"journal", folder,
			"it is no regular file (d---------)", "it is no regular file (d---------)"},
		"link to nowhere": {"journal", func(path string) error { return os.Symlink("no/file", path) },
			"", "journal: no such file or directory"},
		"lock is a folder": {"journal", func(path string) error { return folder(path + ".lock") },
			"", "journal.lock: is a directory"},
		"no file of the process": {strings.Repeat("j", 220), func(string) error { return nil },
			"", "file name too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, c.path)
			if err := c.prepare(path); err != nil {
				t.Fatal(err)
			}
			before := list(t, dir)
			fits := func(err error, want string) bool {
				return want == "" && err == nil || want != "" && err != nil && strings.Contains(err.Error(), want) &&
					strings.HasPrefix(err.Error(), "the journal "+path+" can't be used: ") &&
					!errors.Is(err, journal.ErrLocked)
			}
			if err := journal.Check(path); !fits(err, c.check) {
				t.Errorf("Check: %v", err)
			}
			if after := list(t, dir); after != before {
				t.Errorf("Check made of %q %q", before, after)
			}
			j, _, err := journal.Open(path)
			if !fits(err, c.open) || (j == nil) != (err != nil) {
				t.Errorf("Open: %v", err)
			}
			if after := list(t, dir); c.check != "" && after != before {
				t.Errorf("Open made of %q %q", before, after)
			}
		})
	}
}

// list returns the names in a folder.
func list(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

// Without the file beside it, which names the end, a write is not begun: neither a
// new one nor the end of one that was left.
func TestJournalWithoutItsEnd(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	if err := os.Mkdir(path+".chain", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, sync := range []bool{true, false} {
		err := j.Append(t.Context(), entry(uuid.New(), "intent", "n"), sync)
		if err == nil || !strings.Contains(err.Error(), "journal.chain: is a directory") {
			t.Errorf("sync %t: %v", sync, err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := journal.Open(path); err == nil || !strings.Contains(err.Error(), "journal.chain: is a directory") {
		t.Errorf("with an intent left: %v", err)
	}
}

// Without a journal nothing is written, and nothing fails.
func TestNoJournal(t *testing.T) {
	t.Parallel()
	var j *journal.Journal
	unfinished, err := j.Recover(t.Context())
	if err := errors.Join(err, j.Append(t.Context(), nil, true), j.Close()); err != nil || len(unfinished) > 0 {
		t.Errorf("%v %v", unfinished, err)
	}
}

// An append waits for other processes, and for those of its own before it, until its
// context ends.
func TestAppendWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		j := open(t, path)
		other := flock.New(path + ".lock")
		if err := other.Lock(); err != nil {
			t.Fatal(err)
		}
		first := make(chan error)
		go func() { first <- j.Append(context.Background(), entry(uuid.New(), "intent", "first"), true) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := j.Append(ctx, entry(uuid.New(), "intent", "second"), true)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "it is in use") {
			t.Errorf("behind another: %v", err)
		}
		if err := errors.Join(other.Unlock(), <-first); err != nil {
			t.Error(err)
		}
		if all, err := journal.Read(path); err != nil || len(all) != 1 || all[0].Name != "first" {
			t.Errorf("%v %v", all, err)
		}
	})
}

// A process that ends removes its file, and reports where it can't.
func TestClose(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	for _, gone := range []bool{false, true} {
		j := open(t, path)
		files, err := filepath.Glob(path + ".process-*")
		if err != nil || len(files) != 1 {
			t.Fatalf("%v %v", files, err)
		}
		if gone {
			err = os.Remove(files[0])
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); errors.Is(err, fs.ErrNotExist) != gone || !gone && err != nil {
			t.Errorf("gone %t: %v", gone, err)
		}
		if files, err := filepath.Glob(path + ".process-*"); err != nil || len(files) > 0 {
			t.Errorf("left %v, %v", files, err)
		}
	}
}
