package policy

import (
	"fmt"
	"path"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// protection is one entry of --protect: an id, or a glob over names.
type protection struct {
	entry string
	id    uuid.UUID // nil for a glob
}

func parseProtection(entry string) (protection, error) {
	entry = strings.TrimSpace(entry)
	if entry == "" {
		return protection{}, fmt.Errorf("--protect has an empty entry: give UUIDs or name globs, or leave it out")
	}
	if id, err := text.ParseUUID(entry); err == nil {
		return protection{entry: id.String(), id: id}, nil
	}
	if len(entry) >= 30 && strings.Trim(strings.ToLower(entry), "urn:id{}-0123456789abcef") == "" {
		return protection{}, fmt.Errorf("--protect %s looks like a UUID and is not one", text.Quote(entry))
	}
	if _, err := path.Match(entry, ""); err != nil {
		return protection{}, fmt.Errorf("--protect %s is neither a UUID nor a name glob: %w", text.Quote(entry), err)
	}
	return protection{entry: entry}, nil
}

// Protects reports whether --protect covers an API user, and by which entry. Globs
// match the name as awork has it and as it is shown, so that no invisible
// character gets an API user out of its protection.
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
	return matchName(p.entry, u.Name) || matchName(p.entry, text.Clean(u.Name))
}

// matchName matches a shell glob over a name, in which a slash is a character
// like any other, and neither case nor how an accent is written matters.
func matchName(glob, name string) bool {
	ok, err := path.Match(plain(glob), plain(name))
	return err == nil && ok
}

func plain(s string) string { return strings.ReplaceAll(text.Fold(s), "/", "\u2215") }
