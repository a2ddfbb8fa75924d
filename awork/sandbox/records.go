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
	Deliveries                                []Delivery // the oldest first
	CreatedOn                                 time.Time
	CreatedBy                                 string
	UpdatedOn                                 time.Time
	UpdatedBy                                 string
}

// Delivery is one entry of a webhook's log. Message is what was sent.
type Delivery struct {
	On           time.Time
	Successful   bool
	ResponseCode int
	Reason       string
	Message      string
}

// Area is a list of what people work on, named by its path.
type Area string

// The areas, in the order of [Areas].
const (
	AreaTimeEntries  Area = "/timeentries"
	AreaTasks        Area = "/me/projecttasks"
	AreaProjects     Area = "/projects"
	AreaCompanies    Area = "/companies"
	AreaDocuments    Area = "/documents"
	AreaAbsences     Area = "/absences"
	AreaTimeBookings Area = "/timebookings"
)

// Areas lists the areas.
func Areas() []Area {
	return []Area{
		AreaTimeEntries, AreaTasks, AreaProjects, AreaCompanies, AreaDocuments, AreaAbsences, AreaTimeBookings,
	}
}

// Record is a record of an area.
type Record struct {
	Area      Area
	ID, Name  string   // a time entry, an absence and a time booking have a note in its place
	UserID    string   // whose time entry, absence or time booking it is, or who a task is assigned to
	ProjectID string   // of a task, a time entry, a document and a time booking, if any
	Private   bool     // of a project or a document: only its creator and its members see it
	Members   []string // ids of people and API users
	TrashedOn time.Time
	CreatedOn time.Time
	CreatedBy string
	UpdatedOn time.Time
	UpdatedBy string
}

// workspace is the state behind the API. The slices of its records are
// replaced, never changed: an answer may still be holding them.
type workspace struct {
	apiUsers table[APIUser]
	roles    table[Role]
	clients  table[ClientApplication]
	users    table[User]
	webhooks table[Webhook]
	records  table[Record]
	tokens   map[string]string // to the id of the API user or person

	apiUsersPerPage    int          // zero: all in one answer
	newRolePermissions []Permission // those that a new role has
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

// inArea returns the records of an area.
func (ws *workspace) inArea(area Area) []Record {
	var all []Record
	for _, r := range ws.records.all() {
		if r.Area == area {
			all = append(all, r)
		}
	}
	return all
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
