package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/google/uuid"
)

// genesis is what the first line of a journal carries for the line before it.
const genesis = "0000000000000000000000000000000000000000000000000000000000000000"

// links is the part of a line that holds the chain together.
type links struct {
	// Previous is the SHA-256 of the entry before, or genesis.
	Previous string `json:"previous"`
	// Torn is the SHA-256 of what stands between: lines that a crash cut short.
	Torn string `json:"torn"`
	// Sum is the SHA-256 of the line up to this member, which is its last.
	Sum string `json:"sum"`
}

// digest returns the SHA-256 of a text in hexadecimal.
func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// sumSuffix is how a line ends that has the digest sum.
func sumSuffix(sum string) string { return `,"sum":"` + sum + `"}` }

// intact reports whether a line has the digest that it carries.
func (l links) intact(line []byte) bool {
	text, ok := bytes.CutSuffix(line, []byte(sumSuffix(l.Sum)))
	return ok && digest(text) == l.Sum
}

// parseLine returns the entry of a line and its links. Without an id or a phase it
// is no entry, and both are zero.
func parseLine(line []byte) (e Entry, l links, ok bool) {
	if json.Unmarshal(line, &e) != nil || json.Unmarshal(line, &l) != nil || e.ID == uuid.Nil ||
		e.Phase != PhaseIntent && e.Phase != PhaseResult {
		return Entry{}, links{}, false
	}
	return e, l, true
}

// end is the end of a journal, to which the next line is linked.
type end struct {
	previous string // "" where the file has no entry
	torn     string // "" where nothing follows the last entry
	cut      bool   // the file does not end with a line's end
}

// line makes a line of an entry that follows this end.
func (e end) line(entry []byte, process uuid.UUID) []byte {
	line := bytes.TrimSuffix(bytes.TrimSpace(entry), []byte("}"))
	line = fmt.Appendf(bytes.Clone(line), `,"process":%q,"previous":%q`, process, e.previous)
	if e.torn != "" {
		line = fmt.Appendf(line, `,"torn":%q`, e.torn)
	}
	return append(line, sumSuffix(digest(line))...)
}

// readEnd reads a file's end, as far back as the last entry.
func readEnd(f *os.File) (end, error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return end{}, err
	}
	for n := int64(32 << 10); ; n *= 8 {
		n = min(n, size)
		text := make([]byte, n)
		if _, err := f.ReadAt(text, size-n); err != nil {
			return end{}, err
		}
		e := end{cut: text[n-1] != '\n'}
		text = bytes.TrimSuffix(text, []byte("\n"))
		if n < size { // the first line may be a part of one
			_, text, _ = bytes.Cut(text, []byte("\n"))
		}
		for rest := text; len(rest) > 0; {
			i := bytes.LastIndexByte(rest, '\n')
			if line := rest[i+1:]; isEntry(line) {
				e.previous = digest(line)
				text = text[min(len(text), i+1+len(line)+1):]
				return e.withTorn(text), nil
			}
			rest = rest[:max(0, i)]
		}
		if n == size {
			return e.withTorn(text), nil
		}
	}
}

func isEntry(line []byte) bool {
	_, _, ok := parseLine(line)
	return ok
}

func (e end) withTorn(text []byte) end {
	if len(text) > 0 {
		e.torn = digest(text)
	}
	return e
}

// linkFile holds the link of the last entry, for the first line of the file that
// follows when this one is moved away.
func linkFile(path string) string { return path + ".chain" }

// link is the digest of an entry and of the one before it, as far as they are known.
type link struct{ digest, previous string }

func (l link) write(path string) error {
	return os.WriteFile(linkFile(path), []byte(l.digest+" "+l.previous+"\n"), 0o600)
}

// readLink returns the link of the last entry; zero where none is known.
func readLink(path string) link {
	text, _ := os.ReadFile(linkFile(path))
	digests := strings.Fields(string(text))
	if len(digests) == 0 || !IsDigest(digests[0]) {
		return link{}
	}
	l := link{digest: digests[0]}
	if len(digests) > 1 {
		l.previous = digests[1]
	}
	return l
}

// IsDigest reports whether s is a digest as the lines carry them.
func IsDigest(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == len(genesis)
}
