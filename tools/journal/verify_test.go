package journal_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/awork-mcp/awork-mcp/tools/journal"
)

func entry(id uuid.UUID, phase, name string) []byte {
	return fmt.Appendf(nil, `{"id":%q,"phase":%q,"time":"2026-11-28T12:00:00Z","tool":"delete_api_user","name":%q}`,
		id, phase, name)
}

func open(t interface{ Fatal(...any) }, path string) *journal.Journal {
	j, _, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// build makes a journal by several processes, with rotations and crashes.
func build(t *rapid.T, dir string) (paths []string) {
	path := filepath.Join(dir, "journal")
	if earlier := rapid.IntRange(0, 3).Draw(t, "earlier"); earlier > 0 {
		var text []byte
		for i := range earlier {
			text = append(append(text, entry(uuid.New(), "result", fmt.Sprint("earlier ", i))...), '\n')
		}
		write(t, path, text)
	}
	processes := []*journal.Journal{open(t, path), open(t, path)}
	rotations := 0
	for i := range rapid.IntRange(3, 12).Draw(t, "writes") {
		j := processes[rapid.IntRange(0, 1).Draw(t, "process")]
		phase := rapid.SampledFrom([]string{"intent", "result"}).Draw(t, "phase")
		if err := j.Append(t.Context(), entry(uuid.New(), phase, fmt.Sprint("name ", i)), false); err != nil {
			t.Fatal(err)
		}
		switch rapid.IntRange(0, 7).Draw(t, "then") {
		case 0: // a crash leaves a part of a line
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			line := entry(uuid.New(), "intent", "torn")
			_, _ = f.Write(line[:rapid.IntRange(1, len(line)-1).Draw(t, "cut")])
			_ = f.Close()
		case 1:
			rotations++
			moved := fmt.Sprintf("%s.%d", path, rotations)
			if err := os.Rename(path, moved); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, moved)
		case 2:
			processes[0] = open(t, path)
		}
	}
	if _, err := os.Stat(path); err != nil { // it was moved away last
		if err := processes[0].Append(t.Context(), entry(uuid.New(), "result", "last"), false); err != nil {
			t.Fatal(err)
		}
	}
	return append(paths, path)
}

func write(t interface{ Fatal(...any) }, path string, text []byte) {
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Whatever is changed, removed, added or moved is found, but a cut at the end.
func TestVerifyFindsEveryChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		paths := build(rt, dir)
		path := paths[len(paths)-1]
		for _, given := range [][]string{{path}, paths} {
			r, err := journal.Verify("", given...)
			if err != nil || r.Fault != nil {
				rt.Fatalf("untouched: %v %v", r.Fault, err)
			}
		}
		var all []string // each with its end, and the file that it is in
		var in []int
		for i, p := range paths {
			text, err := os.ReadFile(p)
			if err != nil {
				rt.Fatal(err)
			}
			for l := range strings.Lines(string(text)) {
				all, in = append(all, l), append(in, i)
			}
		}
		first := firstChained(all)
		last := len(all) - 1
		if !strings.HasSuffix(all[last], "\n") {
			last-- // what a crash left at the end may be anything
		}
		if last < first {
			return
		}
		at := rapid.IntRange(first, last).Draw(rt, "line")
		movable := false // a file holds nothing but what now ends another one, which is read in its place
		what := rapid.SampledFrom([]string{"change", "drop", "add", "copy", "swap", "truncate", "strip"}).Draw(rt, "what")
		switch what {
		case "change":
			line := []byte(all[at])
			i := rapid.IntRange(0, len(line)-2).Draw(rt, "byte")
			line[i] ^= byte(1 << rapid.IntRange(0, 4).Draw(rt, "bit"))
			if line[i] == '\n' {
				return
			}
			all[at] = string(line)
		case "drop":
			if at == last {
				return // a cut at the end
			}
			all[at] = ""
		case "add":
			all[at] = string(entry(uuid.New(), "result", "added")) + "\n" + all[at]
		case "copy":
			copied := rapid.IntRange(first, last).Draw(rt, "copied")
			if at == last && !strings.HasSuffix(all[copied], "}\n") {
				return // what crashes left at the end may be anything
			}
			movable = in[copied] != in[at] && isAlone(all, in, copied)
			all[at] += all[copied]
		case "swap":
			other := rapid.IntRange(first, last).Draw(rt, "other")
			if all[other] == all[at] || isAlone(all, in, at) && isAlone(all, in, other) { // the latter renames two files
				return
			}
			all[at], all[other] = all[other], all[at]
		case "truncate":
			if len(all[at]) < 3 {
				return
			}
			n := rapid.IntRange(1, len(all[at])-2).Draw(rt, "length")
			all[at] = all[at][:n] + "\n"
		case "strip":
			line, _, ok := strings.Cut(all[at], `,"process":`)
			if !ok {
				return
			}
			all[at] = line + "}\n"
		}
		texts := make([]bytes.Buffer, len(paths))
		for i, l := range all {
			texts[in[i]].WriteString(l)
		}
		for i := range texts {
			write(rt, paths[i], texts[i].Bytes())
		}
		for _, given := range [][]string{{path}, paths} {
			r, err := journal.Verify("", given...)
			if err == nil && r.LaterEnd != "" && what == "swap" && len(given) == 1 {
				continue // it reports that lines are in another file
			}
			if err == nil && movable && len(given) == 1 {
				continue
			}
			if err != nil || r.Fault == nil {
				rt.Fatalf("%s of line %d of %d goes unnoticed (%v):\n%s", what, at, len(all), err, strings.Join(all, ""))
			}
		}
	})
}

// isAlone reports whether an entry is the only one in its file, whatever a crash
// left beside it.
func isAlone(all []string, in []int, at int) bool {
	n := 0
	for i, file := range in {
		if file == in[at] && strings.HasSuffix(strings.TrimSpace(all[i]), "}") {
			n++
		}
	}
	return n == 1
}

// firstChained is the first line from which on a change shows: the last of the
// earlier form has its digest in the next.
func firstChained(all []string) int {
	for i, l := range all {
		if strings.Contains(l, `"previous"`) {
			return max(0, i)
		}
	}
	return len(all)
}
