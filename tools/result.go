package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/awork"
)

// Result is what every call answers: as structured content, and mirrored as the
// same JSON in one text block. A tool's own result embeds it and adds fields.
type Result struct {
	Outcome Outcome `json:"outcome"`
	// Message is one sentence for a human, with the next step.
	Message string `json:"message"`
	// Workspace is the name of the workspace a write went to, or the host of the
	// API's address while awork has not told the name.
	Workspace          string       `json:"workspace,omitempty"`
	APIUserID          string       `json:"apiUserId,omitempty"`
	APIUser            *APIUser     `json:"apiUser,omitempty"`
	RequiredPermission string       `json:"requiredPermission,omitempty"`
	RetryAfterSeconds  int          `json:"retryAfterSeconds,omitempty"`
	Warnings           []string     `json:"warnings,omitempty"`
	Error              *ErrorDetail `json:"error,omitempty"`
}

// reply is a Result, or a struct that embeds one.
type reply interface{ result() *Result }

func (r *Result) result() *Result { return r }

// ErrorDetail is what awork answered to a request that failed.
type ErrorDetail struct {
	Status           int                     `json:"status,omitempty"`
	Code             string                  `json:"code,omitempty"`
	Description      string                  `json:"description,omitempty"`
	Details          []string                `json:"details,omitempty"`
	ValidationErrors []awork.ValidationError `json:"validationErrors,omitempty"`
	TraceID          string                  `json:"traceId,omitempty"`
	EdgeRef          string                  `json:"edgeRef,omitempty"`
}

// APIUser is a record of an API user as results show it: awork's fields, with
// the names that its ids stand for and its texts cleaned. What could not be
// resolved is left out.
type APIUser struct {
	ID       uuid.UUID `json:"id"`
	Name     string    `json:"name"`
	RoleID   uuid.UUID `json:"roleId,omitzero"`
	RoleName string    `json:"roleName,omitempty"`
	// RoleArchived: nobody can be given this role any more.
	RoleArchived bool `json:"roleArchived,omitempty"`
	// Admin: it can do everything in the workspace, or make itself a key that can.
	Admin         bool            `json:"admin"`
	ClientID      string          `json:"clientId,omitempty"`
	ClientName    string          `json:"clientName,omitempty"`
	CreatedOn     awork.Timestamp `json:"createdOn,omitempty"`
	CreatedBy     uuid.UUID       `json:"createdBy,omitzero"`
	CreatedByName string          `json:"createdByName,omitempty"`
	// CreatedByState is given where the creator is no active person: api_user,
	// deactivated, archived or gone.
	CreatedByState string          `json:"createdByState,omitempty"`
	UpdatedOn      awork.Timestamp `json:"updatedOn,omitempty"`
	UpdatedBy      uuid.UUID       `json:"updatedBy,omitzero"`
}

// refusal is a failure of our own making, with the outcome it is told as.
type refusal struct {
	outcome Outcome
	message string
}

func (r *refusal) Error() string { return r.message }

func refuse(o Outcome, format string, args ...any) error {
	return &refusal{outcome: o, message: fmt.Sprintf(format, args...)}
}

// toolResult makes the protocol's result of a reply.
func (c *call) toolResult(ctx context.Context, r reply) (*mcp.CallToolResult, error) {
	if ask, ok := r.(*inputRequired); ok {
		return server.NewInputRequestBuilder(ask.state).Elicit(formKey, ask.params).ToolResult(), nil
	}
	b, err := c.json(ctx, r)
	if err != nil {
		return nil, err
	}
	return &mcp.CallToolResult{
		Content:              []mcp.Content{mcp.NewTextContent(string(b))},
		StructuredContent:    json.RawMessage(b),
		RawStructuredContent: b,
		IsError:              r.result().Outcome.IsError(),
	}, nil
}

// json is a reply as it leaves, with the token struck out of it: cleaning may
// have joined what hidden characters kept apart.
func (c *call) json(ctx context.Context, r reply) ([]byte, error) {
	b, err := json.Marshal(r)
	return c.strike(ctx, b), err
}

// detail is what a result shows of awork's answer; nil where there was none.
func detail(e *awork.Error) *ErrorDetail {
	if e.Status == 0 {
		return nil
	}
	d := &ErrorDetail{
		Status: e.Status, Code: clean(e.Code), Description: clean(e.Description), Details: cleanList(e.Details),
		TraceID: clean(e.TraceID), EdgeRef: clean(e.EdgeRef),
	}
	for _, v := range e.ValidationErrors {
		if len(d.ValidationErrors) == maxList {
			break
		}
		d.ValidationErrors = append(d.ValidationErrors, awork.ValidationError{Property: clean(v.Property), Message: clean(v.Message)})
	}
	return d
}

func wholeSeconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
