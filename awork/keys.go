package awork

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
)

// errNoLook: awork shows nowhere whether a secret was made.
var errNoLook = errors.New("awork: no answer of awork's tells whether a secret was made")

// GenerateClientSecret makes a new secret for a confidential client application;
// the one before is good no more. An answer that never came leaves it unknown.
func (c *Client) GenerateClientSecret(ctx context.Context, clientID string) (Secret, error) {
	type answered struct {
		ClientSecret *string `json:"clientSecret"`
	}
	path, err := clientApplicationPath(clientID, "/generatesecret")
	if err != nil {
		return Secret{}, err
	}
	return generate(ctx, c, request{method: http.MethodPost, path: path}, func(a answered) Secret { return Secret{a.ClientSecret} })
}

// GenerateAPIKey makes an API key: a token of an API user, for the client
// application that it belongs to. See https://developers.awork.com/authentication.
// An answer that never came leaves it unknown whether a key was made. A client
// application that awork does not know is KindInvalid.
func (c *Client) GenerateAPIKey(ctx context.Context, clientID string, apiUserID uuid.UUID) (Secret, error) {
	type answered struct {
		AccessToken *string `json:"access_token"`
	}
	path, err := clientApplicationPath(clientID, "/generateapikey")
	if err != nil {
		return Secret{}, err
	}
	req := request{method: http.MethodPost, path: path, body: struct {
		APIUserID uuid.UUID `json:"apiUserId"`
	}{apiUserID}}
	c, err = c.pinForWrite(ctx, req)
	if err != nil {
		return Secret{}, err
	}
	key, err := generate(ctx, c, req, func(a answered) Secret { return Secret{a.AccessToken} })
	if refused, ok := refusedAsNotFound(err); ok {
		c.settleWhatIsUnknown(ctx, refused, apiUserID, "the client application")
	}
	return key, err
}

// generate sends a request whose answer, a T, holds a secret.
func generate[T any](ctx context.Context, c *Client, req request, secret func(T) Secret) (Secret, error) {
	var made T
	err := c.settle(ctx, writeOp{
		request: req,
		accept: func(ans *answer) *Error {
			return acceptRecord(req, ans, &made, func(a T) bool { return !secret(a).IsZero() })
		},
		happened: func(context.Context) (bool, error) { return false, errNoLook },
	})
	if err != nil {
		return Secret{}, err
	}
	return secret(made), nil
}

// WithToken is a client of the same API, within the same limits, with another
// token, for proving that a new key is what it should be.
func (c *Client) WithToken(t Token) *Client {
	other := *c
	other.tokens, other.pinned = StaticToken(t), false
	return &other
}
