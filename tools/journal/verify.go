package journal

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// Report is what [Verify] found.
type Report struct {
	// Files are the files that were read, the oldest first.
	Files []string `json:"files"`
	// Entries counts the lines of the chain, Earlier those before it, which carry no
	// digest, and Torn those that a crash cut short.
	Entries int `json:"entries"`
	Earlier int `json:"earlier"`
	Torn    int `json:"torn"`
	// Fault is the first line that does not fit; nil where all do.
	Fault *Fault `json:"fault,omitempty"`
	// End is the digest of the last entry, and EndLine and EndTime where and of when
	// it is.
	End     string    `json:"end,omitempty"`
	EndLine int       `json:"endLine,omitempty"`
	EndTime time.Time `json:"endTime,omitzero"`
	// EndCut: a line follows that a crash cut short.
	EndCut bool `json:"endCut,omitempty"`
	// LaterEnd is the digest of another last entry, which the file beside the journal
	// names: lines after the end were cut off, or are in another file.
	LaterEnd string `json:"laterEnd,omitempty"`
}

// Fault is a line that does not fit into its chain.
type Fault struct {
	File string `json:"file"`
	Line int    `json:"line"`
	What string `json:"what"`
	// Entry describes the line, where it is an entry.
	Entry string `json:"entry,omitempty"`
}

func (f *Fault) String() string {
	s := fmt.Sprintf("%s, line %d: %s", f.File, f.Line, f.What)
	if f.Entry != "" {
		s += " (" + f.Entry + ")"
	}
	return s
}

// Verify checks the chain of a journal, whose parts are given the oldest first. To
// one file alone it finds those before it by itself, by their ends. after is the
// digest of the entry with which the journal ended at an earlier time: it must be
// among those that are given, or right before the first; "" where the first entry
// has to be the journal's first.
func Verify(after string, paths ...string) (*Report, error) {
	// First, as the journal may grow meanwhile.
	link := readLink(paths[len(paths)-1])
	lines, files, err := readParts(after, link.digest, paths)
	if err != nil {
		return nil, err
	}
	v := verification{report: &Report{Files: files}, lines: lines, after: after, link: link, at: map[string]int{}}
	for i, l := range lines {
		if l.isEntry {
			v.at[l.digest] = i
		}
	}
	for i := range lines {
		if v.report.Fault = v.check(i); v.report.Fault != nil {
			return v.report, nil
		}
	}
	v.finish()
	return v.report, nil
}

// verification is the state of [Verify] between two lines.
type verification struct {
	report *Report
	lines  []line
	at     map[string]int // the lines by their digests
	after  string
	// link is that of the entry that was appended last, as far as the file beside the
	// journal says.
	link link
	// last is the entry before; nil before the first.
	last *line
	// torn are the lines since, which are no entries.
	torn []line
	// chained: the chain has begun.
	chained bool
}

// check checks the line i and goes past it.
func (v *verification) check(i int) *Fault {
	l := &v.lines[i]
	switch {
	case !l.isEntry:
		v.torn = append(v.torn, *l)
		if l.cut && i < len(v.lines)-1 { // before the file was moved away
			v.report.Torn += len(v.torn)
			v.torn = nil
		}
		return nil
	case l.links.Sum == "" && l.links.Previous == "":
		if v.chained {
			return l.fault("it carries no digest, so it was added or changed")
		}
		v.report.Earlier++
		v.torn = nil
	case !l.links.intact(l.text):
		return l.fault("it was changed")
	default:
		if f := v.checkPrevious(i, l); f != nil {
			return f
		}
		if f := v.checkTorn(l); f != nil {
			return f
		}
		v.chained = true
		v.report.Entries++
	}
	v.last = l
	v.report.End, v.report.EndLine, v.report.EndTime = l.digest, l.number, l.entry.Time
	return nil
}

// checkPrevious checks that a line follows the entry before it.
func (v *verification) checkPrevious(i int, l *line) *Fault {
	expected := genesis
	if v.last != nil {
		expected = v.last.digest
	}
	if l.links.Previous == expected || v.last == nil && l.links.Previous == v.after {
		return nil
	}
	switch before, found := v.at[l.links.Previous]; {
	case before > i:
		place := v.lines[before]
		return l.fault(fmt.Sprintf("it was moved: it belongs after line %d of %s", place.number, place.file))
	case found:
		return l.fault("it was added, or moved here")
	}
	if v.unexplained(l) != nil {
		return nil // perhaps it was the entry that this one follows: checkTorn reports it
	}
	if v.last == nil {
		return l.fault("lines before it are missing; if they were moved to another file, give that one too")
	}
	return l.fault("a line before it is missing, or was changed")
}

// checkTorn checks the lines between the last entry and this one, which a crash
// must have cut short.
func (v *verification) checkTorn(l *line) *Fault {
	if other := v.unexplained(l); other != nil {
		return other.fault(noEntry)
	}
	if len(v.torn) == 0 && l.links.Torn != "" {
		return l.fault("what a crash left before it is missing")
	}
	v.report.Torn += len(v.torn)
	v.torn = nil
	return nil
}

// noEntry is what is wrong with a line that is no entry, where no crash explains it.
const noEntry = "it is no entry, so it was added or changed"

// unexplained returns the first of the lines between the last entry and this one
// where it was no crash that left them, as far as this one knows; nil else.
func (v *verification) unexplained(l *line) *line {
	if len(v.torn) == 0 || l.links.Torn == digest(joinLines(v.torn)) {
		return nil
	}
	return &v.torn[0]
}

// finish checks what stands after the last entry, and the last entry against the
// file beside the journal.
func (v *verification) finish() {
	if !v.hasAfter() {
		end := cmp.Or(v.last, &line{file: v.report.Files[len(v.report.Files)-1], number: 1})
		v.report.Fault = end.fault("no line up to here is the one with which the journal ended before: " +
			"lines were cut off, or all was written anew")
		return
	}
	if _, found := v.at[v.link.digest]; v.link.digest != "" && !found {
		switch {
		case v.last == nil:
		case v.last.links.Sum == "": // the chain had begun
			v.report.Fault = v.last.fault("it carries no digest, so it was added or changed, or lines after it are missing")
			return
		case v.last.links.Previous == v.link.previous:
			v.report.Fault = v.last.fault("it was changed")
			return
		}
		v.report.LaterEnd = v.link.digest
	}
	switch {
	case len(v.torn) == 0:
	case v.torn[len(v.torn)-1].cut && (len(v.torn) == 1 || v.report.LaterEnd == ""):
		v.report.EndCut = true
		v.report.Torn += len(v.torn)
	default:
		v.report.Fault = v.torn[0].fault(noEntry)
	}
}

// hasAfter reports whether the entry is there, or right before the first, with which
// the journal ended at an earlier time.
func (v *verification) hasAfter() bool {
	if v.after == "" {
		return true
	}
	_, found := v.at[v.after]
	first := slices.IndexFunc(v.lines, func(l line) bool { return l.isEntry })
	return found || first >= 0 && v.lines[first].links.Previous == v.after
}

func joinLines(lines []line) []byte {
	var texts [][]byte
	for _, l := range lines {
		texts = append(texts, l.text)
	}
	return bytes.Join(texts, []byte("\n"))
}

func (l *line) fault(what string) *Fault {
	f := &Fault{File: l.file, Line: l.number, What: what}
	if l.isEntry {
		e := l.entry
		f.Entry = fmt.Sprintf("%s of %s, %s %s", e.Phase, e.Time.Format(time.RFC3339), e.Tool, text.Quote(e.Name))
	}
	return f
}
