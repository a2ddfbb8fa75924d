package journal_test

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// A write has what its intent has of the time before, and the rest from its result.
func TestReadAWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	lines := ""
	id, left := uuid.New(), uuid.New()
	for _, l := range []string{
		`{"id":"` + id.String() + `","phase":"intent","time":"2026-11-28T12:00:00Z","name":"a","before":{"name":"was"}}`,
		`{"id":"` + left.String() + `","phase":"intent","time":"2026-11-28T12:00:01Z","name":"b"}`,
		`{"id":"` + id.String() + `","phase":"result","time":"2026-11-28T12:00:02Z","name":"a","outcome":"updated",` +
			`"after":{"name":"is"}}`,
	} {
		lines += l + "\n"
	}
	write(t, path, []byte(lines))
	all, err := journal.Read(path)
	if err != nil || len(all) != 2 || all[0].ID != id || all[1].ID != left {
		t.Fatalf("%+v %v", all, err)
	}
	began := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	if c := all[0]; !c.Time.Equal(began) || !c.Finished.Equal(began.Add(2*time.Second)) || c.Outcome != "updated" ||
		c.Before == nil || c.Before.Name != "was" || c.After == nil || c.After.Name != "is" {
		t.Errorf("%+v", c)
	}
	if c := all[1]; !c.Time.Equal(began.Add(time.Second)) || !c.Finished.IsZero() || c.Name != "b" || c.Outcome != "" {
		t.Errorf("%+v", c)
	}
}

// A file that can't be read is no empty journal.
func TestReadFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "broken.gz"), []byte("x"))
	write(t, filepath.Join(dir, "other"), nil)
	for path, want := range map[string]error{"none": fs.ErrNotExist, "none.gz": fs.ErrNotExist, "broken.gz": nil} {
		path := filepath.Join(dir, path)
		for _, paths := range [][]string{{path}, {filepath.Join(dir, "other"), path}} {
			r, err := journal.Verify("", paths...)
			all, errRead := journal.Read(paths...)
			for _, err := range []error{err, errRead} {
				if err == nil || want != nil && !errors.Is(err, want) || r != nil || all != nil {
					t.Errorf("%s: %v %v %v", path, err, r, all)
				}
			}
		}
	}
}

// The last entry is found however far from the end it is, and no part of a line is
// taken for one.
func TestAppendBehindLongGarbage(t *testing.T) {
	t.Parallel()
	other := string(entry(uuid.New(), "result", "other"))
	for _, size := range []int{32<<10 - 1, 32 << 10, 32<<10 + 1, 256 << 10, 1 << 20} {
		for _, before := range []string{"", "n"} {
			path := filepath.Join(t.TempDir(), "journal")
			j := open(t, path)
			if before != "" {
				appendResult(t, j, before)
			}
			// From the start of the other entry on, it is size bytes.
			garbage := "x" + other + "\n"
			addTo(t, path, garbage+strings.Repeat("y", size-len(garbage))+"\n")
			write(t, path+".chain", nil)
			appendResult(t, j, "last")
			r, err := journal.Verify("", path)
			if err != nil || r.Fault != nil || r.Entries != len(before)+1 || r.Torn == 0 {
				t.Errorf("%d bytes behind %q: %+v %v", size, before, r, err)
			}
		}
	}
}

func TestIsDigest(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		strings.Repeat("0", 64): true, fmt.Sprintf("%064x", 0xabcdef): true,
		"": false, strings.Repeat("0", 62): false, strings.Repeat("0", 66): false, strings.Repeat("g", 64): false,
	} {
		if journal.IsDigest(s) != want {
			t.Errorf("%q: %t", s, !want)
		}
	}
}
