package awork

import (
	"context"
	"net/url"
	"strconv"

	"github.com/google/uuid"
)

const usersPath = "/users"

// FirstUsers returns the users of the workspace on the first and largest page, and
// how many there are: in a large workspace, it is one request where all would be
// many. Archived ones are included, and API users, which awork counts among them. A
// token without user-master-data permission gets its own user only.
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
