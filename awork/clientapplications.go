package awork

import "context"

// ClientApplication is an application that API users belong to. See
// https://developers.awork.com/authentication.
type ClientApplication struct {
	ClientID       string    `json:"clientId"`
	DisplayName    string    `json:"displayName,omitempty"`
	RedirectURIs   []string  `json:"redirectUris,omitempty"`
	IsConfidential bool      `json:"isConfidential,omitempty"`
	CreatedOn      Timestamp `json:"createdOn,omitempty"`
	UpdatedOn      Timestamp `json:"updatedOn,omitempty"`
}

// ListClientApplications reads the client applications of the workspace.
func (c *Client) ListClientApplications(ctx context.Context) ([]ClientApplication, error) {
	var apps []ClientApplication
	_, err := c.read(ctx, "/clientapplications", nil, &apps)
	return apps, err
}
