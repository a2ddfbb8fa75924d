package awork

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"
)

// defaultRetryAfter is what to wait after a 429 that does not say.
const defaultRetryAfter = 60 * time.Second

// classify says what an answer that is no 2xx means, as far as it tells by
// itself: 401 and 404 are settled by settleUnauthorized and settleNotFound.
// See https://developers.awork.com/error-handling, and the changelog there on
// the 403 of the edge firewall.
func classify(req request, ans *answer, token Token) *Error {
	e := &Error{Method: req.method, Path: req.path, Status: ans.status,
		TraceID: ans.traceID, EdgeRef: token.Redact(ans.header.Get("X-Edge-Ref"))}
	isJSON := hasJSONType(ans.header)
	var own, gateway bool
	if isJSON {
		own, gateway = e.readBody(ans.body)
	}
	switch {
	case ans.status == http.StatusBadRequest && own:
		e.Kind = KindInvalid
		if e.Code == "concurrency-violation" || e.Code == "database-commit" {
			e.Kind, e.Reason = KindUpstream, "awork did not commit the change; try again"
		}
	case ans.status == http.StatusBadRequest:
		e.Kind, e.Reason = KindInvalid, "awork refused the request without saying why"
	case ans.status == http.StatusUnauthorized && own:
		e.Kind = KindPermissionDenied
	case ans.status == http.StatusUnauthorized && gateway:
		e.Kind = KindUnauthenticated
	case ans.status == http.StatusUnauthorized:
		e.Kind, e.Reason = KindUpstream, "a 401 that is not awork's"
	case ans.status == http.StatusForbidden:
		e.Kind, e.Reason = KindUpstream, "awork's edge firewall blocked the request; this is no missing permission"
	case ans.status == http.StatusNotFound && own:
		e.Kind = KindNotFound
	case ans.status == http.StatusNotFound:
		e.Kind, e.Reason = KindUpstream, "a 404 that is not awork's"
	case ans.status == http.StatusTooManyRequests:
		e.Kind = KindRateLimited
		var ok bool
		if e.RetryAfter, ok = retryAfter(ans.header); !ok {
			e.RetryAfter = defaultRetryAfter
		}
	case ans.status == http.StatusBadGateway, ans.status == http.StatusServiceUnavailable, ans.status == http.StatusGatewayTimeout:
		e.Kind, e.open = KindUnavailable, true
		e.RetryAfter, _ = headerSeconds(ans.header, "Retry-After")
	case ans.status >= 500:
		e.Kind, e.open = KindUpstream, true
	case ans.status >= 300 && ans.status <= 399:
		e.Kind, e.Reason = KindUpstream, "a redirect, which is refused: the token goes to the configured address alone"
	default:
		e.Kind = KindUpstream
	}
	return e
}

// readBody takes what an error body says, in any of the shapes awork and its
// gateway are known to send, and reports whether it is awork's own, with the
// code at the top level, or the gateway's, with a message. Fields that are not
// of the documented type are left out.
func (e *Error) readBody(body []byte) (own, gateway bool) {
	var shape struct {
		Code             string            `json:"code"`
		Description      string            `json:"description"`
		Details          []string          `json:"details"`
		ValidationErrors []ValidationError `json:"validationErrors"`
		TraceID          string            `json:"traceId"`
		Message          json.RawMessage   `json:"message"`
	}
	var wrongType *json.UnmarshalTypeError // the other fields are read all the same
	if err := json.Unmarshal(body, &shape); err != nil && !errors.As(err, &wrongType) {
		return false, false
	}
	e.Code, e.Description = shape.Code, shape.Description
	e.Details, e.ValidationErrors = shape.Details, shape.ValidationErrors
	if shape.TraceID != "" {
		e.TraceID = shape.TraceID
	}
	if e.Code != "" {
		return true, false
	}
	var message struct {
		Code        string `json:"code"`
		Description string `json:"description"`
	}
	if json.Unmarshal(shape.Message, &message) == nil {
		e.Code, e.Description = message.Code, message.Description
	} else {
		_ = json.Unmarshal(shape.Message, &e.Description)
	}
	return false, e.Code != "" || e.Description != ""
}

// settleUnauthorized tells a missing permission from a bad token, which awork
// answers with the same status: where GET /me is 401 too, the token is bad.
func (c *Client) settleUnauthorized(ctx context.Context, failure *Error, token Token, r *retry) *Error {
	if failure.Path == mePath {
		failure.Kind = KindUnauthenticated
		return failure
	}
	if failure.Kind == KindUnauthenticated {
		return failure
	}
	me, err := c.me(ctx, token, r)
	switch {
	case err == nil:
		failure.Identity = me
	case err.Status == http.StatusUnauthorized:
		failure.Kind = KindUnauthenticated
	}
	return failure
}

// settleNotFound believes a 404 only under an address where GET /me has
// answered as awork does: a wrong address answers 404 to everything.
func (c *Client) settleNotFound(ctx context.Context, failure *Error, token Token, r *retry) *Error {
	if failure.Kind != KindNotFound {
		failure.Reason = strings.TrimPrefix(failure.Reason+" under "+c.BaseURL()+"; check the API address", " ")
		return failure
	}
	if c.answersAsAwork.Load() {
		return failure
	}
	_, err := c.me(ctx, token, r)
	switch {
	case err == nil:
	case err.Kind == KindUpstream, err.Kind == KindNotFound:
		failure.Kind = KindUpstream
		failure.Reason = "GET /me does not answer as awork does under " + c.BaseURL() + "; check the API address"
	default:
		// The request itself was answered, so nothing about it is open.
		failure.Kind, failure.RetryAfter, failure.Err = err.Kind, err.RetryAfter, err.Err
		failure.Reason = strings.TrimSuffix("GET /me failed, which must confirm a 404 under "+c.BaseURL()+": "+err.Reason, ": ")
	}
	return failure
}

// decodeJSON reads an answer that must be JSON.
func decodeJSON(req request, ans *answer, into any) *Error {
	e := &Error{Kind: KindUpstream, Method: req.method, Path: req.path, Status: ans.status, TraceID: ans.traceID}
	switch {
	case !hasJSONType(ans.header):
		e.Reason = "the answer is not JSON; check the API address"
	case json.Unmarshal(ans.body, into) != nil, string(bytes.TrimSpace(ans.body)) == "null":
		e.Reason = "the answer is not the JSON that awork documents"
	default:
		return nil
	}
	return e
}

func hasJSONType(h http.Header) bool {
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && (t == "application/json" || t == "text/json" || strings.HasSuffix(t, "+json"))
}

// isEmptyOrJSON reports whether a body is what a 2xx without a result may carry.
func isEmptyOrJSON(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) == 0 || json.Valid(body)
}
