package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// FindCreator returns the id of the person or API user whose id, exact name or
// e-mail address s is. One that is gone is found by the id that records still
// carry. What it refuses names those who are meant or near.
func (d *Directory) FindCreator(ctx context.Context, argument, s string, users UserList) (uuid.UUID, error) {
	id, parseErr := text.ParseUUID(s)
	if parseErr == nil && isMakerOrAPIUser(id, users) {
		return id, nil
	}
	people, complete, err := d.People(ctx)
	people = slices.DeleteFunc(people, users.has)
	names, states := candidates(users.All, people)
	ids := text.Match(s, names)
	if folded := text.Fold(strings.TrimSpace(s)); len(ids) == 0 {
		for _, p := range people {
			if slices.ContainsFunc(p.Emails(), func(mail string) bool { return text.Fold(mail) == folded }) {
				ids = append(ids, p.ID.String())
			}
		}
	}
	switch {
	case len(ids) == 1:
		return uuid.Parse(ids[0])
	case len(ids) > 1:
		return uuid.Nil, result.Refuse(result.InvalidInput, "%s %s is more than one: give an id, one of %s.",
			argument, text.Quote(s), describeCandidates(ids, states))
	case parseErr == nil:
		return id, nil // of somebody who made no API user, or is on no list
	}
	unseen := ""
	if err != nil || !complete {
		unseen = " Not all users of the workspace could be read; one that is missing is found by its id."
	}
	return uuid.Nil, result.Refuse(result.InvalidInput, "%s names no person and no API user; received %s. %s%s",
		argument, text.Quote(s), nearest("person or API user", s, names), unseen)
}

func isMakerOrAPIUser(id uuid.UUID, users UserList) bool {
	return slices.ContainsFunc(users.All, func(u awork.APIUser) bool { return u.CreatedBy == id || u.ID == id })
}

// has reports whether a user is an API user.
func (l UserList) has(u awork.User) bool {
	_, found := l.ByID[u.ID]
	return found
}

// candidates returns all who may have made something, and what each of them is, by
// id.
func candidates(users []awork.APIUser, people []awork.User) (names []text.Named, states map[string]string) {
	states = map[string]string{}
	for _, u := range users {
		names = append(names, text.Named{ID: u.ID.String(), Name: u.Name})
		states[u.ID.String()] = "API user"
	}
	for _, p := range people {
		names = append(names, text.Named{ID: p.ID.String(), Name: p.Name()})
		state := "person"
		if s := stateOf(p); s != "" {
			state = s
		}
		if mails := p.Emails(); len(mails) > 0 {
			state += ", " + text.Quote(mails[0])
		}
		states[p.ID.String()] = state
	}
	return names, states
}

func describeCandidates(ids []string, states map[string]string) string {
	slices.Sort(ids)
	var all []string
	for _, id := range ids[:min(text.MaxList, len(ids))] {
		all = append(all, fmt.Sprintf("%s (%s)", id, states[id]))
	}
	return strings.Join(all, ", ")
}
