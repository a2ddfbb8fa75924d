package awork

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	maxAnswer = 4 << 20
	// defaultDeadline bounds an operation whose caller set no deadline.
	defaultDeadline = 30 * time.Second
)

// request is one request to awork, as often as it may be sent.
type request struct {
	method string
	path   string // below the base URL, escaped
	query  url.Values
	body   any // marshalled as JSON where not nil
}

// answer is an answer of awork, complete, with the token redacted.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	traceID string
}

// read sends a GET until it is answered, the retry rule ends it, or ctx does.
func (c *Client) read(ctx context.Context, path string, query url.Values, into any) (http.Header, error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultDeadline)
		defer cancel()
	}
	req := request{method: http.MethodGet, path: path, query: query}
	r := newRetry()
	for {
		ans, err := c.once(ctx, ctx, req, r)
		if err == nil {
			err = decodeJSON(req, ans, into)
		}
		if err == nil {
			return ans.header, nil
		}
		wait, again := r.next(err, false)
		if !again || sleep(ctx, wait) != nil {
			return nil, err
		}
	}
}

// once sends req one time and settles what its answer means: a 401 and a 404
// are only clear when GET /me has been asked. It waits for the limiter under
// ctx and sends under sending, which for a write outlives ctx. A request of a
// client that is not pinned and is answered with a 401 is sent again with a newer
// token where there is one.
func (c *Client) once(ctx, sending context.Context, req request, r *retry) (*answer, *Error) {
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
		failure = c.settleUnauthorized(sending, failure, token, r)
		if newer && failure.Kind == KindUnauthenticated {
			failure.NewerToken, failure.Reason = true, "the token was replaced meanwhile; calling again uses the new one"
		}
		return nil, failure
	case failure.Status == http.StatusNotFound:
		return nil, c.settleNotFound(sending, failure, token, r)
	}
	return nil, failure
}

// waitTurn waits until the limiter lets req through, within what is left of the
// time that the operation may wait.
func (c *Client) waitTurn(ctx context.Context, req request, r *retry) *Error {
	waited, tooLong, err := c.limiter.wait(ctx, maxWait-r.waited)
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

// send sends req once with token and classifies the answer by itself.
func (c *Client) send(ctx context.Context, req request, token Token) (*answer, *Error) {
	var body io.Reader
	if req.body != nil {
		b, err := json.Marshal(req.body)
		if err != nil {
			return nil, c.failed(ctx, req, token, err, false)
		}
		body = bytes.NewReader(b)
	}
	u := c.base.String() + req.path
	if len(req.query) > 0 {
		u += "?" + req.query.Encode()
	}
	transport := c.transport
	if req.method == http.MethodPost {
		transport = c.fresh
	}
	var sent conn
	_, sent.told = transport.(*http.Transport)
	hr, err := http.NewRequestWithContext(sent.watch(ctx), req.method, u, body)
	if err != nil {
		return nil, c.failed(ctx, req, token, err, false)
	}
	hr.Header.Set("Authorization", "Bearer "+token.reveal())
	hr.Header.Set("Accept", "application/json")
	hr.Header.Set("User-Agent", c.userAgent)
	if traceparent := Traceparent(ctx); traceparent != "" {
		hr.Header.Set("Traceparent", traceparent)
	}
	if body != nil {
		hr.Header.Set("Content-Type", "application/json")
	}

	// Not through an http.Client: it would follow, or at least read, a redirect.
	start := time.Now()
	resp, err := transport.RoundTrip(hr)
	if err != nil {
		c.observe(0, time.Since(start))
		return nil, c.failed(ctx, req, token, err, sent.carried(err))
	}
	defer func() { _ = resp.Body.Close() }()
	c.observe(resp.StatusCode, time.Since(start))
	c.limiter.learn(resp.Header)
	var content []byte
	if resp.ContentLength <= maxAnswer {
		content, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	}
	tooLarge := max(resp.ContentLength, int64(len(content))) > maxAnswer
	content = token.redactJSON(content)
	ans := &answer{status: resp.StatusCode, header: resp.Header, body: content, traceID: token.Redact(resp.Header.Get("Trace-Id"))}
	recordTrace(ctx, ans.traceID)
	// What an answer that can't be read says of a write is open, unless its
	// status is a refusal.
	success := resp.StatusCode >= 200 && resp.StatusCode <= 299
	switch {
	case tooLarge:
		return nil, &Error{Kind: KindUpstream, Method: req.method, Path: req.path, Status: ans.status, open: success || ans.status >= 500,
			Reason: "the answer is larger than 4 MiB"}
	case err != nil && success:
		broken := c.failed(ctx, req, token, err, true)
		broken.Status, broken.TraceID = ans.status, ans.traceID
		return nil, broken
	case success:
		return ans, nil
	}
	return nil, classify(req, ans, token)
}

// failed is the error of a request that got no answer. carried says that a
// connection took the request, so that it may have had its effect.
func (c *Client) failed(ctx context.Context, req request, token Token, err error, carried bool) *Error {
	e := &Error{Kind: KindUnavailable, Method: req.method, Path: req.path, open: carried, lost: true}
	// ctx tells better than err, which may be the cause that a cancel gave, or
	// a time-out of the connection's own.
	switch ctx.Err() {
	case context.DeadlineExceeded:
		e.Reason, e.lost = "awork did not answer in time", false
		e.Err = context.DeadlineExceeded
	case context.Canceled:
		e.Reason, e.lost = "the call was cancelled", false
		e.Err = context.Canceled
	default:
		e.Reason = "no connection to " + c.base.Host
		if carried {
			e.Reason = "the connection to " + c.base.Host + " was lost"
		}
		e.Err = errors.New(token.Redact(err.Error()))
	}
	return e
}
