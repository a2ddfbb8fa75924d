package awork

import (
	"context"
	"net/url"
	"strconv"
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

// ListUsersPage reads the first page of what [Client.ListUsers] reads: up to a
// thousand users. more is whether there may be others.
func (c *Client) ListUsersPage(ctx context.Context) (users []User, more bool, err error) {
	users, total, err := readList[User](ctx, c, "/users",
		url.Values{"showArchived": {"true"}, "page": {"1"}, "pageSize": {strconv.Itoa(pageSize)}})
	return users, total > len(users) || len(users) >= pageSize, err
}

// GetUser reads one user by id. A token without user-master-data permission sees
// its own user only, and awork answers for others as if there were none.
func (c *Client) GetUser(ctx context.Context, id uuid.UUID) (*User, error) {
	u := new(User)
	if _, err := c.read(ctx, "/users/"+id.String(), nil, u); err != nil {
		return nil, err
	}
	return u, nil
}
