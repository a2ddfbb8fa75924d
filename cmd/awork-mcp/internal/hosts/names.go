package hosts

import (
	"fmt"
	"strings"
)

// Find returns the host of a name: its ID, an alias or how it names itself,
// whatever the case, with a hyphen, an underscore, a blank or nothing between the
// words. The error for another name names the nearest one.
func Find(name string) (Host, error) {
	want := squeeze(name)
	nearest, distance := "", len(want)
	var ambiguous []string
	for _, h := range All() {
		for _, known := range h.names() {
			squeezed := squeeze(known)
			if squeezed == want {
				return h, nil
			}
			if d := editDistance(want, squeezed); d < distance {
				nearest, distance = h.ID, d
			}
		}
		if first, _, ok := strings.Cut(h.ID, "-"); ok && first == want {
			ambiguous = append(ambiguous, h.ID)
		}
	}
	switch {
	case len(ambiguous) > 1:
		return Host{}, fmt.Errorf("%q can be several hosts: say %s", name, strings.Join(ambiguous, " or "))
	case nearest != "" && distance <= 1+len(want)/4:
		return Host{}, fmt.Errorf("awork-mcp knows no host %q: did you mean %s? (It knows %s.)", name, nearest, IDs())
	}
	return Host{}, fmt.Errorf("awork-mcp knows no host %q; it knows %s", name, IDs())
}

// IDs returns the hosts that are known here, with commas between them.
func IDs() string {
	var ids []string
	for _, h := range All() {
		ids = append(ids, h.ID)
	}
	return strings.Join(ids, ", ")
}

// names returns all names of a host.
func (h Host) names() []string { return append([]string{h.ID, h.Name}, h.Aliases...) }

// squeeze returns a name in lower case, without what may stand between words.
func squeeze(name string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name))
}

// editDistance returns how many letters have to be added, removed or replaced to
// make b of a.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
