package awork

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

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
// surely refused it; where the answer never came, but an application that was
// not among before has this id now, it is made and its secret lost.
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
			made.ClientApplication, made.ClientSecret = all[i], nil
			return true, nil
		},
	})
	if refused, ok := refusedWith(err, KindNotFound); ok {
		refused.Kind, refused.Reason = KindUpstream, "a 404 where no record was asked for"
	}
	if err != nil {
		return nil, Secret{}, err
	}
	return &made.ClientApplication, Secret{made.ClientSecret}, nil
}

// UpdateClientApplication replaces the display name and redirect URIs of a client
// application; awork replaces both, so both are sent.
func (c *Client) UpdateClientApplication(ctx context.Context, clientID, displayName string, redirectURIs []string) (*ClientApplication, error) {
	path, err := clientApplicationPath(clientID, "")
	if err != nil {
		return nil, err
	}
	req := request{method: http.MethodPut, path: path, body: struct {
		DisplayName  string   `json:"displayName"`
		RedirectURIs []string `json:"redirectUris"`
	}{displayName, redirectURIs}}
	var updated ClientApplication
	asSent := func(a ClientApplication) bool {
		return a.ClientID == clientID && a.DisplayName == displayName && slices.Equal(a.RedirectURIs, redirectURIs)
	}
	err = c.settle(ctx, writeOp{
		request:    req,
		repeatable: true,
		accept: func(ans *answer) *Error {
			return acceptRecord(req, ans, &updated, func() bool { return asSent(updated) })
		},
		happened: func(ctx context.Context) (bool, error) {
			updated = ClientApplication{}
			_, err := c.read(ctx, path, nil, &updated)
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
	path, err := clientApplicationPath(clientID, "")
	if err != nil {
		return err
	}
	req := request{method: http.MethodDelete, path: path}
	return c.settle(ctx, writeOp{
		request:    req,
		repeatable: true,
		accept:     func(ans *answer) *Error { return acceptNothing(req, ans) },
		happened: func(ctx context.Context) (bool, error) {
			var app ClientApplication
			_, err := c.read(ctx, path, nil, &app)
			return c.gone(ctx, err, func() (bool, error) {
				all, err := c.ListClientApplications(ctx)
				return slices.ContainsFunc(all, func(a ClientApplication) bool { return a.ClientID == clientID }), err
			})
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
	path, err := clientApplicationPath(clientID, "/generatesecret")
	if err != nil {
		return Secret{}, err
	}
	err = c.generate(ctx, request{method: http.MethodPost, path: path}, &made, func() bool {
		return !Secret{made.ClientSecret}.IsZero()
	})
	return Secret{made.ClientSecret}, err
}

// GenerateAPIKey makes an API key: a token of an API user, for the client
// application that it belongs to. See https://developers.awork.com/authentication.
// An answer that never came leaves it unknown whether a key was made. A client
// application that awork does not know is KindInvalid.
func (c *Client) GenerateAPIKey(ctx context.Context, clientID string, apiUserID uuid.UUID) (Secret, error) {
	var made struct {
		AccessToken *string `json:"access_token"`
	}
	path, err := clientApplicationPath(clientID, "/generateapikey")
	if err != nil {
		return Secret{}, err
	}
	req := request{method: http.MethodPost, path: path, body: struct {
		APIUserID uuid.UUID `json:"apiUserId"`
	}{apiUserID}}
	err = c.generate(ctx, req, &made, func() bool { return !Secret{made.AccessToken}.IsZero() })
	if refused, ok := refusedWith(err, KindNotFound); ok {
		// awork answers the same for an unknown API user.
		if _, gone := c.GetAPIUser(ctx, apiUserID); gone == nil {
			refused.Kind, refused.Reason = KindInvalid, "awork does not know the client application"
		}
	}
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
	return &Client{base: c.base, tokens: StaticToken(t), userAgent: c.userAgent, transport: c.transport, fresh: c.fresh, limiter: c.limiter, observe: c.observe}
}

// clientApplicationPath is the path of a client application, and what is below
// it. It refuses ids that would lead elsewhere.
func clientApplicationPath(clientID, below string) (string, error) {
	if clientID == "" || clientID == "." || clientID == ".." {
		return "", &Error{Kind: KindInvalid, Path: clientApplicationsPath, Reason: "no client application can be asked for by the id " + strconv.Quote(clientID)}
	}
	return clientApplicationsPath + "/" + url.PathEscape(clientID) + below, nil
}

// refusedWith reports whether err is a refusal of kind k that left nothing open,
// and gives it.
func refusedWith(err error, k Kind) (*Error, bool) {
	var effect *EffectError
	var refused *Error
	if errors.As(err, &effect) || !errors.As(err, &refused) || refused.Kind != k {
		return nil, false
	}
	return refused, true
}
