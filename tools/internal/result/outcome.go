// Package result is what every call of a tool answers: a [Result] with an
// [Outcome], on success and on failure. A tool's own result embeds Result and
// adds fields; what a tool refuses by itself is a [RefusalError]:
//
//	return nil, result.Refuse(result.Blocked, "API user %s is protected.", name)
package result

// Outcome is how a call ended.
type Outcome string

// The outcomes. Those up to Preview are success; every other is sent with MCP's
// isError.
const (
	Deleted   Outcome = "deleted"
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Found     Outcome = "found"
	// Preview is what would happen, where that was asked for.
	Preview Outcome = "preview"

	// NotFound: awork knows no such record.
	NotFound Outcome = "not_found"
	// PermissionDenied: the token is good and may not do this.
	PermissionDenied Outcome = "permission_denied"
	// Unauthenticated: the token is bad, expired or missing.
	Unauthenticated Outcome = "unauthenticated"
	// InvalidInput: an argument was refused, by us or by awork, and nothing was
	// changed.
	InvalidInput Outcome = "invalid_input"
	// Blocked: the operator's policy forbids it.
	Blocked Outcome = "blocked"
	// Declined: the human answered no, or not in time.
	Declined Outcome = "declined"
	// ConfirmationRequired: nothing was sent; a human's yes is missing.
	ConfirmationRequired Outcome = "confirmation_required"
	// RateLimited: awork asks to wait longer than we wait.
	RateLimited Outcome = "rate_limited"
	// Unavailable: awork can't be reached or did not answer in time.
	Unavailable Outcome = "unavailable"
	// UpstreamError: awork answered what it should not.
	UpstreamError Outcome = "upstream_error"
	// Partial: of several, not all are done.
	Partial Outcome = "partial"
	// DeliveryFailed: a key or secret was made and could not be handed over.
	DeliveryFailed Outcome = "delivery_failed"
	// Unknown: whether a write had its effect could not be read back.
	Unknown Outcome = "unknown"
	// NotAttempted is the outcome of an item of a bulk call that was not tried.
	NotAttempted Outcome = "not_attempted"
	// InputRequired is logged for a call that was answered with a question; no
	// result carries it.
	InputRequired Outcome = "input_required"
)

// IsError reports whether an outcome is sent with MCP's isError.
func (o Outcome) IsError() bool {
	switch o {
	case Deleted, Created, Updated, Unchanged, Found, Preview:
		return false
	}
	return true
}
