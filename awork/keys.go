package awork

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"
)

const clientApplicationsPath = "/clientapplications"

// NewClientApplication is what a client application is made of.
type NewClientApplication struct {
	ClientID       string   `json:"clientId"`
	DisplayName    string   `json:"displayName,omitempty"`
	RedirectURIs   []string `json:"redirectUris,omitempty"`
	IsConfidential bool     `json:"isConfidential"`
}

// CreateClientApplication makes a client application. The secret is that of a
// confidential one; awork shows it this once. It is sent again only where awork
// surely refused it; where the answer never came, but exactly one application
// that was not among before has this id now, it is made and its secret lost.
func (c *Client) CreateClientApplication(ctx context.Context, form NewClientApplication, before []ClientApplication) (*ClientApplication, Secret, error) {
	req := request{method: http.MethodPost, path: clientApplicationsPath, body: form}
	var made struct {
		ClientApplication
		ClientSecret *string `json:"clientSecret"`
	}
	isIt := func(a ClientApplication) bool { return a.ClientID == form.ClientID }
	err := c.settle(ctx, writeOp{
		request: req,
		accept: func(ans *answer) *Error {
			return acceptRecord(req, ans, &made, func() bool { return isIt(made.ClientApplication) })
		},
		happened: func(ctx context.Context) (bool, error) {
			all, err := c.ListClientApplications(ctx)
			if err != nil {
				return false, err
			}
			i := slices.IndexFunc(all, isIt)
			if i < 0 || slices.ContainsFunc(before, isIt) {
				return false, errNotOne
			}
			made.ClientApplication = all[i]
			return true, nil
		},
	})
	if err != nil {
		return nil, Secret{}, err
	}
	return &made.ClientApplication, Secret{made.ClientSecret}, nil
}

// UpdateClientApplication replaces the display name and redirect URIs of a client
// application; awork replaces both, so both are sent.
func (c *Client) UpdateClientApplication(ctx context.Context, clientID, displayName string, redirectURIs []string) (*ClientApplication, error) {
	req := request{method: http.MethodPut, path: clientApplicationPath(clientID), body: struct {
		DisplayName  string   `json:"displayName"`
		RedirectURIs []string `json:"redirectUris"`
	}{displayName, redirectURIs}}
	var updated ClientApplication
	asSent := func(a ClientApplication) bool {
		return a.ClientID == clientID && a.DisplayName == displayName && slices.Equal(a.RedirectURIs, redirectURIs)
	}
	err := c.settle(ctx, writeOp{
		request:    req,
		repeatable: true,
		accept: func(ans *answer) *Error {
			return acceptRecord(req, ans, &updated, func() bool { return asSent(updated) })
		},
		happened: func(ctx context.Context) (bool, error) {
			_, err := c.read(ctx, clientApplicationPath(clientID), nil, &updated)
			return err == nil && asSent(updated), err
		},
	})
	if err != nil {
		return nil, err
	}
	return &updated, nil
}

// DeleteClientApplication deletes a client application, with the same truth as
// [Client.DeleteAPIUser]. awork does not document what becomes of the API users
// that belong to it.
func (c *Client) DeleteClientApplication(ctx context.Context, clientID string) error {
	req := request{method: http.MethodDelete, path: clientApplicationPath(clientID)}
	return c.settle(ctx, writeOp{
		request:    req,
		repeatable: true,
		accept:     func(ans *answer) *Error { return acceptNothing(req, ans) },
		happened: func(ctx context.Context) (bool, error) {
			var app ClientApplication
			_, err := c.read(ctx, clientApplicationPath(clientID), nil, &app)
			if Is(err, KindNotFound) {
				return true, nil
			}
			return false, err
		},
	})
}

// errNoLook: awork shows nowhere whether a secret was made.
var errNoLook = errors.New("awork: no answer of awork's tells whether a secret was made")

// GenerateClientSecret makes a new secret for a confidential client application;
// the one before is good no more. An answer that never came leaves it unknown.
func (c *Client) GenerateClientSecret(ctx context.Context, clientID string) (Secret, error) {
	var made struct {
		ClientSecret *string `json:"clientSecret"`
	}
	err := c.generate(ctx, request{method: http.MethodPost, path: clientApplicationPath(clientID) + "/generatesecret"}, &made, func() bool {
		return !Secret{made.ClientSecret}.IsZero()
	})
	return Secret{made.ClientSecret}, err
}

// GenerateAPIKey makes an API key: a token of an API user, for the client
// application that it belongs to. See https://developers.awork.com/authentication.
// An answer that never came leaves it unknown whether a key was made.
func (c *Client) GenerateAPIKey(ctx context.Context, clientID string, apiUserID uuid.UUID) (Secret, error) {
	var made struct {
		AccessToken *string `json:"access_token"`
	}
	req := request{method: http.MethodPost, path: clientApplicationPath(clientID) + "/generateapikey", body: struct {
		APIUserID uuid.UUID `json:"apiUserId"`
	}{apiUserID}}
	err := c.generate(ctx, req, &made, func() bool { return !Secret{made.AccessToken}.IsZero() })
	return Secret{made.AccessToken}, err
}

// generate sends a request whose answer is a secret.
func (c *Client) generate(ctx context.Context, req request, into any, whole func() bool) error {
	return c.settle(ctx, writeOp{
		request:  req,
		accept:   func(ans *answer) *Error { return acceptRecord(req, ans, into, whole) },
		happened: func(context.Context) (bool, error) { return false, errNoLook },
	})
}

// WithToken is a client of the same API, within the same limits, with another
// token, for proving that a new key is what it should be.
func (c *Client) WithToken(t Token) *Client {
	return &Client{base: c.base, tokens: StaticToken(t), userAgent: c.userAgent, transport: c.transport, limiter: c.limiter, observe: c.observe}
}

func clientApplicationPath(clientID string) string {
	return clientApplicationsPath + "/" + url.PathEscape(clientID)
}
