package journal

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// line is a line of a journal's file.
type line struct {
	file   string
	number int
	text   []byte
	digest string
	// cut: it is the file's last line and has no end.
	cut     bool
	isEntry bool
	entry   Entry
	links   links
}

// readParts reads the files of a journal, the oldest first. Before one file alone
// come those that it continues; link is the digest of the last entry, where it is
// known.
func readParts(after, link string, paths []string) (all []line, files []string, err error) {
	for _, path := range paths {
		lines, err := readLines(path)
		if err != nil {
			return nil, nil, err
		}
		all, files = append(all, lines...), append(files, path)
	}
	if len(paths) != 1 {
		return all, files, nil
	}
	for {
		previous := link // where nothing was appended since the last part was moved away
		if first := slices.IndexFunc(all, func(l line) bool { return l.isEntry }); first >= 0 {
			previous = all[first].links.Previous
			if previous == after || previous == genesis { // what is before was verified, or nothing is
				return all, files, nil
			}
		}
		path, lines := findEnd(paths[0], previous)
		if path == "" {
			return all, files, nil
		}
		all, files = append(lines, all...), append([]string{path}, files...)
	}
}

// findEnd finds the file beside path whose last entry has a digest.
func findEnd(path, digest string) (found string, lines []line) {
	candidates, _ := filepath.Glob(globQuote(path) + "?*") // the pattern is sound
	for _, candidate := range candidates {
		lines, _ := readLines(candidate) // none where it is no journal
		for _, l := range slices.Backward(lines) {
			if l.isEntry {
				if l.digest == digest {
					return candidate, lines
				}
				break
			}
		}
	}
	return "", nil
}

// readLines reads a file of a journal, which may be compressed with gzip.
func readLines(path string) ([]line, error) {
	text, err := readText(path)
	if err != nil {
		return nil, err
	}
	var lines []line
	for number := 1; len(text) > 0; number++ {
		this, rest, ended := bytes.Cut(text, []byte("\n"))
		l := line{file: path, number: number, text: this, cut: !ended, digest: digest(this)}
		l.entry, l.links, l.isEntry = parseLine(this)
		lines = append(lines, l)
		text = rest
	}
	return lines, nil
}

func readText(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil || !strings.HasSuffix(path, ".gz") {
		return text, err
	}
	r, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
