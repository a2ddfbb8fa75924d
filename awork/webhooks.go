package awork

import (
	"context"

	"github.com/google/uuid"
)

// Webhook is a webhook of the workspace, without its authentication value, which
// is a secret and is never decoded. Its address may hold a secret too.
type Webhook struct {
	ID        uuid.UUID `json:"id"`
	Name      string    `json:"name"`
	URI       string    `json:"uri"`
	Events    string    `json:"events"`
	IsActive  bool      `json:"isActive"`
	CreatedOn Timestamp `json:"createdOn,omitempty"`
	CreatedBy uuid.UUID `json:"createdBy,omitzero"`
}

// ListWebhooks reads the webhooks of the workspace.
func (c *Client) ListWebhooks(ctx context.Context) ([]Webhook, error) {
	return readPages[Webhook](ctx, c, "/webhooks", nil)
}
