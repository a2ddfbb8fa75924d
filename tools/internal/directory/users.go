package directory

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// UserList is the API users of the workspace, as far as awork gave them: it
// documents no paging of that list, and may say that there are more than it sent.
type UserList struct {
	All []awork.APIUser
	// ByID is nil where they could not be read.
	ByID map[uuid.UUID]awork.APIUser
	// Total is how many there are according to awork.
	Total int
}

// Users returns the API users of the workspace, at most a minute old.
func (d *Directory) Users(ctx context.Context) (UserList, error) {
	return lookUp(ctx, d.cache, "apiusers", lifetimes{lookupTimeout, errorTTL}, d.ReadUsers)
}

// ReadUsers reads the API users of the workspace.
func (d *Directory) ReadUsers(ctx context.Context) (UserList, error) {
	all, total, err := d.client.ListAPIUsers(ctx)
	if err != nil {
		return UserList{}, err
	}
	return UserList{All: all, ByID: ByID(all), Total: total}, nil
}

// Complete reports whether it is known that there are no other API users.
func (l UserList) Complete() bool { return l.ByID != nil && l.Total <= len(l.All) }

// Known returns all API users, or nil where there may be others.
func (l UserList) Known() []awork.APIUser {
	if !l.Complete() {
		return nil
	}
	return l.All
}

// Warnings says that there are API users which awork did not send, and what that
// means for a result.
func (l UserList) Warnings(meaning string) []string {
	if l.ByID == nil || l.Complete() {
		return nil
	}
	return []string{fmt.Sprintf("awork says that there are %d API users but sent %d: %s.", l.Total, len(l.All), meaning)}
}

// ByID returns API users by their ids.
func ByID(users []awork.APIUser) map[uuid.UUID]awork.APIUser {
	m := make(map[uuid.UUID]awork.APIUser, len(users))
	for _, u := range users {
		m[u.ID] = u
	}
	return m
}
