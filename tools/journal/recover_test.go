package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// lowest and highest are the ids of processes that come first and last in a folder.
const (
	lowest  = "00000000-0000-4000-8000-000000000001"
	highest = "ffffffff-ffff-4fff-8fff-ffffffffffff"
)

// A watch takes up what a process which is gone has left, and that alone, in any
// order of the processes. The name of the journal may look like a pattern.
func TestRecoverAmongSeveral(t *testing.T) {
	t.Parallel()
	for _, ids := range [][2]string{{lowest, highest}, {highest, lowest}} {
		gone, alive := ids[0], ids[1]
		path := filepath.Join(t.TempDir(), "j[o]urn?l*")
		watch := open(t, path)
		living := flock.New(path + ".process-" + alive)
		if err := living.Lock(); err != nil {
			t.Fatal(err)
		}
		write(t, path+".process-"+gone, nil)
		before := []byte(`{"name":"Zapier","keys":null}`)
		left := uuid.New()
		lines := ""
		for id, process := range map[uuid.UUID]string{left: gone, uuid.New(): alive} {
			e := strings.TrimSuffix(string(entry(id, "intent", "n")), "}")
			lines += fmt.Sprintf("%s,\"before\":%s,\"process\":%q}\n", e, before, process)
		}
		write(t, path, []byte(lines))
		unfinished, err := watch.Recover(t.Context())
		if err != nil || len(unfinished) != 1 || unfinished[0].ID != left || unfinished[0].Before == nil {
			t.Errorf("%v %v", unfinished, err)
		}
		all, err := journal.Read(path)
		if err != nil || len(all) != 2 {
			t.Fatalf("%v %v", all, err)
		}
		for _, c := range all {
			if done := c.ID == left; done != (c.Outcome == "unknown") || c.Finished.IsZero() == done {
				t.Errorf("%+v", c)
			}
		}
		if files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.process-*")); len(files) != 2 ||
			slices.Contains(files, path+".process-"+gone) {
			t.Errorf("left %v", files)
		}
	}
}

// While no process is gone, a watch does not wait for the journal. Then it does, as
// long as it may.
func TestRecoverReadsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		watch, _ := open(t, path), open(t, path)
		write(t, path+".process-of-nobody", nil)
		other := flock.New(path + ".lock")
		if err := other.Lock(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if unfinished, err := watch.Recover(ctx); err != nil || len(unfinished) > 0 || ctx.Err() != nil {
			t.Errorf("%v %v", unfinished, err)
		}
		write(t, path+".process-"+lowest, nil)
		_, err := watch.Recover(ctx)
		if !errors.Is(err, journal.ErrLocked) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("once one is gone: %v", err)
		}
		if err := other.Unlock(); err != nil {
			t.Fatal(err)
		}
	})
}

// An intent that names no process is taken up once no write can be as old.
func TestIntentsOfNoProcess(t *testing.T) {
	t.Parallel()
	for age, want := range map[time.Duration]int{
		0: 0, 5 * time.Minute: 0, 5*time.Minute + time.Nanosecond: 1, 24 * time.Hour: 1,
	} {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal")
			write(t, path, fmt.Appendf(nil, `{"id":%q,"phase":"intent","time":%q}`+"\n",
				uuid.New(), time.Now().Add(-age).Format(time.RFC3339Nano)))
			j, unfinished, err := journal.Open(path)
			if err != nil || len(unfinished) != want {
				t.Fatalf("after %s: %v %v", age, unfinished, err)
			}
			if err := j.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// noEntries are lines that are none, of a write with an id.
func noEntries(id uuid.UUID) []string {
	return []string{
		"", "garbage", "{}", `{"phase":"intent"}`, `{"phase":"result"}`,
		fmt.Sprintf(`{"id":%q}`, id),
		fmt.Sprintf(`{"id":%q,"phase":"other"}`, id),
		fmt.Sprintf(`{"id":%q,"phase":"result","name":5}`, id),
		fmt.Sprintf(`{"id":%q,"phase":"result","previous":5}`, id),
		fmt.Sprintf(`{"id":%q,"phase":"result"`, id),
	}
}

// Lines that are no entries are no writes, and don't end one.
func TestLinesThatAreNoEntries(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	for _, line := range noEntries(id) {
		path := filepath.Join(t.TempDir(), "journal")
		write(t, path, fmt.Appendf(nil, "%s\n%s\n%s", line, entry(id, "intent", "left"), line))
		all, err := journal.Read(path)
		if err != nil || len(all) != 1 || all[0].ID != id || all[0].Name != "left" || !all[0].Finished.IsZero() {
			t.Errorf("with %q: %+v %v", line, all, err)
		}
		_, unfinished, err := journal.Open(path)
		if err != nil || len(unfinished) != 1 || unfinished[0].ID != id {
			t.Errorf("with %q: %v %v", line, unfinished, err)
		}
		if r, err := journal.Verify("", path); err != nil || r.Fault != nil || r.Earlier != 1 || r.Entries != 1 {
			t.Errorf("with %q: %+v %v", line, r, err)
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(text), line+"\n") || !strings.HasSuffix(string(text), "\n") {
			t.Errorf("with %q: %q %v", line, text, err)
		}
	}
}
