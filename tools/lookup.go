package tools

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"
)

// candidate is something that can be named by its id or its name.
type candidate struct{ id, name string }

// findRole takes the id or the exact name of a role, as the argument named
// argument.
func (n names) findRole(argument, text string) (uuid.UUID, error) {
	if id, err := parseUUID(text); err == nil {
		if _, ok := n.roles[id]; ok || n.roles == nil {
			return id, nil
		}
	}
	if n.roles == nil {
		return uuid.Nil, refuse(InvalidInput, "%s must be a role's id here: this token may not read the roles' names; received %s.", argument, quoted(text))
	}
	var all []candidate
	for id, r := range n.roles {
		all = append(all, candidate{id.String(), r.Name})
	}
	found, err := find("role", argument, text, all)
	if err != nil {
		return uuid.Nil, err
	}
	return uuid.Parse(found)
}

// findClient takes the id or the exact name of a client application; any id
// where client applications can't be read.
func (n names) findClient(argument, text string) (string, error) {
	if n.clients == nil {
		return text, nil
	}
	var all []candidate
	for _, id := range slices.Sorted(maps.Keys(n.clients)) {
		all = append(all, candidate{id, n.clients[id]})
	}
	return find("client application", argument, text, all)
}

// find is the id of the one candidate that text names, by its id or its name;
// else a refusal with the candidates that are near.
func find(what, argument, text string, all []candidate) (string, error) {
	text = strings.TrimSpace(text)
	var ids []string
	for _, c := range all {
		if c.id == text {
			return c.id, nil
		}
		if c.name == text || norm.NFC.String(clean(c.name)) == norm.NFC.String(text) {
			ids = append(ids, c.id)
		}
	}
	switch len(ids) {
	case 0:
	case 1:
		return ids[0], nil
	default:
		slices.Sort(ids)
		return "", refuse(InvalidInput, "%s %s is the name of more than one %s: give an id, one of %s.", argument, quoted(text), what, listed(ids))
	}
	return "", refuse(InvalidInput, "%s names no %s; received %s. %s", argument, what, quoted(text), suggest(what, text, all))
}

// suggest names the candidates nearest to text.
func suggest(what, text string, all []candidate) string {
	if len(all) == 0 {
		return "There is no " + what + " that this token can see."
	}
	typed := strings.ToLower(text)
	away := make(map[candidate]int, len(all))
	for _, c := range all {
		away[c] = min(distance(typed, strings.ToLower(c.name)), distance(typed, strings.ToLower(c.id)))
	}
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(away[a]-away[b], cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id))
	})
	var shown []string
	for _, c := range all[:min(5, len(all))] {
		shown = append(shown, quoted(c.name)+" ("+word(c.id)+")")
	}
	return "Nearest are " + strings.Join(shown, ", ") + "."
}

// listed are ids in a sentence of ours, the first 20 of them.
func listed(ids []string) string {
	var words []string
	for _, id := range ids[:min(maxList, len(ids))] {
		words = append(words, word(id))
	}
	return strings.Join(words, ", ")
}

// distance is the number of characters to change, add or drop to make b of a; a
// part of the other counts as near.
func distance(a, b string) int {
	if a != "" && strings.Contains(b, a) {
		return 0
	}
	x, y := []rune(cut(a, maxQuoted)), []rune(cut(b, maxQuoted))
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
