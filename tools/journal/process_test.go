package journal_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// pathVariable makes of the test's binary a process that writes to a journal until
// it is killed.
const pathVariable = "JOURNAL_UNDER_TEST"

func TestMain(m *testing.M) {
	if path := os.Getenv(pathVariable); path != "" {
		writeUntilKilled(path)
	}
	// A failed run prints its seed; a file of it would fail the next run too.
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func writeUntilKilled(path string) {
	j, _, err := journal.Open(path)
	for err == nil {
		id := uuid.New()
		for _, phase := range []string{"intent", "result"} {
			if err = j.Append(context.Background(), entry(id, phase, "child"), phase == "intent"); err == nil {
				_, err = os.Stdout.WriteString(phase + "\n")
			}
		}
	}
	os.Exit(1)
}

// A process that is killed at any moment leaves a journal that verifies, and its
// unfinished write is found as soon as it is gone, while others go on.
func TestKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	living, _, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.KeepAlive(living)
	for i := range 8 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), pathVariable+"="+path)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 3 + 2*i {
			lines.Scan()
		}
		_ = child.Process.Kill()
		_ = child.Wait()
		unfinished, err := living.Recover(t.Context())
		if err != nil || len(unfinished) > 1 {
			t.Fatalf("%v %v", unfinished, err)
		}
		if again, err := living.Recover(t.Context()); err != nil || len(again) > 0 {
			t.Errorf("reported twice: %v %v", again, err)
		}
		r, err := journal.Verify("", path)
		if err != nil || r.Fault != nil || r.Entries == 0 {
			t.Fatalf("after kill %d: %+v %v", i, r, err)
		}
		all, err := journal.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if c.Finished.IsZero() {
				t.Errorf("%s has no result", c.ID)
			}
		}
	}
	if left, err := filepath.Glob(path + ".process-*"); err != nil || len(left) != 1 {
		t.Errorf("%v %v", left, err)
	}
	if err := living.Close(); err != nil {
		t.Error(err)
	}
}

// An intent that a killed process left is reported once, while it is not gone it
// is not.
func TestRecoverReportsAWriteInFlight(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	first, _, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.New()
	if err := first.Append(t.Context(), entry(id, "intent", "in flight"), true); err != nil {
		t.Fatal(err)
	}
	second, unfinished, err := journal.Open(path)
	if err != nil || len(unfinished) > 0 {
		t.Fatalf("%v %v", unfinished, err)
	}
	if got, err := second.Recover(t.Context()); err != nil || len(got) > 0 {
		t.Errorf("while it runs: %v %v", got, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	_, unfinished, err = journal.Open(path)
	if err != nil || len(unfinished) != 1 || unfinished[0].ID != id {
		t.Errorf("%v %v", unfinished, err)
	}
	if got, err := second.Recover(t.Context()); err != nil || len(got) > 0 {
		t.Errorf("reported twice: %v %v", got, err)
	}
}

// Every intent that a process which is gone has left is closed at the next start and
// reported once, in their order, whatever the journal's permissions are.
func TestSeveralUnfinished(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o600, 0o644, 0o666} {
		path := filepath.Join(t.TempDir(), "journal")
		j, _, err := journal.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		var left []uuid.UUID
		for i := range 5 {
			id := uuid.New()
			if err := j.Append(t.Context(), entry(id, "intent", "left"), true); err != nil {
				t.Fatal(err)
			}
			if i == 2 {
				err = j.Append(t.Context(), entry(id, "result", "done"), false)
			} else {
				left = append(left, id)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(j.Close(), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		for _, want := range [][]uuid.UUID{left, nil} {
			next, unfinished, err := journal.Open(path)
			var got []uuid.UUID
			for _, e := range unfinished {
				got = append(got, e.ID)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%o: got %v, want %v: %v", mode, got, want, err)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%o became %v, %v", mode, info.Mode(), err)
			}
			if err := next.Close(); err != nil {
				t.Error(err)
			}
		}
		all, err := journal.Read(path)
		if err != nil || len(all) != 5 {
			t.Errorf("%v %v", all, err)
		}
		for _, c := range all {
			if c.Finished.IsZero() || slices.Contains(left, c.ID) != (c.Outcome == "unknown") {
				t.Errorf("%o: %+v", mode, c)
			}
		}
		if r, err := journal.Verify("", path); err != nil || r.Fault != nil || r.Entries != 10 {
			t.Errorf("%o: %+v %v", mode, r, err)
		}
	}
}

// A start waits five seconds for a lock that another process holds, and says so.
func TestOpenOfALockedJournal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		other := flock.New(path + ".lock")
		if err := other.Lock(); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, _, err := journal.Open(path)
		if took := time.Since(began); !errors.Is(err, journal.ErrLocked) || took != 5*time.Second {
			t.Errorf("after %s: %v", took, err)
		}
		if !strings.Contains(err.Error(), "within 5s") || strings.Contains(err.Error(), "context") {
			t.Error(err)
		}
		if err := other.Unlock(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := journal.Open(path); err != nil {
			t.Error(err)
		}
	})
}
