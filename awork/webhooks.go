package awork

import (
	"context"
	"net/url"

	"github.com/google/uuid"
)

const webhooksPath = "/webhooks"

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
	UpdatedOn Timestamp `json:"updatedOn,omitempty"`
	UpdatedBy uuid.UUID `json:"updatedBy,omitzero"`
}

// ListWebhooks returns the webhooks of the workspace.
func (c *Client) ListWebhooks(ctx context.Context) ([]Webhook, error) {
	return readPages[Webhook](ctx, c, webhooksPath, nil)
}

// Delivery is an attempt of awork's to call a webhook's receiver, without the
// message, which is never decoded: it holds the workspace's content. A delivery
// shows that the receiver lives, not that a key was used.
type Delivery struct {
	CreatedOn    Timestamp `json:"createdOn,omitempty"`
	IsSuccessful bool      `json:"isSuccessful"`
	ResponseCode int       `json:"responseCode,omitempty"`
}

// LastDelivery returns the newest delivery of a webhook; nil where awork has none in
// its log.
func (c *Client) LastDelivery(ctx context.Context, webhook uuid.UUID) (*Delivery, error) {
	q := url.Values{"orderby": {"createdOn desc"}, "page": {"1"}, "pageSize": {"1"}}
	log, _, err := readList[Delivery](ctx, c, webhooksPath+"/"+webhook.String()+"/logs", q)
	if err != nil || len(log) == 0 {
		return nil, err
	}
	last := &log[0]
	for i := range log {
		if later(log[i].CreatedOn, last.CreatedOn) {
			last = &log[i]
		}
	}
	return last, nil
}
