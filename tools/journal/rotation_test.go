package journal_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// Parts that were compressed belong to the journal; parts that were put elsewhere
// are known by the digest with which they end.
func TestVerifyOverRotation(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	for i := range 4 {
		if err := j.Append(t.Context(), entry(uuid.New(), "result", fmt.Sprint(i)), false); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			rotate(t, path, path+"-2026.gz")
		}
	}
	r, err := journal.Verify("", path)
	if err != nil || r.Fault != nil || r.Entries != 4 || len(r.Files) != 2 {
		t.Fatalf("%+v %v", r, err)
	}
	earlier, err := journal.Verify("", path+"-2026.gz")
	if err != nil || earlier.Fault != nil || earlier.Entries != 2 {
		t.Fatalf("%+v %v", earlier, err)
	}
	if err := os.Remove(path + "-2026.gz"); err != nil {
		t.Fatal(err)
	}
	if r, err := journal.Verify("", path); err != nil || r.Fault == nil || !strings.Contains(r.Fault.What, "missing") {
		t.Errorf("%+v %v", r, err)
	}
	if r, err := journal.Verify(earlier.End, path); err != nil || r.Fault != nil || r.Entries != 2 {
		t.Errorf("after %s: %+v %v", earlier.End, r, err)
	}
}

func rotate(t *testing.T, path, moved string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(text)
	_ = z.Close()
	write(t, moved, b.Bytes())
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// addTo adds a text to the end of a file.
func addTo(t *testing.T, path, text string) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	write(t, path, append(before, text...))
}

// A journal goes on in the file that follows one which was moved away, whatever a
// crash left around that.
func TestVerifyAcrossFiles(t *testing.T) {
	t.Parallel()
	const noEntry = "it is no entry, so it was added or changed"
	for name, c := range map[string]struct {
		before, chain, behind string // the end of the first file, the one beside it, the start of the second
		entries               int    // of the second
		torn                  int
		what                  string // what is found, if anything
	}{
		"nothing":                   {"", "", "", 2, 0, ""},
		"nothing appended":          {"", "", "", 0, 0, ""},
		"a crash before":            {`{"id`, "", "", 2, 1, ""},
		"a crash behind":            {"", "", `{"id`, 2, 1, ""},
		"crashes before and behind": {"{\"id\n{", "", "{\n{", 2, 4, ""},
		"a line added before":       {"garbage\n", "", "", 2, 0, noEntry},
		"no end known":              {"", "garbage", "", 2, 0, ""},
		"a part of an end known":    {"", "0123", "", 2, 0, ""},
	} {
		path := filepath.Join(t.TempDir(), "journal")
		j := open(t, path)
		appendResult(t, j, "a")
		appendResult(t, j, "b")
		addTo(t, path, c.before)
		if err := os.Rename(path, path+".1"); err != nil {
			t.Fatal(err)
		}
		if c.chain != "" {
			write(t, path+".chain", []byte(c.chain))
		}
		addTo(t, path, c.behind)
		for i := range c.entries {
			appendResult(t, j, fmt.Sprint(i))
		}
		r, err := journal.Verify("", path)
		files := []string{path + ".1", path}
		if c.chain != "" { // then a chain begins anew
			files = files[1:]
		}
		if err != nil || !slices.Equal(r.Files, files) {
			t.Errorf("%s: %+v %v", name, r, err)
			continue
		}
		if c.what != "" {
			if r.Fault == nil || r.Fault.What != c.what || r.Fault.File != path+".1" || r.Fault.Line != 3 {
				t.Errorf("%s: %v", name, r.Fault)
			}
			continue
		}
		if r.Fault != nil || r.Entries != 2*(len(files)-1)+c.entries || r.Torn != c.torn || r.LaterEnd != "" {
			t.Errorf("%s: %+v", name, r)
		}
		if all, err := journal.Read(path); c.entries > 0 && (err != nil || len(all) != r.Entries) {
			t.Errorf("%s: %v %v", name, all, err)
		}
	}
}

// What the file beside a journal names as its end is no matter where it is no digest,
// or the only one.
func TestVerifyWithAnotherEnd(t *testing.T) {
	t.Parallel()
	digest := strings.Repeat("5", 64)
	for chain, later := range map[string]string{"": "", "garbage": "", digest: digest, digest + " x": digest} {
		path := filepath.Join(t.TempDir(), "journal")
		lines(t, path)
		write(t, path+".chain", []byte(chain))
		if r, err := journal.Verify("", path); err != nil || r.Fault != nil || r.LaterEnd != later {
			t.Errorf("%q: %+v %v", chain, r, err)
		}
		appendResult(t, open(t, path), "last")
		if r, err := journal.Verify("", path); err != nil || r.Fault != nil || r.LaterEnd != "" {
			t.Errorf("%q, after the next: %+v %v", chain, r, err)
		}
	}
}

// Of several files with the same start, the one belongs to the journal that ends
// where it goes on.
func TestVerifyBesideACopy(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	appendResult(t, j, "a")
	appendResult(t, j, "b")
	copyFile(t, path, path+".1")
	copyFile(t, path+".chain", path+".saved")
	appendResult(t, j, "c")
	if err := errors.Join(os.Rename(path, path+".0"), os.Rename(path+".saved", path+".chain")); err != nil {
		t.Fatal(err)
	}
	appendResult(t, j, "d")
	r, err := journal.Verify("", path)
	if err != nil || r.Fault != nil || r.Entries != 3 || !slices.Equal(r.Files, []string{path + ".1", path}) {
		t.Errorf("%+v %v", r, err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, text)
}

// After the end of an earlier time, what is before that needs no second look. That
// end must be an entry.
func TestVerifyAfter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	appendResult(t, j, "a")
	first, err := journal.Verify("", path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	// Right after, nothing follows yet.
	write(t, path, nil)
	r, err := journal.Verify(first.End, path)
	if err != nil || r.Fault != nil || r.Entries != 1 || r.End != first.End {
		t.Errorf("right after: %+v %v", r, err)
	}
	addTo(t, path, `{"cut`)
	for i := range 2 {
		appendResult(t, j, fmt.Sprint(i))
	}
	r, err = journal.Verify(first.End, path)
	if err != nil || r.Fault != nil || r.Entries != 2 || !slices.Equal(r.Files, []string{path}) {
		t.Errorf("after the first: %+v %v", r, err)
	}
	r, err = journal.Verify(fmt.Sprintf("%x", sha256.Sum256([]byte(`{"cut`))), path)
	if err != nil || r.Fault == nil || !strings.HasPrefix(r.Fault.What, "no line up to here") {
		t.Errorf("after what is no entry: %+v %v", r, err)
	}
}

// Where several files are given, those are the journal.
func TestVerifyTheFilesGiven(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	for _, moved := range []string{path + ".1.gz", path + ".1", ""} {
		appendResult(t, j, "n")
		switch filepath.Ext(moved) {
		case ".gz":
			rotate(t, path, moved)
		case ".1":
			if err := os.Rename(path, moved); err != nil {
				t.Fatal(err)
			}
		}
	}
	given := []string{path + ".1", path}
	r, err := journal.Verify("", given...)
	if err != nil || r.Fault == nil || r.Fault.File != path+".1" || !slices.Equal(r.Files, given) {
		t.Errorf("%+v %v", r, err)
	}
	if all, err := journal.Read(given...); err != nil || len(all) != 2 {
		t.Errorf("%v %v", all, err)
	}
	if r, err := journal.Verify("", path); err != nil || r.Fault != nil || r.Entries != 3 {
		t.Errorf("%+v %v", r, err)
	}
}
