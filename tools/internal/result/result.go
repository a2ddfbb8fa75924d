package result

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
)

// Result is what every call answers: as structured content, and mirrored as the
// same JSON in one text block. A tool's own result embeds it and adds fields.
type Result struct {
	Outcome Outcome `json:"outcome"`
	// Message is one sentence for a human, with the next step.
	Message string `json:"message"`
	// Workspace is the name of the workspace a write went to, once awork has given
	// it.
	Workspace          string       `json:"workspace,omitempty"`
	APIUserID          string       `json:"apiUserId,omitempty"`
	APIUser            *APIUser     `json:"apiUser,omitempty"`
	RequiredPermission string       `json:"requiredPermission,omitempty"`
	RetryAfterSeconds  int          `json:"retryAfterSeconds,omitempty"`
	ConfirmationCode   string       `json:"confirmationCode,omitempty"`
	Warnings           []string     `json:"warnings,omitempty"`
	Error              *ErrorDetail `json:"error,omitempty"`
}

// Reply is a Result, or a struct that embeds one.
type Reply interface{ Base() *Result }

// Base returns the part of a reply that all have.
func (r *Result) Base() *Result { return r }

// ErrorDetail is what awork answered to a request that failed.
type ErrorDetail struct {
	Status           int               `json:"status,omitempty"`
	Code             string            `json:"code,omitempty"`
	Description      string            `json:"description,omitempty"`
	Details          []string          `json:"details,omitempty"`
	ValidationErrors []ValidationError `json:"validationErrors,omitempty"`
	TraceID          string            `json:"traceId,omitempty"`
	EdgeRef          string            `json:"edgeRef,omitempty"`
}

// ValidationError is what awork finds wrong with one field.
type ValidationError struct {
	Property string `json:"property"`
	Message  string `json:"message"`
}

// APIUser is a record of an API user as results show it: awork's fields, with
// the names that its ids stand for and its texts cleaned. What could not be
// resolved is left out.
type APIUser struct {
	ID       uuid.UUID `json:"id,omitzero"`
	Name     string    `json:"name"`
	RoleID   uuid.UUID `json:"roleId,omitzero"`
	RoleName string    `json:"roleName,omitempty"`
	// RoleArchived: nobody can be given this role any more.
	RoleArchived bool `json:"roleArchived,omitempty"`
	// Admin: it can do everything in the workspace, or make itself a key that can.
	Admin         bool      `json:"admin"`
	ClientID      string    `json:"clientId,omitempty"`
	ClientName    string    `json:"clientName,omitempty"`
	CreatedOn     string    `json:"createdOn,omitempty"`
	CreatedBy     uuid.UUID `json:"createdBy,omitzero"`
	CreatedByName string    `json:"createdByName,omitempty"`
	// CreatedByState is given where the creator is not an active person: api_user,
	// deactivated, archived or gone.
	CreatedByState string    `json:"createdByState,omitempty"`
	UpdatedOn      string    `json:"updatedOn,omitempty"`
	UpdatedBy      uuid.UUID `json:"updatedBy,omitzero"`
}

// Item is what became of one API user of a call for several.
type Item struct {
	APIUserID uuid.UUID `json:"apiUserId"`
	Name      string    `json:"name,omitempty"`
	Outcome   Outcome   `json:"outcome"`
	Message   string    `json:"message"`
}

// Fix is the call of a tool.
type Fix struct {
	Tool      string         `json:"tool"`
	Arguments map[string]any `json:"arguments"`
}

// RefusalError is a failure of this program's own making.
type RefusalError struct {
	Outcome Outcome
	Message string
	// ConfirmationCode is the code with which the same call goes on; empty but for
	// ConfirmationRequired.
	ConfirmationCode string
	// RequiredPermission is what the token lacks; empty but for PermissionDenied.
	RequiredPermission string
}

func (r *RefusalError) Error() string { return r.Message }

// Refuse makes a [RefusalError] with a message in fmt's form.
func Refuse(o Outcome, format string, args ...any) error {
	return &RefusalError{Outcome: o, Message: fmt.Sprintf(format, args...)}
}

// JSON returns v as JSON. It panics where v can't be marshaled, so v must be
// made of types of this program that can.
func JSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
