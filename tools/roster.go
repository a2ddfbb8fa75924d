package tools

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// roster is the API users of the workspace, as far as awork gave them: it
// documents no paging of that list, and may say that there are more than it sent.
type roster struct {
	all   []awork.APIUser
	byID  map[uuid.UUID]awork.APIUser // nil where they could not be read
	total int                         // how many there are, by awork's word
}

func (a *Account) roster(ctx context.Context) (roster, error) { return a.directory.readRoster(ctx) }

func (d *directory) readRoster(ctx context.Context) (roster, error) {
	all, total, err := d.client.ListAPIUsers(ctx)
	if err != nil {
		return roster{}, err
	}
	return roster{all: all, byID: byID(all), total: total}, nil
}

// whole reports whether it is known that there are no other API users.
func (r roster) whole() bool { return r.byID != nil && r.total <= len(r.all) }

// known are all API users, or nil where there may be others.
func (r roster) known() []awork.APIUser {
	if !r.whole() {
		return nil
	}
	return r.all
}

// warnings says that there are API users which awork did not send, and what that
// means for a result.
func (r roster) warnings(meaning string) []string {
	if r.byID == nil || r.whole() {
		return nil
	}
	return []string{fmt.Sprintf("awork says that there are %d API users but sent %d: %s.", r.total, len(r.all), meaning)}
}

// asFarAsItCame takes a list that is not complete for what it is, where nothing
// is said of what is not in it.
func asFarAsItCame[T any](list []T, err error) ([]T, error) {
	if errors.Is(err, awork.ErrIncomplete) {
		err = nil
	}
	return list, err
}

func byID(users []awork.APIUser) map[uuid.UUID]awork.APIUser {
	m := make(map[uuid.UUID]awork.APIUser, len(users))
	for _, u := range users {
		m[u.ID] = u
	}
	return m
}
