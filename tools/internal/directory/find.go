package directory

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// FindRole returns the one of roles whose id or exact name s is. What it refuses
// names the argument and the roles that are near.
func FindRole(argument, s string, roles []awork.Role) (awork.Role, error) {
	id, parseErr := text.ParseUUID(s)
	var all []text.Named
	for _, r := range roles {
		if parseErr == nil && r.ID == id {
			return r, nil
		}
		all = append(all, text.Named{ID: r.ID.String(), Name: r.Name})
	}
	found, err := find("role", argument, s, all)
	if err != nil {
		return awork.Role{}, err
	}
	for _, r := range roles {
		if r.ID.String() == found {
			return r, nil
		}
	}
	return awork.Role{}, fmt.Errorf("the role %s is not in the list it was found in", found)
}

// FindRole returns the id of the role whose id or exact name s is.
func (d *Directory) FindRole(ctx context.Context, argument, s string) (uuid.UUID, error) {
	byID, err := d.roles(ctx)
	if err != nil {
		if id, parseErr := text.ParseUUID(s); parseErr == nil {
			return id, nil
		}
		return uuid.Nil, result.Refuse(result.InvalidInput, "%s must be a role's id here: the roles' names can't be "+
			"read now; received %s.", argument, text.Quote(s))
	}
	var roles []awork.Role
	for _, r := range byID {
		roles = append(roles, r)
	}
	r, err := FindRole(argument, s, roles)
	return r.ID, err
}

// FindClient returns the id of the client application whose id or exact name s
// is; s itself where client applications can't be read.
func (d *Directory) FindClient(ctx context.Context, argument, s string) (string, error) {
	clients, err := d.clients(ctx)
	if err != nil {
		return s, nil
	}
	return FindClient(argument, s, clients)
}

// FindClient returns the id of the one of clients, by id, whose id or exact name
// s is.
func FindClient(argument, s string, clients map[string]string) (string, error) {
	var all []text.Named
	for id, name := range clients {
		all = append(all, text.Named{ID: id, Name: name})
	}
	return find("client application", argument, s, all)
}

// find returns the id of the one of all that s names.
func find(what, argument, s string, all []text.Named) (string, error) {
	ids := text.Match(s, all)
	switch len(ids) {
	case 0:
		return "", result.Refuse(
			result.InvalidInput,
			"%s names no %s; received %s. %s",
			argument,
			what,
			text.Quote(s),
			nearest(what, s, all),
		)
	case 1:
		return ids[0], nil
	}
	return "", result.Refuse(result.InvalidInput, "%s %s is the name of more than one %s: give an id, one of %s.",
		argument, text.Quote(s), what, text.WordList(ids))
}

func nearest(what, s string, all []text.Named) string {
	if len(all) == 0 {
		return "There is no " + what + " that this token can see."
	}
	var shown []string
	for _, c := range text.Nearest(s, all, 5) {
		shown = append(shown, text.Quote(c.Name)+" ("+text.Word(c.ID)+")")
	}
	return "Nearest are " + strings.Join(shown, ", ") + "."
}
