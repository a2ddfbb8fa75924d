package sandbox

import (
	"encoding/json"
	"net/http"
)

// reply is an answer that has not been sent yet.
type reply struct {
	status      int
	body        any    // sent as JSON unless nil
	raw         []byte // sent as it is, in body's place
	contentType string // of raw
	header      [][2]string
	declared    int  // the Content-Length of a raw body, if it is to be wrong
	cut         bool // the connection ends without an answer
	hang        bool // nothing happens until the client goes
}

func ok(body any) reply { return reply{status: http.StatusOK, body: body} }

func noContent() reply { return reply{status: http.StatusNoContent} }

func text(status int, contentType, body string) reply {
	return reply{status: status, contentType: contentType, raw: []byte(body)}
}

// encoded returns the reply's body as it goes over the wire.
func (p reply) encoded() []byte {
	if p.body == nil {
		return p.raw
	}
	b, err := json.Marshal(p.body)
	if err != nil {
		panic("sandbox: " + err.Error()) // wire types always encode
	}
	return b
}

// apiError is a refusal by awork itself, in the shape of its ErrorResponse
// (https://developers.awork.com/error-handling).
type apiError struct {
	status      int
	code        string
	description string
	details     []string
	validation  []wireValidation
}

func (e apiError) reply() reply {
	return reply{status: e.status, body: wireError{
		Code: e.code, Description: e.description, Link: "https://developers.awork.com/#response-types",
		Details: e.details, ValidationErrors: e.validation,
	}}
}

// refuse turns an error into the optional reply that checks return.
func refuse(e apiError) *reply {
	p := e.reply()
	return &p
}

func invalid(property, message string) apiError {
	return apiError{
		status: http.StatusBadRequest, code: "validation-failed",
		description: "The model sent in the request is invalid. See the validation errors for details.",
		validation:  []wireValidation{{Property: property, Message: message}},
	}
}

func empty(property string) apiError {
	return invalid(property, "'"+property+"' should not be empty.")
}

func invalidModel(detail string) apiError {
	return apiError{
		status: http.StatusBadRequest, code: "invalid-model",
		description: "The body of the request is invalid or empty.", details: []string{detail},
	}
}

func invalidOperation(description string) apiError {
	return apiError{status: http.StatusBadRequest, code: "invalid-operation", description: description}
}

// missing says that no such record exists: kind as in "API user".
func missing(kind, id string) apiError {
	return apiError{
		status: http.StatusNotFound, code: "not-found",
		description: "The requested resource could not be located.",
		details:     []string{"No " + kind + " with the id '" + id + "' exists."},
	}
}

func noSuchPath() reply {
	return apiError{
		status: http.StatusNotFound, code: "not-found", description: "There is no matching path for this URL.",
	}.reply()
}

// denied is awork's 401 for a good token whose role may not, in the words seen
// in https://github.com/awork-io/awork/issues/82.
func denied(entity string) apiError {
	return apiError{
		status: http.StatusUnauthorized, code: "unauthorized",
		description: "The call to " + entity + " was blocked due to insufficient permissions. (unauthorized)",
	}
}

// badToken is the gateway's 401, in the shape of
// https://github.com/awork-io/awork/issues/15.
func badToken(description string) reply {
	return reply{status: http.StatusUnauthorized, body: wireGatewayError{
		Message: wireGatewayMessage{Description: description, Code: "unauthorized"},
	}}
}

// tooManyRequests is the gateway's 429. awork documents its status and headers
// (https://developers.awork.com/rate-limits), but no body; this one is the
// sandbox's choice.
func tooManyRequests() reply {
	return reply{status: http.StatusTooManyRequests, body: map[string]string{"message": "API rate limit exceeded"}}
}
