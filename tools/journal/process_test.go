package journal_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
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

// A start waits five seconds for a lock that another process holds, and says so.
func TestOpenOfALockedJournal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	other := flock.New(path + ".lock")
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, _, err := journal.Open(path); !errors.Is(err, journal.ErrLocked) || time.Since(began) < 4*time.Second {
		t.Errorf("after %s: %v", time.Since(began), err)
	}
	if err := other.Unlock(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := journal.Open(path); err != nil {
		t.Error(err)
	}
}
