package awork

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// APIUser is a service account of a workspace; an API key is its token. See
// https://developers.awork.com/apiv1/api-users/get-api-user-by-id. awork leaves
// empty fields out, and so does JSON made of it.
type APIUser struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	// RoleID is zero where awork names no role: such an API user is an admin.
	RoleID uuid.UUID `json:"roleId,omitzero"`
	// ClientID names the client application; it is text, not a UUID.
	ClientID  string    `json:"clientId,omitempty"`
	CreatedOn Timestamp `json:"createdOn,omitempty"`
	CreatedBy uuid.UUID `json:"createdBy,omitzero"`
	UpdatedOn Timestamp `json:"updatedOn,omitempty"`
	UpdatedBy uuid.UUID `json:"updatedBy,omitzero"`
}

// hasRole reports whether u has the role that was sent for it. awork may leave
// the admin role out of what it shows.
func (u APIUser) hasRole(id uuid.UUID, isAdminRole bool) bool {
	return u.RoleID == id || isAdminRole && u.RoleID == uuid.Nil
}

// Timestamp is a date and time as awork sent it, with up to seven fractional
// digits.
type Timestamp string

// Time returns the time that t names, in UTC, and whether it names one. A time
// without an offset is taken as UTC.
func (t Timestamp) Time() (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if v, err := time.Parse(layout, string(t)); err == nil {
			return v.UTC(), true
		}
	}
	return time.Time{}, false
}

// ClientApplication is an application that API users belong to. See
// https://developers.awork.com/authentication.
type ClientApplication struct {
	ClientID       string    `json:"clientId"`
	DisplayName    string    `json:"displayName,omitempty"`
	RedirectURIs   []string  `json:"redirectUris,omitempty"`
	IsConfidential bool      `json:"isConfidential,omitempty"`
	CreatedOn      Timestamp `json:"createdOn,omitempty"`
	UpdatedOn      Timestamp `json:"updatedOn,omitempty"`
}

// equal reports whether a and b are the same in every field.
func (a ClientApplication) equal(b ClientApplication) bool {
	return a.ClientID == b.ClientID && a.DisplayName == b.DisplayName &&
		slices.Equal(a.RedirectURIs, b.RedirectURIs) && a.IsConfidential == b.IsConfidential &&
		a.CreatedOn == b.CreatedOn && a.UpdatedOn == b.UpdatedOn
}

// Role is a role of the workspace; every API user and person has one. See
// https://developers.awork.com/permissions.
type Role struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	// IsAdminRole marks the one role that may do everything, whatever its name.
	IsAdminRole bool      `json:"isAdminRole,omitempty"`
	IsGuestRole bool      `json:"isGuestRole,omitempty"`
	IsArchived  bool      `json:"isArchived,omitempty"`
	CreatedOn   Timestamp `json:"createdOn,omitempty"`
	CreatedBy   uuid.UUID `json:"createdBy,omitzero"`
	UpdatedOn   Timestamp `json:"updatedOn,omitempty"`
	UpdatedBy   uuid.UUID `json:"updatedBy,omitzero"`
}

// Identity is who a token belongs to: with an API key, the API user behind it;
// with an OAuth token, a person. It is part of awork's UserAndWorkspace.
type Identity struct {
	ID        uuid.UUID `json:"id"`
	FirstName string    `json:"firstName"`
	LastName  string    `json:"lastName"`
	Workspace Workspace `json:"workspace"`
}

// Name returns the first and last name as far as there are any.
func (i Identity) Name() string { return fullName(i.FirstName, i.LastName) }

// Workspace is the workspace that a token is valid for.
type Workspace struct {
	ID   uuid.UUID `json:"id,omitzero"`
	Name string    `json:"name"`
}

// User is a person, or the person-like record that awork has of an API user: the
// part of awork's User that shows who made something.
type User struct {
	ID            uuid.UUID `json:"id"`
	FirstName     string    `json:"firstName"`
	LastName      string    `json:"lastName"`
	IsArchived    bool      `json:"isArchived"`
	IsDeactivated bool      `json:"isDeactivated"`
	DeletedOn     Timestamp `json:"deletedOn"`
	CreatedOn     Timestamp `json:"createdOn"`
	CreatedBy     uuid.UUID `json:"createdBy"`
	UpdatedOn     Timestamp `json:"updatedOn"`
	UpdatedBy     uuid.UUID `json:"updatedBy"`
	Status        struct {
		IsDeactivated bool `json:"isDeactivated"`
	} `json:"status"`
	ContactInfos []ContactInfo `json:"userContactInfos"`
}

// ContactInfo is one of a user's ways to be reached.
type ContactInfo struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Name returns the first and last name as far as there are any.
func (u User) Name() string { return fullName(u.FirstName, u.LastName) }

// Emails returns the e-mail addresses of a user.
func (u User) Emails() []string {
	var all []string
	for _, c := range u.ContactInfos {
		if strings.EqualFold(c.Type, "email") && c.Value != "" {
			all = append(all, c.Value)
		}
	}
	return all
}

func fullName(first, last string) string { return strings.TrimSpace(first + " " + last) }
