package sandbox

import "net/http"

// apiError is a refusal by awork itself, told as its ErrorResponse
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
