package text

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Named is something that can be named by its id or by its name.
type Named struct{ ID, Name string }

// Match returns the ids of those of all that s names: the one whose id it is, or
// all whose exact name it is.
func Match(s string, all []Named) []string {
	s = strings.TrimSpace(s)
	var ids []string
	for _, c := range all {
		if c.ID == s {
			return []string{c.ID}
		}
		if c.Name == s || norm.NFC.String(Clean(c.Name)) == norm.NFC.String(s) {
			ids = append(ids, c.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// Nearest returns at most n of all, those first whose name or id is nearest to s.
func Nearest(s string, all []Named, n int) []Named {
	typed := strings.ToLower(strings.TrimSpace(s))
	away := make(map[Named]int, len(all))
	for _, c := range all {
		away[c] = min(distance(typed, strings.ToLower(c.Name)), distance(typed, strings.ToLower(c.ID)))
	}
	sorted := slices.SortedFunc(slices.Values(all), func(a, b Named) int {
		return cmp.Or(away[a]-away[b], cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return sorted[:min(n, len(sorted))]
}

// distance is the number of characters to change, add or drop to make b of a; a
// part of the other counts as near.
func distance(a, b string) int {
	if a != "" && strings.Contains(b, a) {
		return 0
	}
	x, y := []rune(Cut(a, MaxQuoted)), []rune(Cut(b, MaxQuoted))
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		previous := row[0]
		row[0] = i + 1
		for j, s := range y {
			cost := 1
			if r == s {
				cost = 0
			}
			previous, row[j+1] = row[j+1], min(previous+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
