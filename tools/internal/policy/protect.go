package policy

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// protection is one entry of --protect: an id, or a glob over names.
type protection struct {
	entry string
	id    uuid.UUID // nil for a glob
}

// parseProtection reads an entry of --protect. It refuses what looks like a failed
// attempt at an id: as a glob over names it would protect nothing, unnoticed.
func parseProtection(entry string) (protection, error) {
	entry = strings.TrimSpace(entry)
	if entry == "" {
		return protection{}, fmt.Errorf("--protect has an empty entry: give UUIDs or name globs, or leave it out")
	}
	if id, err := text.ParseUUID(entry); err == nil {
		return protection{entry: id.String(), id: id}, nil
	}
	if inQuotes(entry) {
		return protection{}, fmt.Errorf("--protect %s is in quotes, which would be part of the name: leave them out",
			text.Quote(entry))
	}
	if resemblesUUID(entry) {
		return protection{}, fmt.Errorf("--protect %s looks like an API user's id and is not a UUID: "+
			"give the id alone, several with commas between them, or a glob over names", text.Quote(entry))
	}
	if _, err := path.Match(entry, ""); err != nil {
		return protection{}, fmt.Errorf("--protect %s is neither a UUID nor a name glob: %w", text.Quote(entry), err)
	}
	return protection{entry: entry}, nil
}

var (
	// hyphenated is what has the first hyphens of a UUID, with a digit more or less
	// in a group and globs in the place of digits.
	hyphenated = regexp.MustCompile(
		`^[0-9a-f]{7,9}-[0-9a-f*?]{3,5}-[0-9a-f*?-]*$|^[0-9a-f]{7,9}-[0-9a-f-]*[*?][0-9a-f*?-]*$`)
	// firstGroup is the first group of a UUID and a glob, and lastGroup the last.
	// Digits alone are a date.
	firstGroup = regexp.MustCompile(`^[0-9a-f]{8}-?[*?]+[0-9a-f*?-]*$`)
	lastGroup  = regexp.MustCompile(`^[0-9a-f*?-]*[*?]+-?[0-9a-f]{12}$`)
	// twoGroups are the first groups of a UUID alone.
	twoGroups = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-?$`)
	// urn is the prefix of a UUID in another form.
	urn = regexp.MustCompile(`^[^0-9a-z]*urn:uuid:`)
	// groups are four groups of a UUID with anything between them, such as blanks.
	groups = regexp.MustCompile(
		`(^|[^0-9a-z])[0-9a-f]{8}[^0-9a-z]+[0-9a-f]{4}[^0-9a-z]+[0-9a-f]{4}[^0-9a-z]+[0-9a-f]{4}([^0-9a-z]|$)`)
)

// minDigits is how many digits a UUID has that lacks one of its short groups.
const minDigits = 28

// resemblesUUID reports whether a part of an entry reads like an API user's id,
// whatever stands around it: quotes, other dashes, blanks, invisible characters,
// comments, another id, a path or a URL.
func resemblesUUID(entry string) bool {
	folded := strings.Map(unifyDash, text.Fold(entry))
	if urn.MatchString(folded) || isBroken(folded) {
		return true
	}
	if groups.MatchString(folded) || firstGroup.MatchString(folded+"*") && isMixed(folded) {
		return true
	}
	for _, part := range strings.FieldsFunc(folded, endsID) {
		switch {
		case hyphenated.MatchString(part),
			len(part)-strings.Count(part, "-") >= minDigits,
			isMixed(part) && (firstGroup.MatchString(part) || lastGroup.MatchString(part)),
			part == folded && isMixed(part[:min(len(part), 8)]) && twoGroups.MatchString(part):
			return true
		}
	}
	return false
}

// isBroken reports whether an entry has the digits of a UUID, one more or less, and
// among them nothing but blanks and punctuation.
func isBroken(folded string) bool {
	n := 0
	for _, r := range folded {
		switch {
		case strings.ContainsRune("0123456789abcdef", r):
			n++
		case unicode.IsLetter(r), strings.ContainsRune("*?[]\\", r):
			return false
		}
	}
	return n >= 31 && n <= 33
}

// isMixed reports whether a text has hexadecimal digits of both kinds.
func isMixed(s string) bool {
	return strings.ContainsAny(s, "abcdef") && strings.ContainsAny(s, "0123456789")
}

// unifyDash makes every dash a hyphen and drops what shows nothing.
func unifyDash(r rune) rune {
	switch {
	case unicode.Is(unicode.Pd, r) || r == '\u2212': // the minus sign
		return '-'
	case !text.Visible(r):
		return -1
	}
	return r
}

// endsID reports whether a character can't belong to an id.
func endsID(r rune) bool { return !strings.ContainsRune("0123456789abcdef-*?", r) }

// inQuotes reports whether an entry is in quotes of any kind, as some readers of
// environment files pass it on.
func inQuotes(entry string) bool {
	for _, pair := range []string{`""`, `''`, "``", "“”", "„“", "‘’", "«»"} {
		open, end := []rune(pair)[0], []rune(pair)[1]
		if strings.HasPrefix(entry, string(open)) && strings.HasSuffix(entry[1:], string(end)) {
			return true
		}
	}
	return false
}

// Protects reports whether --protect covers an API user, and by which entry. Globs
// match the name as awork has it and as it is shown, so that no invisible
// character, in the name or in the glob, gets an API user out of its protection.
func (p *Policy) Protects(u awork.APIUser) (entry string, yes bool) {
	for _, protected := range p.protected {
		if protected.covers(u) {
			return protected.entry, true
		}
	}
	return "", false
}

func (p protection) covers(u awork.APIUser) bool {
	if p.id != uuid.Nil {
		return p.id == u.ID
	}
	return matchName(p.entry, u.Name) || matchName(p.entry, text.Clean(u.Name)) ||
		matchName(text.Clean(p.entry), text.Clean(u.Name))
}

// matchName matches a shell glob over a name, in which a slash is a character
// like any other, and neither case nor how an accent is written matters.
func matchName(glob, name string) bool {
	ok, _ := path.Match(plain(glob), plain(name)) // the glob is sound
	return ok
}

func plain(s string) string { return strings.ReplaceAll(text.Fold(s), "/", "\u2215") }
