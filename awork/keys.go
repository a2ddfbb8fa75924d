package awork

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
)

// GenerateClientSecret makes a new secret for a confidential client application;
// the one before is good no more. An ambiguous attempt leaves it unknown.
func (c *Client) GenerateClientSecret(ctx context.Context, clientID string) (Secret, error) {
	path, err := clientApplicationPath(clientID, "/generatesecret")
	if err != nil {
		return Secret{}, err
	}
	if c, err = c.pinForWrite(ctx, http.MethodPost, path); err != nil {
		return Secret{}, err
	}
	w := &generation{path: path, secret: generated.clientSecret}
	err = c.sendAndVerify(ctx, w)
	return w.made, err
}

// GenerateAPIKey makes an API key: a token of an API user, for the client
// application that it belongs to. See https://developers.awork.com/authentication.
// An ambiguous attempt leaves it unknown whether a key was made. A client
// application that awork does not know is KindInvalid.
func (c *Client) GenerateAPIKey(ctx context.Context, clientID string, apiUserID uuid.UUID) (Secret, error) {
	path, err := clientApplicationPath(clientID, "/generateapikey")
	if err != nil {
		return Secret{}, err
	}
	if c, err = c.pinForWrite(ctx, http.MethodPost, path); err != nil {
		return Secret{}, err
	}
	w := &generation{path: path, secret: generated.accessToken, form: apiKeyForm{apiUserID}}
	err = c.sendAndVerify(ctx, w)
	if refused, ok := asNotFound(err); ok {
		c.resolveUnknown(ctx, refused, apiUserID, "the client application")
	}
	return w.made, err
}

type apiKeyForm struct {
	APIUserID uuid.UUID `json:"apiUserId"`
}

// generation is a request whose answer holds a new secret.
type generation struct {
	path   string
	form   any
	secret func(generated) *string
	made   Secret
}

// generated is the answer to one, of which each call fills one field.
type generated struct {
	ClientSecret *string `json:"clientSecret"`
	AccessToken  *string `json:"access_token"`
}

func (g generated) clientSecret() *string { return g.ClientSecret }
func (g generated) accessToken() *string  { return g.AccessToken }

func (w *generation) request() request {
	return request{method: http.MethodPost, path: w.path, body: w.form}
}

func (w *generation) accept(ans *answer) *Error {
	var got generated
	failure := acceptRecord(ans, &got, func(g generated) bool { return !Secret{hidden{w.secret(g)}}.IsZero() })
	if failure == nil {
		w.made = Secret{hidden{w.secret(got)}}
	}
	return failure
}

// errNoTrace: awork shows nowhere whether a secret was made.
var errNoTrace = errors.New("awork: no answer of awork's shows whether a secret was made")

func (w *generation) tookEffect(context.Context, *Error) (bool, error) { return false, errNoTrace }
