package awork

import "context"

// heldKey finds the token that a client's writes are held to.
type heldKey struct{ client *Client }

// HoldToken has every write of c under the returned context go out with t or
// not at all: whoever judged a write by whose token t is can be sure that no
// other's carries it, though the token source may change meanwhile. A write
// that finds another token is not sent, and fails with an [*Error] whose
// NewerToken is set. A zero t holds nothing.
//
// One write is held to the token it begins with anyhow.
func (c *Client) HoldToken(ctx context.Context, t Token) context.Context {
	if t.IsZero() {
		return ctx
	}
	return context.WithValue(ctx, heldKey{c}, t)
}

// holdTokenNow holds the writes under ctx to the token of now, where nothing
// holds them yet.
func (c *Client) holdTokenNow(ctx context.Context) context.Context {
	if ctx.Value(heldKey{c}) != nil {
		return ctx
	}
	t, err := c.tokens.Token(ctx)
	if err != nil {
		return ctx
	}
	return c.HoldToken(ctx, t)
}

// held reports whether a write under ctx may go out with t.
func (c *Client) held(ctx context.Context, t Token) bool {
	held, ok := ctx.Value(heldKey{c}).(Token)
	return !ok || held.Equal(t)
}

// replaced marks the failure of a write whose token is no longer the newest.
func (e *Error) replaced() {
	e.NewerToken, e.Reason = true, "the token was replaced meanwhile; calling again uses the new one"
}
