package journal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// lines makes a journal of six results, n0 to n5, and returns its lines with their
// ends.
func lines(t *testing.T, path string) []string {
	t.Helper()
	j := open(t, path)
	for i := range 6 {
		appendResult(t, j, fmt.Sprint("n", i))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(strings.Lines(string(text)))
}

func appendResult(t *testing.T, j *journal.Journal, name string) {
	t.Helper()
	if err := j.Append(t.Context(), entry(uuid.New(), "result", name), false); err != nil {
		t.Fatal(err)
	}
}

// without returns a line without the members from one on to another, or to its end.
func without(line, from, to string) string {
	before, after, _ := strings.Cut(line, `,"`+from+`":`)
	if i := strings.Index(after, `,"`+to+`":`); i >= 0 {
		return before + after[i:]
	}
	return before + "}\n"
}

// A finding names the first line that does not fit, what is wrong and the entry.
func TestVerifyNamesTheLine(t *testing.T) {
	t.Parallel()
	const (
		changed  = "it was changed"
		missing  = "a line before it is missing, or was changed"
		first    = "lines before it are missing; if they were moved to another file, give that one too"
		bare     = "it carries no digest, so it was added or changed"
		noEntry  = "it is no entry, so it was added or changed"
		moved    = "it was moved: it belongs after line "
		copied   = "it was added, or moved here"
		noLonger = "no line up to here is the one with which the journal ended before: " +
			"lines were cut off, or all was written anew"
	)
	unknown := strings.Repeat("5", 64)
	for name, c := range map[string]struct {
		change func(l []string) []string
		after  string // a digest, or the number of a line; "" for none
		line   int
		what   string
		entry  string // the name of the entry's target
	}{
		"changed": {func(l []string) []string { l[2] = strings.Replace(l[2], "n2", "n9", 1); return l }, "",
			3, changed, "n9"},
		"last changed": {func(l []string) []string { l[5] = strings.Replace(l[5], "n5", "n9", 1); return l }, "",
			6, changed, "n9"},
		"removed":       {func(l []string) []string { return slices.Delete(l, 2, 3) }, "", 3, missing, "n3"},
		"first removed": {func(l []string) []string { return l[1:] }, "", 1, first, "n1"},
		"moved down": {func(l []string) []string { return []string{l[0], l[2], l[3], l[1], l[4], l[5]} }, "",
			2, moved + "4 of PATH", "n2"},
		"moved up": {func(l []string) []string { return []string{l[0], l[4], l[1], l[2], l[3], l[5]} }, "",
			2, moved + "5 of PATH", "n4"},
		"copied": {func(l []string) []string { return slices.Insert(l, 3, l[1]) }, "", 4, copied, "n1"},
		"copied behind it": {func(l []string) []string { return slices.Insert(l, 3, l[2]) }, "2",
			4, copied, "n2"},
		"garbage and more": {func(l []string) []string {
			return slices.Insert(append(l[:5], strings.Replace(l[5], "n5", "n9", 1)), 3, "garbage\n")
		}, "", 4, noEntry, ""},
		"broken":       {func(l []string) []string { l[2] = l[2][1:]; return l }, "", 3, noEntry, ""},
		"first broken": {func(l []string) []string { l[0] = l[0][1:]; return l }, "", 1, noEntry, ""},
		"cut short":    {func(l []string) []string { l[3] = l[3][:9] + "\n"; return l }, "", 4, noEntry, ""},
		"joined":       {func(l []string) []string { l[1] = strings.TrimSpace(l[1]); return l }, "", 2, noEntry, ""},
		"first moved": {func(l []string) []string { l[0], l[1] = l[1], l[0]; return l }, "",
			1, moved + "2 of PATH", "n1"},
		"garbage":          {func(l []string) []string { return slices.Insert(l, 3, "garbage\n") }, "", 4, noEntry, ""},
		"last one garbage": {func(l []string) []string { return append(l[:5], "garbage\n", "{") }, "", 6, noEntry, ""},
		"garbage last":     {func(l []string) []string { return append(l, "garbage\n") }, "", 7, noEntry, ""},
		"bare": {func(l []string) []string {
			return slices.Insert(l, 1, string(entry(uuid.New(), "result", "bare"))+"\n")
		}, "", 2, bare, "bare"},
		"first without its digest": {func(l []string) []string { l[0] = without(l[0], "sum", ""); return l }, "",
			1, changed, "n0"},
		"first without that before": {func(l []string) []string { l[0] = without(l[0], "previous", "sum"); return l }, "",
			1, changed, "n0"},
		"removed after": {func(l []string) []string { return slices.Delete(l, 1, 2) }, "2", 2, missing, "n2"},
		"cut":           {func(l []string) []string { return l[:3] }, "5", 3, noLonger, "n2"},
		"another":       {func(l []string) []string { return l }, unknown, 6, noLonger, "n5"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "journal")
		all := lines(t, path)
		after := c.after
		if len(after) == 1 {
			r, err := journal.Verify("", cut(t, filepath.Join(dir, "earlier"), all[:after[0]-'0']))
			if err != nil || r.Fault != nil {
				t.Fatalf("%+v %v", r, err)
			}
			after = r.End
		}
		write(t, path, []byte(strings.Join(c.change(all), "")))
		r, err := journal.Verify(after, path)
		if err != nil || r.Fault == nil {
			t.Errorf("%s: %+v (%v)", name, r, err)
			continue
		}
		want := journal.Fault{File: path, Line: c.line, What: strings.Replace(c.what, "PATH", path, 1)}
		text := fmt.Sprintf("%s, line %d: %s", path, want.Line, want.What)
		if c.entry != "" {
			want.Entry = fmt.Sprintf("result of 2026-11-28T12:00:00Z, delete_api_user %q", c.entry)
			text += " (" + want.Entry + ")"
		}
		if *r.Fault != want || r.Fault.String() != text {
			t.Errorf("%s: %s", name, r.Fault)
		}
	}
}

// cut makes a file of lines, with nothing beside it.
func cut(t *testing.T, path string, lines []string) string {
	t.Helper()
	write(t, path, []byte(strings.Join(lines, "")))
	return path
}

// Lines that a crash cut short are counted, and belong to the chain from the next
// entry on: then none may be changed or go.
func TestVerifyAfterCrashes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		torn string // what crashes left between two entries
		n    int
	}{
		"one":            {`{"id":"5`, 1},
		"two":            {"{\"id\n{\"id\":", 2},
		"its end alone":  {"{\"id\":\n", 1},
		"an empty line":  {"x\n\ny", 3},
		"a long one":     {strings.Repeat("x", 40_000), 1},
		"an entry in it": {"x" + string(entry(uuid.New(), "result", "no")), 1},
	} {
		path := filepath.Join(t.TempDir(), "journal")
		j := open(t, path)
		appendResult(t, j, "a")
		appendResult(t, j, "b")
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, append(before, c.torn...))
		r, err := journal.Verify("", path)
		if cut := !strings.HasSuffix(c.torn, "\n"); err != nil || (r.Fault == nil) != cut || r.EndCut != cut ||
			cut && r.Torn != c.n {
			t.Errorf("%s, at the end: %+v %v", name, r, err)
		}
		if err := os.Remove(path + ".chain"); err != nil {
			t.Fatal(err)
		}
		appendResult(t, j, "c")
		appendResult(t, j, "d")
		r, err = journal.Verify("", path)
		if err != nil || r.Fault != nil || r.Entries != 4 || r.Torn != c.n || r.EndCut || r.EndLine != 4+c.n {
			t.Errorf("%s: %+v %v", name, r, err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		ended := strings.TrimSuffix(c.torn, "\n") + "\n"
		behind, found := strings.CutPrefix(string(text), string(before)+ended)
		if !found {
			t.Fatalf("%s: %q", name, text)
		}
		for what, other := range map[string]string{
			"what a crash left before it is missing":         "",
			"it is no entry, so it was added or changed":     ended + "x\n",
			"it is no entry, so it was added or changed ":    "x" + ended,
			"it is no entry, so it was added or changed  ":   "x\n",
			"it is no entry, so it was added or changed    ": ended + "\n",
		} {
			write(t, path, []byte(string(before)+other+behind))
			r, err := journal.Verify("", path)
			if err != nil || r.Fault == nil || r.Fault.What != strings.TrimSpace(what) || r.Fault.Line != 3 {
				t.Errorf("%s, %q: %v %v", name, other, r.Fault, err)
			}
		}
	}
}

// A cut at the end is no fault by itself. It shows where the file beside the journal
// names another end, and is one where the end is known from before.
func TestVerifyCutAtItsEnd(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	all := lines(t, path)
	ends := []string{""}
	for n := range len(all) + 1 {
		write(t, path, []byte(strings.Join(all[:n], "")))
		r, err := journal.Verify("", path)
		if err != nil || r.Fault != nil || r.Entries != n || r.EndLine != n || (r.LaterEnd != "") != (n < 6) || r.EndCut {
			t.Errorf("%d lines: %+v %v", n, r, err)
		}
		if n < len(all) {
			write(t, path, []byte(strings.Join(all[:n], "")+all[n][:20]))
			half, err := journal.Verify("", path)
			if err != nil || half.Fault != nil || half.Torn != 1 || !half.EndCut || half.End != r.End || half.LaterEnd == "" {
				t.Errorf("%d lines and a part: %+v %v", n, half, err)
			}
			write(t, path, []byte(strings.Join(all[:n], "")))
		}
		if n > 0 {
			ends = append(ends, r.End)
		}
		for after, end := range ends {
			if r, err := journal.Verify(end, path); err != nil || r.Fault != nil || r.Entries != n {
				t.Errorf("%d lines, after %d: %+v %v", n, after, r, err)
			}
		}
	}
	for n := range len(all) {
		write(t, path, []byte(strings.Join(all[:n], "")))
		r, err := journal.Verify(ends[6], path)
		if err != nil || r.Fault == nil || r.Fault.File != path || r.Fault.Line != max(1, n) ||
			!strings.HasPrefix(r.Fault.What, "no line up to here is the one with which the journal ended before") {
			t.Errorf("%d lines of six: %+v %v", n, r, err)
		}
	}
}
