package awork

import (
	"context"
	"net/url"
	"strconv"

	"github.com/google/uuid"
)

const usersPath = "/users"

// ListUsers returns the users of the workspace, archived ones included, among
// which awork counts API users. A token without user-master-data permission gets
// its own user only.
func (c *Client) ListUsers(ctx context.Context) ([]User, error) {
	return readPages[User](ctx, c, usersPath, url.Values{"showArchived": {"true"}})
}

// FirstUsers returns the users on the first and largest page, as [Client.ListUsers]
// does, and how many there are: in a large workspace, it is one request where all
// would be many.
func (c *Client) FirstUsers(ctx context.Context) (users []User, total int, err error) {
	q := url.Values{"showArchived": {"true"}, "page": {"1"}, "pageSize": {strconv.Itoa(largestPage)}}
	return readList[User](ctx, c, usersPath, q)
}

// GetUser returns one user.
func (c *Client) GetUser(ctx context.Context, id uuid.UUID) (*User, error) {
	path := usersPath + "/" + id.String()
	var u User
	if _, err := c.read(ctx, path, nil, &u); err != nil {
		return nil, err
	}
	if u.ID != id {
		return nil, unexpected(path, "the answer is another user")
	}
	return &u, nil
}
