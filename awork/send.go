package awork

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// maxAnswer is the size of the largest answer that is read.
const maxAnswer = 4 << 20

// send sends req once with token and classifies the answer by itself.
func (c *Client) send(ctx context.Context, req request, token Token) (*answer, *Error) {
	transport := c.transport
	if req.method == http.MethodPost {
		transport = c.fresh
	}
	var sent connection
	_, sent.traced = transport.(*http.Transport)
	hr, err := c.httpRequest(sent.watch(ctx), req, token)
	if err != nil {
		return nil, c.failed(ctx, req, token, err, false)
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
	ans := &answer{request: req, status: resp.StatusCode, header: resp.Header, body: token.redactJSON(content),
		traceID: token.Redact(resp.Header.Get("Trace-Id"))}
	recordTrace(ctx, ans.traceID)
	success := resp.StatusCode >= 200 && resp.StatusCode <= 299
	switch {
	case tooLarge:
		e := ans.unexpected("the answer is larger than 4 MiB")
		e.ambiguous = true
		return nil, e
	case err != nil && success:
		broken := c.failed(ctx, req, token, err, true)
		broken.Status, broken.TraceID = ans.status, ans.traceID
		return nil, broken
	case success:
		return ans, nil
	}
	return nil, classify(ans, token)
}

func (c *Client) httpRequest(ctx context.Context, req request, token Token) (*http.Request, error) {
	var body io.Reader
	if req.body != nil {
		b, err := json.Marshal(req.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	u := c.base.String() + req.path
	if len(req.query) > 0 {
		u += "?" + req.query.Encode()
	}
	hr, err := http.NewRequestWithContext(ctx, req.method, u, body)
	if err != nil {
		return nil, err
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
	return hr, nil
}

// failed is the error of a request that got no answer. carried says that a
// connection took the request, so that it may have had its effect.
func (c *Client) failed(ctx context.Context, req request, token Token, err error, carried bool) *Error {
	e := &Error{Kind: KindUnavailable, Method: req.method, Path: req.path, ambiguous: carried, connectionLost: true}
	// ctx tells better than err, which may be the cause that a cancel gave, or a
	// time-out of the connection's own.
	switch ctx.Err() {
	case context.DeadlineExceeded:
		e.Reason, e.connectionLost = "awork did not answer in time", false
		e.Err = context.DeadlineExceeded
	case context.Canceled:
		e.Reason, e.connectionLost = "the call was cancelled", false
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

// connection follows whether a request was given a connection.
type connection struct {
	// traced: the transport is net/http's, which reports every connection.
	traced     bool
	asked, got atomic.Bool
}

func (n *connection) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GetConn: n.onAsk, GotConn: n.onGot})
}

func (n *connection) onAsk(string)                { n.asked.Store(true) }
func (n *connection) onGot(httptrace.GotConnInfo) { n.got.Store(true) }

// carried reports whether the request, which failed with err, may have reached
// awork: it surely has not where it was given no connection. A transport that is
// none of net/http's need not report one, but for its error.
func (n *connection) carried(err error) bool {
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case n.traced, n.asked.Load():
		return n.got.Load()
	case errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect"),
		errors.As(err, &cert), errors.As(err, &record):
		return false
	}
	return true
}

type traceKey struct{}

// RecordTrace returns a context under which requests leave the Trace-Id that
// awork answered, and a function that returns the last one: awork's support asks
// for it, see https://developers.awork.com/support.
func RecordTrace(ctx context.Context) (context.Context, func() string) {
	last := new(atomic.Pointer[string])
	return context.WithValue(ctx, traceKey{}, last), func() string {
		if id := last.Load(); id != nil {
			return *id
		}
		return ""
	}
}

func recordTrace(ctx context.Context, id string) {
	if last, ok := ctx.Value(traceKey{}).(*atomic.Pointer[string]); ok && id != "" {
		last.Store(&id)
	}
}

type traceparentKey struct{}

// WithTraceparent has the requests under ctx carry a W3C traceparent header, so
// that a trace goes on in awork. See https://www.w3.org/TR/trace-context/.
func WithTraceparent(ctx context.Context, traceparent string) context.Context {
	return context.WithValue(ctx, traceparentKey{}, traceparent)
}

// Traceparent returns what WithTraceparent set, and "" where nothing did.
func Traceparent(ctx context.Context) string {
	v, _ := ctx.Value(traceparentKey{}).(string)
	return v
}
