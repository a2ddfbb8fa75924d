package awork

import (
	"context"
	"net/url"
	"strings"

	"github.com/google/uuid"
)

// User is a person, or the person-like record that awork keeps of an API user:
// the part of awork's User that tells who made something.
type User struct {
	ID            uuid.UUID `json:"id"`
	FirstName     string    `json:"firstName"`
	LastName      string    `json:"lastName"`
	IsArchived    bool      `json:"isArchived"`
	IsDeactivated bool      `json:"isDeactivated"`
	DeletedOn     Timestamp `json:"deletedOn"`
	Status        struct {
		IsDeactivated bool `json:"isDeactivated"`
	} `json:"status"`
}

// Name is the first and last name as far as there are any.
func (u User) Name() string { return strings.TrimSpace(u.FirstName + " " + u.LastName) }

// ListUsers reads the users of the workspace, archived ones included, among
// which awork counts API users. A token without user-master-data permission
// gets its own user only.
func (c *Client) ListUsers(ctx context.Context) ([]User, error) {
	return readPages[User](ctx, c, "/users", url.Values{"showArchived": {"true"}})
}
