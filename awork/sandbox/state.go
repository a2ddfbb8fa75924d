package sandbox

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// The records below are the sandbox's state. Tests read and change them with
// the methods of [Sandbox]; a client sees them through the API only. The slices
// inside a record are shared with the workspace: replace them, don't write to
// them.

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

// state is the workspace. Slices inside records are replaced, never changed:
// an answer may still be holding them.
type state struct {
	apiUsers table[APIUser]
	roles    table[Role]
	clients  table[ClientApplication]
	users    table[User]
	webhooks table[Webhook]
	tokens   map[string]string // to the id of the API user or person
}

// adminRole returns the role that may do everything.
func (st *state) adminRole() (Role, bool) {
	return st.roles.find(func(r Role) bool { return r.IsAdmin })
}

func with[T any](s *Sandbox, f func(*state) T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return f(&s.state)
}

func look[T any](s *Sandbox, t func(*state) *table[T], id string) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t(&s.state).get(id)
}

// APIUsers returns the API users in the order they were made.
func (s *Sandbox) APIUsers() []APIUser {
	return with(s, func(st *state) []APIUser { return st.apiUsers.all() })
}

// APIUser returns one API user and whether it exists.
func (s *Sandbox) APIUser(id string) (APIUser, bool) {
	return look(s, func(st *state) *table[APIUser] { return &st.apiUsers }, id)
}

// AddAPIUser adds an API user, or replaces the one with its id, and returns it.
// Nothing is checked; an empty id and empty dates are filled in.
func (s *Sandbox) AddAPIUser(u APIUser) APIUser {
	s.fill(&u.ID, &u.CreatedOn, &u.UpdatedOn)
	return with(s, func(st *state) APIUser { st.apiUsers.put(u.ID, u); return u })
}

// RemoveAPIUser removes an API user and reports whether it existed.
func (s *Sandbox) RemoveAPIUser(id string) bool {
	return with(s, func(st *state) bool { return st.apiUsers.remove(id) })
}

// Roles returns all roles, archived ones included.
func (s *Sandbox) Roles() []Role {
	return with(s, func(st *state) []Role { return st.roles.all() })
}

// AddRole adds a role, or replaces the one with its id, as AddAPIUser does.
func (s *Sandbox) AddRole(r Role) Role {
	s.fill(&r.ID, &r.CreatedOn, &r.UpdatedOn)
	r.Permissions = slices.Clone(r.Permissions)
	return with(s, func(st *state) Role { st.roles.put(r.ID, r); return r })
}

// RemoveRole removes a role and reports whether it existed. Who is in it keeps
// its id and may do nothing.
func (s *Sandbox) RemoveRole(id string) bool {
	return with(s, func(st *state) bool { return st.roles.remove(id) })
}

// ClientApplications returns all client applications.
func (s *Sandbox) ClientApplications() []ClientApplication {
	return with(s, func(st *state) []ClientApplication { return st.clients.all() })
}

// AddClientApplication adds a client application, or replaces the one with its
// id. Nothing is checked; an empty ClientID and empty dates are filled in.
func (s *Sandbox) AddClientApplication(a ClientApplication) ClientApplication {
	s.fill(&a.ClientID, &a.CreatedOn, &a.UpdatedOn)
	a.RedirectURIs = slices.Clone(a.RedirectURIs)
	return with(s, func(st *state) ClientApplication { st.clients.put(a.ClientID, a); return a })
}

// RemoveClientApplication removes a client application and reports whether it
// existed. Its API users stay.
func (s *Sandbox) RemoveClientApplication(clientID string) bool {
	return with(s, func(st *state) bool { return st.clients.remove(clientID) })
}

// Users returns the workspace's people.
func (s *Sandbox) Users() []User {
	return with(s, func(st *state) []User { return st.users.all() })
}

// AddUser adds a person, or replaces the one with its id, as AddAPIUser does.
func (s *Sandbox) AddUser(u User) User {
	s.fill(&u.ID, &u.CreatedOn, &u.UpdatedOn)
	return with(s, func(st *state) User { st.users.put(u.ID, u); return u })
}

// RemoveUser removes a person and reports whether it existed.
func (s *Sandbox) RemoveUser(id string) bool {
	return with(s, func(st *state) bool { return st.users.remove(id) })
}

// Webhooks returns all webhooks.
func (s *Sandbox) Webhooks() []Webhook {
	return with(s, func(st *state) []Webhook { return st.webhooks.all() })
}

// AddWebhook adds a webhook, or replaces the one with its id, as AddAPIUser does.
func (s *Sandbox) AddWebhook(w Webhook) Webhook {
	s.fill(&w.ID, &w.CreatedOn, &w.UpdatedOn)
	return with(s, func(st *state) Webhook { st.webhooks.put(w.ID, w); return w })
}

// RemoveWebhook removes a webhook and reports whether it existed.
func (s *Sandbox) RemoveWebhook(id string) bool {
	return with(s, func(st *state) bool { return st.webhooks.remove(id) })
}

// fill gives a record what every record has.
func (s *Sandbox) fill(id *string, createdOn, updatedOn *time.Time) {
	if *id == "" {
		*id = uuid.NewString()
	}
	if createdOn.IsZero() {
		*createdOn = s.now().UTC().Truncate(100 * time.Nanosecond)
	}
	if updatedOn.IsZero() {
		*updatedOn = *createdOn
	}
}
