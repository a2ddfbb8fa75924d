package awork

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/uuid"
)

const (
	maxTries = 3
	// maxWait bounds what one operation waits in all because awork asked it to.
	maxWait = 10 * time.Second
)

// retry counts the attempts of one operation and holds the one rule on which of
// them are sent again.
type retry struct {
	tries  int
	waited time.Duration
	pause  backoff.BackOff
}

func newRetry() *retry {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.Multiplier, b.MaxInterval = 100*time.Millisecond, 3, time.Second
	return &retry{pause: b}
}

// next decides whether an attempt that failed with err is sent again, and after
// which wait. noEffect says that the attempt was a write whose effect was looked
// for and not found.
func (r *retry) next(err *Error, noEffect bool) (wait time.Duration, again bool) {
	r.tries++
	switch {
	case r.tries == maxTries:
		return 0, false
	case err.Kind == KindRateLimited: // surely refused
	case err.connectionLost && !err.ambiguous: // no connection ever carried it
	case err.Method == http.MethodGet && err.Kind == KindUnavailable:
	case noEffect:
	default:
		return 0, false
	}
	wait = r.pause.NextBackOff() + err.RetryAfter
	r.waited += err.RetryAfter
	return wait, r.waited <= maxWait
}

// attempt sends req one time and finds out what its answer means: a 401 and a 404
// are only clear when GET /me has been asked. It waits for the limiter under ctx
// and sends under sending, which for a write outlives ctx. A request of a client
// that is not pinned and is answered with a 401 is sent again with a newer token
// where there is one.
func (c *Client) attempt(ctx, sending context.Context, req request, r *retry) (*answer, *Error) {
	if failure := c.waitTurn(ctx, req, r); failure != nil {
		return nil, failure
	}
	token, failure := c.currentToken(ctx, req)
	if failure != nil {
		return nil, failure
	}
	ans, token, newer, failure := c.sendAs(ctx, sending, req, token)
	switch {
	case failure == nil:
		return ans, nil
	case failure.Status == http.StatusUnauthorized:
		c.resolveUnauthorized(sending, failure, token, r)
		if newer && failure.Kind == KindUnauthenticated {
			failure.NewerToken = true
			failure.Reason = "the token was replaced meanwhile; calling again uses the new one"
		}
	case failure.Status == http.StatusNotFound:
		c.resolveNotFound(sending, failure, token, r)
	}
	return nil, failure
}

// waitTurn waits until the limiter lets req through, within what is left of the
// time that the operation may wait.
func (c *Client) waitTurn(ctx context.Context, req request, r *retry) *Error {
	waited, tooLong, err := c.limiter.wait(ctx, maxWait-r.waited, c.first)
	r.waited += waited
	switch {
	case err != nil:
		return c.failed(ctx, req, Token{}, err, false)
	case tooLong > 0:
		return &Error{Kind: KindRateLimited, Method: req.method, Path: req.path, RetryAfter: tooLong,
			Reason: "awork's rate limit leaves no request free now"}
	}
	return nil
}

// currentToken returns the token that a request is sent with now.
func (c *Client) currentToken(ctx context.Context, req request) (Token, *Error) {
	t, err := c.tokens.Token(ctx)
	switch {
	case ctx.Err() != nil:
		return Token{}, c.failed(ctx, req, Token{}, ctx.Err(), false)
	case err != nil, t.IsZero():
		return Token{}, noToken(req, err)
	}
	return t, nil
}

// noToken describes a request for which there is no token. A source that asked
// awork passes on why that failed.
func noToken(req request, err error) *Error {
	var upstream *Error
	if errors.As(err, &upstream) {
		failure := *upstream
		return &failure
	}
	return &Error{Kind: KindUnauthenticated, Method: req.method, Path: req.path, Err: err,
		Reason: "there is no token to send"}
}

// sendAs sends a request with token. One that is refused is sent again with a
// newer token where there is one and the client is not pinned; newer reports that
// there is one and it was not used.
func (c *Client) sendAs(ctx, sending context.Context, req request, token Token) (
	ans *answer, with Token, newer bool, failure *Error) {
	ans, failure = c.send(sending, req, token)
	if failure == nil || failure.Status != http.StatusUnauthorized {
		return ans, token, false, failure
	}
	renewed, err := c.tokens.Renew(ctx, token)
	newer = err == nil && !renewed.IsZero() && !renewed.Equal(token)
	if !newer || c.pinned || ctx.Err() != nil {
		return nil, token, newer, failure
	}
	ans, failure = c.send(sending, req, renewed)
	return ans, renewed, false, failure
}

// resolveUnauthorized tells a missing permission from a bad token, which awork
// answers with the same status: where GET /me is 401 too, the token is bad.
func (c *Client) resolveUnauthorized(ctx context.Context, failure *Error, token Token, r *retry) {
	if failure.Path == mePath {
		failure.Kind = KindUnauthenticated
	}
	if failure.Kind == KindUnauthenticated {
		return
	}
	me, err := c.meAs(ctx, token, r)
	switch {
	case err == nil:
		failure.Identity = me
	case err.Status == http.StatusUnauthorized:
		failure.Kind = KindUnauthenticated
	}
}

// resolveNotFound believes a 404 only under an address where GET /me has answered
// as awork does: a wrong address answers 404 to everything.
func (c *Client) resolveNotFound(ctx context.Context, failure *Error, token Token, r *retry) {
	if failure.Kind != KindNotFound {
		failure.Reason += " under " + c.BaseURL() + "; check the API address"
		return
	}
	if !c.answersAsAwork.Load() && failure.Path != mePath {
		c.pendingMe.wait(ctx)
	}
	if c.answersAsAwork.Load() {
		return
	}
	_, err := c.meAs(ctx, token, r)
	switch {
	case err == nil:
	case err.Kind == KindUpstream, err.Kind == KindNotFound:
		failure.Kind = KindUpstream
		failure.Reason = "GET /me does not answer as awork does under " + c.BaseURL() + "; check the API address"
	default:
		// The request itself was answered, so nothing about it is ambiguous.
		failure.Kind, failure.RetryAfter, failure.Err = err.Kind, err.RetryAfter, err.Err
		failure.Reason = "GET /me failed, which must confirm a 404 under " + c.BaseURL()
		if err.Reason != "" {
			failure.Reason += ": " + err.Reason
		}
	}
}

const mePath = "/me"

// meAs asks GET /me once with the very token whose refusal is in question.
func (c *Client) meAs(ctx context.Context, token Token, r *retry) (*Identity, *Error) {
	req := request{method: http.MethodGet, path: mePath}
	if failure := c.waitTurn(ctx, req, r); failure != nil {
		return nil, failure
	}
	ans, failure := c.send(ctx, req, token)
	if failure != nil {
		if failure.Status == http.StatusUnauthorized {
			failure.Kind = KindUnauthenticated
		}
		return nil, failure
	}
	var i Identity
	if failure := ans.decode(&i); failure != nil {
		return nil, failure
	}
	if failure := c.checkMe(&i); failure != nil {
		return nil, failure
	}
	return &i, nil
}

// checkMe takes note that the address answers as awork does, where it does.
func (c *Client) checkMe(i *Identity) *Error {
	if i.ID == uuid.Nil {
		return unexpected(mePath, "the answer has no id; check the API address")
	}
	c.answersAsAwork.Store(true)
	return nil
}
