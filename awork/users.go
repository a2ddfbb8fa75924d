package awork

import (
	"context"
	"net/url"

	"github.com/google/uuid"
)

// ListUsers returns the users of the workspace, archived ones included, among
// which awork counts API users. A token without user-master-data permission gets
// its own user only.
func (c *Client) ListUsers(ctx context.Context) ([]User, error) {
	return readPages[User](ctx, c, "/users", url.Values{"showArchived": {"true"}})
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
