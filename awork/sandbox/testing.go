package sandbox

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// The methods of this file are for tests: they look at the workspace and change
// it past the API. Nothing that they are given is checked.

// AddToken makes token the bearer token of an API user or a person. It works as
// long as that record exists, with the rights of its role at the time of use.
func (s *Sandbox) AddToken(token, userID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspace.tokens[token] = userID
}

// RemoveToken makes token unknown.
func (s *Sandbox) RemoveToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.workspace.tokens, token)
}

// ClearFaults takes all faults away; those of requests in flight go on.
func (s *Sandbox) ClearFaults() { s.faults.clear() }

// Hung reports that a hang or hang-after holds up a request. What such a request
// had for an effect is in the log by then. Of several that nobody has waited for,
// one is reported.
func (s *Sandbox) Hung() <-chan struct{} { return s.hung }

// Requests returns the requests seen since New or ResetRequests, in the order
// they came; after 100,000 the oldest ones are forgotten.
func (s *Sandbox) Requests() []Request { return s.log.all() }

// RequestCounts returns how often each method and path was requested, as in
// "GET /apiusers": 2, over the same requests as Requests.
func (s *Sandbox) RequestCounts() map[string]int {
	counts := map[string]int{}
	for _, r := range s.log.all() {
		counts[r.Method+" "+r.Path]++
	}
	return counts
}

// ResetRequests forgets the requests seen so far, those in flight included.
func (s *Sandbox) ResetRequests() { s.log.reset() }

// APIUsers returns the API users in the order they were made.
func (s *Sandbox) APIUsers() []APIUser { return allOf(s, &s.workspace.apiUsers) }

// APIUser returns one API user and whether it exists.
func (s *Sandbox) APIUser(id string) (APIUser, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.workspace.apiUsers.get(id)
}

// AddAPIUser adds an API user, or replaces the one with its id, and returns it.
// An empty id and empty dates are filled in.
func (s *Sandbox) AddAPIUser(u APIUser) APIUser {
	s.fill(&u.ID, &u.CreatedOn, &u.UpdatedOn)
	put(s, &s.workspace.apiUsers, u.ID, u)
	return u
}

// RemoveAPIUser removes an API user and reports whether it existed.
func (s *Sandbox) RemoveAPIUser(id string) bool { return remove(s, &s.workspace.apiUsers, id) }

// Roles returns all roles, archived ones included.
func (s *Sandbox) Roles() []Role { return allOf(s, &s.workspace.roles) }

// AddRole adds a role, or replaces the one with its id, as AddAPIUser does.
func (s *Sandbox) AddRole(r Role) Role {
	s.fill(&r.ID, &r.CreatedOn, &r.UpdatedOn)
	r.Permissions = slices.Clone(r.Permissions)
	put(s, &s.workspace.roles, r.ID, r)
	return r
}

// RemoveRole removes a role and reports whether it existed. Who is in it keeps
// its id and may do nothing.
func (s *Sandbox) RemoveRole(id string) bool { return remove(s, &s.workspace.roles, id) }

// ClientApplications returns all client applications.
func (s *Sandbox) ClientApplications() []ClientApplication { return allOf(s, &s.workspace.clients) }

// AddClientApplication adds a client application, or replaces the one with its
// id. An empty ClientID and empty dates are filled in.
func (s *Sandbox) AddClientApplication(a ClientApplication) ClientApplication {
	s.fill(&a.ClientID, &a.CreatedOn, &a.UpdatedOn)
	a.RedirectURIs = slices.Clone(a.RedirectURIs)
	put(s, &s.workspace.clients, a.ClientID, a)
	return a
}

// RemoveClientApplication removes a client application and reports whether it
// existed. Its API users stay.
func (s *Sandbox) RemoveClientApplication(clientID string) bool {
	return remove(s, &s.workspace.clients, clientID)
}

// Users returns the workspace's people.
func (s *Sandbox) Users() []User { return allOf(s, &s.workspace.users) }

// AddUser adds a person, or replaces the one with its id, as AddAPIUser does.
func (s *Sandbox) AddUser(u User) User {
	s.fill(&u.ID, &u.CreatedOn, &u.UpdatedOn)
	put(s, &s.workspace.users, u.ID, u)
	return u
}

// RemoveUser removes a person and reports whether it existed.
func (s *Sandbox) RemoveUser(id string) bool { return remove(s, &s.workspace.users, id) }

// Webhooks returns all webhooks.
func (s *Sandbox) Webhooks() []Webhook { return allOf(s, &s.workspace.webhooks) }

// AddWebhook adds a webhook, or replaces the one with its id, as AddAPIUser does.
func (s *Sandbox) AddWebhook(w Webhook) Webhook {
	s.fill(&w.ID, &w.CreatedOn, &w.UpdatedOn)
	put(s, &s.workspace.webhooks, w.ID, w)
	return w
}

// RemoveWebhook removes a webhook and reports whether it existed.
func (s *Sandbox) RemoveWebhook(id string) bool { return remove(s, &s.workspace.webhooks, id) }

// Records returns the records of an area in the order they were made.
func (s *Sandbox) Records(area Area) []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.workspace.inArea(area)
}

// AddRecord adds a record, or replaces the one with its id, as AddAPIUser does.
func (s *Sandbox) AddRecord(r Record) Record {
	s.fill(&r.ID, &r.CreatedOn, &r.UpdatedOn)
	put(s, &s.workspace.records, r.ID, r)
	return r
}

// RemoveRecord removes a record and reports whether it existed.
func (s *Sandbox) RemoveRecord(id string) bool { return remove(s, &s.workspace.records, id) }

// Routes lists the endpoints, as in "GET /apiusers/{id}", where {id} stands for
// a GUID and other braces for a word.
func Routes() []string {
	var all []string
	for _, r := range routes() {
		all = append(all, r.method+" "+r.path)
	}
	return all
}

func allOf[T any](s *Sandbox, t *table[T]) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.all()
}

func put[T any](s *Sandbox, t *table[T], id string, record T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.put(id, record)
}

func remove[T any](s *Sandbox, t *table[T], id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.remove(id)
}

// fill gives a record what every record has.
func (s *Sandbox) fill(id *string, createdOn, updatedOn *time.Time) {
	if *id == "" {
		*id = uuid.NewString()
	}
	if createdOn.IsZero() {
		*createdOn = s.now().UTC().Truncate(timeResolution)
	}
	if updatedOn.IsZero() {
		*updatedOn = *createdOn
	}
}
