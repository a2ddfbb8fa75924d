package awork

import (
	"context"
	"net/http"
)

// heldKey finds the token that a client's requests are held to.
type heldKey struct{ client *Client }

// HoldToken has every request of c under the returned context go out with t,
// though the token source may change meanwhile: whoever judged a write by whose
// token t is can be sure that no other's carries it, and none tells what became
// of it. Where awork no longer takes t, a request fails with an [*Error] whose
// NewerToken says whether there is another.
//
// One write is held to the token it begins with anyhow, its read-back included.
func (c *Client) HoldToken(ctx context.Context, t Token) context.Context {
	return context.WithValue(ctx, heldKey{c}, t)
}

// hold holds the requests of one write to the token of now, unless something
// holds them already.
func (c *Client) hold(ctx context.Context, req request) (context.Context, error) {
	if _, held := ctx.Value(heldKey{c}).(Token); held {
		return ctx, nil
	}
	t, err := c.tokens.Token(ctx)
	if err != nil || t.IsZero() {
		return ctx, noToken(req, err)
	}
	return c.HoldToken(ctx, t), nil
}

// tokenFor is the token that a request goes out with; held is that it is that or
// none.
func (c *Client) tokenFor(ctx context.Context, req request) (t Token, held bool, failure *Error) {
	if t, held = ctx.Value(heldKey{c}).(Token); held {
		return t, true, nil
	}
	t, err := c.tokens.Token(ctx)
	switch {
	case ctx.Err() != nil:
		return t, false, c.failed(ctx, req, Token{}, ctx.Err(), false)
	case err != nil, t.IsZero():
		return t, false, noToken(req, err)
	}
	return t, false, nil
}

func noToken(req request, err error) *Error {
	return &Error{Kind: KindUnauthenticated, Method: req.method, Path: req.path, Err: err, Reason: "there is no token to send"}
}

// sendAs sends a request with the token that tokenFor gave. One that is not held
// and is refused is sent again with a newer token where there is one.
func (c *Client) sendAs(ctx, sending context.Context, req request, token Token, held bool) (ans *answer, with Token, newer bool, failure *Error) {
	ans, failure = c.send(sending, req, token)
	if failure == nil || failure.Status != http.StatusUnauthorized {
		return ans, token, false, failure
	}
	renewed, err := c.tokens.Renew(ctx, token)
	newer = err == nil && !renewed.IsZero() && !renewed.Equal(token)
	if !newer || held || ctx.Err() != nil {
		return ans, token, newer, failure
	}
	ans, failure = c.send(sending, req, renewed)
	return ans, renewed, false, failure
}
