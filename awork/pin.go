package awork

import (
	"context"
	"net/http"
)

// Pin returns a client for one call: it has the base URL, the limiter and the
// transport of c, and each of its requests carries t, though the token source
// may change meanwhile. A caller that checked by whose token t is that a write is
// allowed can be sure that no other token carries the write or its read-back.
// Where awork no longer accepts t, a request fails with an [*Error] whose
// NewerToken reports whether the source has another.
//
// Each single write is pinned to the token that it starts with in any case.
func (c *Client) Pin(t Token) *Client {
	pinned := *c
	pinned.tokens, pinned.pinned = pinnedToken{t, c.tokens}, true
	return &pinned
}

// pinnedToken gives one token; only renewals come from the source.
type pinnedToken struct {
	token Token
	TokenSource
}

func (p pinnedToken) Token(context.Context) (Token, error) { return p.token, nil }

// pinForWrite pins the requests of one write to the current token, unless c is
// pinned already.
func (c *Client) pinForWrite(ctx context.Context, req request) (*Client, error) {
	if c.pinned {
		return c, nil
	}
	t, err := c.tokens.Token(ctx)
	if err != nil || t.IsZero() {
		return nil, noToken(req, err)
	}
	return c.Pin(t), nil
}

// currentToken returns the token that a request is sent with now.
func (c *Client) currentToken(ctx context.Context, req request) (Token, *Error) {
	t, err := c.tokens.Token(ctx)
	switch {
	case ctx.Err() != nil:
		return t, c.failed(ctx, req, Token{}, ctx.Err(), false)
	case err != nil, t.IsZero():
		return t, noToken(req, err)
	}
	return t, nil
}

func noToken(req request, err error) *Error {
	return &Error{Kind: KindUnauthenticated, Method: req.method, Path: req.path, Err: err, Reason: "there is no token to send"}
}

// sendAs sends a request with token. One that is refused is sent again with a
// newer token where there is one and the client is not pinned; newer reports that
// there is one and it was not used.
func (c *Client) sendAs(ctx, sending context.Context, req request, token Token) (ans *answer, with Token, newer bool, failure *Error) {
	ans, failure = c.send(sending, req, token)
	if failure == nil || failure.Status != http.StatusUnauthorized {
		return ans, token, false, failure
	}
	renewed, err := c.tokens.Renew(ctx, token)
	newer = err == nil && !renewed.IsZero() && !renewed.Equal(token)
	if !newer || c.pinned || ctx.Err() != nil {
		return ans, token, newer, failure
	}
	ans, failure = c.send(sending, req, renewed)
	return ans, renewed, false, failure
}
