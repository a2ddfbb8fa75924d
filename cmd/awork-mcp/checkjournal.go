package main

import (
	"errors"
	"io/fs"

	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// checkJournal verifies the journal, as journal --verify does.
func (s *settings) checkJournal() []check {
	if s.Journal == "" {
		return nil
	}
	k := check{Name: "journal", OK: true}
	r, err := journal.Verify("", s.Journal)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		k.Found = "there is none yet: the first write makes it"
	case err != nil:
		k.OK, k.Found, k.Do = false, "it can't be read: "+err.Error(), "make it readable for this user"
	case r.Fault != nil:
		k.OK, k.Found = false, r.Fault.String()
		k.Do = "find out who changed it; awork-mcp journal --verify says more"
	default:
		k.Found = countLines(r.Entries) + ", none changed, removed, added or moved"
		if r.LaterEnd != "" {
			k.Found, k.Do = k.Found+"; "+laterEnd, "find out who shortened it, or moved lines to another file"
		}
	}
	return []check{k}
}
