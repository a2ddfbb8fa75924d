package sandbox

import (
	"slices"
	"time"
)

// The records below are the sandbox's state. Tests read and change them with
// the methods of [Sandbox]; a client sees them through the API only. The slices
// in a record are shared with the workspace: replace them, don't write to them.

// APIUser is a service account of the workspace
// (https://developers.awork.com/apiv1/api-users/get-api-user-by-id). Without
// RoleID it is an admin; without ClientID it belongs to no client application.
type APIUser struct {
	ID, Name, RoleID, ClientID string
	CreatedOn                  time.Time
	CreatedBy                  string
	UpdatedOn                  time.Time
	UpdatedBy                  string
}

// Role is a role of the workspace with the permissions it gives. The admin role
// is the one with IsAdmin, whatever its name.
type Role struct {
	ID, Name                             string
	IsAdmin, IsGuest, IsPreset, Archived bool
	Permissions                          []Permission
	CreatedOn                            time.Time
	CreatedBy                            string
	UpdatedOn                            time.Time
	UpdatedBy                            string
}

// Permission lists what a role may do with one feature, such as
// "workspace-manage-config". awork's sources use several words: any level lets
// read, and write, manage and config let write, in any case of letters.
type Permission struct {
	Feature      string
	AccessLevels []string
}

// ClientApplication is what awork's settings call an API client. Its id is a
// word, no GUID. Secret is empty for a public one.
type ClientApplication struct {
	ClientID, DisplayName string
	RedirectURIs          []string
	Confidential          bool
	Secret                string
	CreatedOn, UpdatedOn  time.Time
}

// User is a person of the workspace. API users are no Users here, though awork
// lists them among the users.
type User struct {
	ID, FirstName, LastName, Email, Position, RoleID string
	Archived, External                               bool
	DeactivatedOn                                    time.Time // zero: active
	CreatedOn                                        time.Time
	CreatedBy                                        string
	UpdatedOn                                        time.Time
	UpdatedBy                                        string
}

// Webhook is a webhook configuration. With Authentication ("Header=value") the
// authentication type is "header", else "none".
type Webhook struct {
	ID, Name, URI, Events                     string
	Active                                    bool
	Authentication, ReceiverType, LastFailure string
	CreatedOn                                 time.Time
	CreatedBy                                 string
	UpdatedOn                                 time.Time
	UpdatedBy                                 string
}

// workspace is the state behind the API. The slices of its records are
// replaced, never changed: an answer may still be holding them.
type workspace struct {
	apiUsers table[APIUser]
	roles    table[Role]
	clients  table[ClientApplication]
	users    table[User]
	webhooks table[Webhook]
	tokens   map[string]string // to the id of the API user or person

	apiUsersPerPage int // zero: all in one answer
}

// adminRole returns the role that may do everything.
func (ws *workspace) adminRole() (Role, bool) {
	for _, r := range ws.roles.all() {
		if r.IsAdmin {
			return r, true
		}
	}
	return Role{}, false
}

// table stores records by id, in the order they were added.
type table[T any] struct {
	order []string
	byID  map[string]T
}

func (t *table[T]) get(id string) (T, bool) {
	v, found := t.byID[id]
	return v, found
}

// put adds a record, or replaces the one of this id in its place.
func (t *table[T]) put(id string, v T) {
	if t.byID == nil {
		t.byID = map[string]T{}
	}
	if _, found := t.byID[id]; !found {
		t.order = append(t.order, id)
	}
	t.byID[id] = v
}

func (t *table[T]) remove(id string) bool {
	if _, found := t.byID[id]; !found {
		return false
	}
	delete(t.byID, id)
	i := slices.Index(t.order, id)
	t.order = slices.Delete(t.order, i, i+1)
	return true
}

func (t *table[T]) all() []T {
	all := make([]T, 0, len(t.order))
	for _, id := range t.order {
		all = append(all, t.byID[id])
	}
	return all
}
