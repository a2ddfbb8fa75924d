package awork

import (
	"context"
	"net/url"
	"strconv"

	"github.com/google/uuid"
)

// ListUsers returns the users of the workspace, archived ones included, among
// which awork counts API users. A token without user-master-data permission gets
// its own user only.
func (c *Client) ListUsers(ctx context.Context) ([]User, error) {
	return readPages[User](ctx, c, "/users", url.Values{"showArchived": {"true"}})
}

// ListUsersPage reads the first page of what [Client.ListUsers] reads: up to a
// thousand users. more is whether there may be others.
func (c *Client) ListUsersPage(ctx context.Context) (users []User, more bool, err error) {
	users, total, err := readList[User](ctx, c, "/users",
		url.Values{"showArchived": {"true"}, "page": {"1"}, "pageSize": {strconv.Itoa(largestPage)}})
	return users, total > len(users) || len(users) >= largestPage, err
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

// Webhook is a webhook of the workspace, without its authentication value, which
// is a secret and is never decoded. Its address may hold a secret too. See
// https://developers.awork.com/webhooks.
type Webhook struct {
	ID        uuid.UUID `json:"id"`
	Name      string    `json:"name"`
	URI       string    `json:"uri"`
	Events    string    `json:"events"`
	IsActive  bool      `json:"isActive"`
	CreatedOn Timestamp `json:"createdOn,omitempty"`
	CreatedBy uuid.UUID `json:"createdBy,omitzero"`
}

// ListWebhooks returns the webhooks of the workspace.
func (c *Client) ListWebhooks(ctx context.Context) ([]Webhook, error) {
	return readPages[Webhook](ctx, c, "/webhooks", nil)
}
