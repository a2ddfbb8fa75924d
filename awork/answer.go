package awork

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// request is one request to awork, as often as it may be sent.
type request struct {
	method string
	path   string // below the base URL, escaped
	query  url.Values
	body   any // marshaled as JSON where not nil
}

// answer is an answer of awork, complete, with the token redacted.
type answer struct {
	request request
	status  int
	header  http.Header
	body    []byte
	traceID string
}

// unexpected is the error of an answer that is not what awork documents.
func (a *answer) unexpected(reason string) *Error {
	return &Error{Kind: KindUpstream, Method: a.request.method, Path: a.request.path, Status: a.status,
		TraceID: a.traceID, Reason: reason}
}

// unexpected is the error of a successful read whose content is not what awork
// documents.
func unexpected(path, reason string) *Error {
	return (&answer{request: request{method: http.MethodGet, path: path}, status: http.StatusOK}).unexpected(reason)
}

// decode reads an answer that must be JSON.
func (a *answer) decode(into any) *Error {
	switch {
	case !hasJSONType(a.header):
		return a.unexpected("the answer is not JSON; check the API address")
	case json.Unmarshal(a.body, into) != nil, string(bytes.TrimSpace(a.body)) == "null":
		return a.unexpected("the answer is not the JSON that awork documents")
	}
	return nil
}

func hasJSONType(h http.Header) bool {
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && (t == "application/json" || t == "text/json" || strings.HasSuffix(t, "+json"))
}

// origin is who wrote an error's body.
type origin int

const (
	foreign     origin = iota // none of the others
	own                       // awork: the code is at the top level
	gateway                   // awork's gateway: the message is an object
	gatewayText               // perhaps awork's gateway: the message is text
)

// defaultRetryAfter is what to wait after a 429 that does not say.
const defaultRetryAfter = 60 * time.Second

// classify returns what an answer that is no 2xx means, as far as it shows by
// itself: 401 and 404 need GET /me beside it. See
// https://developers.awork.com/error-handling, and
// https://developers.awork.com/changelog on the 403 of the edge firewall.
func classify(ans *answer, token Token) *Error {
	e := ans.unexpected("")
	e.EdgeRef = token.Redact(ans.header.Get("X-Edge-Ref"))
	from := foreign
	if hasJSONType(ans.header) {
		from = e.readBody(ans.body)
	}
	e.ambiguous = ans.status >= 500 || ans.request.method != http.MethodGet && !e.isRefusal(from)
	switch status := ans.status; {
	case from == own && e.Code == CodePlan && !e.ambiguous: // awork documents no status for it
		e.Kind, e.Reason = KindInvalid, "the plan of the workspace does not include it"
	case status == http.StatusBadRequest:
		e.classifyBadRequest(from)
	case status == http.StatusUnauthorized && from == own:
		e.Kind = KindPermissionDenied
	case status == http.StatusUnauthorized && from != foreign:
		e.Kind = KindUnauthenticated
	case status == http.StatusUnauthorized:
		e.Reason = "a 401 that is not awork's"
	case status == http.StatusForbidden && e.EdgeRef == "":
		e.Reason = "a 403 without the reference of awork's edge firewall; it is no missing permission"
	case status == http.StatusForbidden:
		e.Reason = "awork's edge firewall blocked the request; this is no missing permission"
	case status == http.StatusNotFound && from == own:
		e.Kind = KindNotFound
	case status == http.StatusNotFound:
		e.Reason = "a 404 that is not awork's"
	case status == http.StatusTooManyRequests:
		e.Kind = KindRateLimited
		var ok bool
		if e.RetryAfter, ok = retryAfter(ans.header); !ok {
			e.RetryAfter = defaultRetryAfter
		}
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		e.Kind = KindUnavailable
		e.RetryAfter, _ = headerSeconds(ans.header, "Retry-After")
	case status >= 300 && status <= 399:
		e.Reason = "a redirect, which is refused: the token goes to the configured address alone"
	}
	return e
}

// isRefusal reports whether an answer to a write proves that nothing happened: it
// is in the documented shape of awork or its gateway, or carries the reference of
// its edge firewall. Anything else may come from something in between, after awork
// carried the write out; so may a 403, which awork documents of the firewall alone.
func (e *Error) isRefusal(from origin) bool {
	documented := from == own && e.Description != ""
	switch e.Status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		return e.EdgeRef != "" || documented && e.Code == CodePlan
	}
	return documented || from == gateway
}

func (e *Error) classifyBadRequest(from origin) {
	switch {
	case e.ambiguous:
		e.Reason = "a 400 that is not awork's"
	case from != own:
		e.Kind, e.Reason = KindInvalid, "awork refused the request without saying why"
	case e.Code == "concurrency-violation", e.Code == "database-commit":
		e.Reason = "awork did not commit the change; try again"
	default:
		e.Kind = KindInvalid
	}
}

// readBody takes over what an error's body says, in any of the shapes that awork
// and its gateway are known to send, and returns whose shape it is. Fields that
// are not of the documented type are left out.
func (e *Error) readBody(body []byte) origin {
	var shape struct {
		Code             string            `json:"code"`
		Description      string            `json:"description"`
		Details          []string          `json:"details"`
		ValidationErrors []ValidationError `json:"validationErrors"`
		TraceID          string            `json:"traceId"`
		Message          json.RawMessage   `json:"message"`
	}
	// Where one field has another type, the others are read all the same.
	_ = json.Unmarshal(body, &shape)
	e.Code, e.Description = shape.Code, shape.Description
	e.Details, e.ValidationErrors = shape.Details, shape.ValidationErrors
	if shape.TraceID != "" {
		e.TraceID = shape.TraceID
	}
	if e.Code != "" {
		return own
	}
	var message struct {
		Code        string `json:"code"`
		Description string `json:"description"`
	}
	if json.Unmarshal(shape.Message, &message) == nil && (message.Code != "" || message.Description != "") {
		e.Code, e.Description = message.Code, message.Description
		return gateway
	}
	if json.Unmarshal(shape.Message, &e.Description) == nil && e.Description != "" {
		return gatewayText
	}
	return foreign
}
