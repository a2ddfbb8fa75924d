package directory

import (
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// Names is what the ids in some records stand for, as far as it could be read; it
// knows only what those records needed. The zero value knows nothing.
type Names struct {
	// roles are those that the records hold; rolesRead is whether the list of all
	// could be read.
	roles     map[uuid.UUID]Role
	rolesRead bool
	// clients is nil where the client applications could not be read.
	clients map[string]string
	// creators are those that were looked up; creatorsRead is whether all they could
	// be among could be read.
	creators     map[uuid.UUID]Creator
	creatorsRead bool
	warnings     []string
}

// Names looks up what the ids in records stand for, all at once and as far as it
// is not cached.
func (d *Directory) Names(ctx context.Context, records ...awork.APIUser) Names {
	return d.NamesAmong(ctx, UserList{}, records)
}

// NamesAmong looks up what the ids in records stand for, where the list of API
// users has just been read.
func (d *Directory) NamesAmong(ctx context.Context, users UserList, records []awork.APIUser) Names {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	var n Names
	var rolesErr, clientsErr, usersErr, peopleErr error
	var g errgroup.Group
	g.Go(func() error { n.roles, rolesErr = d.rolesOf(ctx, records); return nil })
	g.Go(func() error { n.clients, clientsErr = d.clients(ctx); return nil })
	g.Go(func() error {
		n.creators, usersErr, peopleErr = d.lookUpCreators(ctx, creatorsOf(records), users)
		return nil
	})
	_ = g.Wait()
	n.rolesRead = rolesErr == nil
	n.creatorsRead = usersErr == nil && peopleErr == nil
	n.warn(rolesErr, clientsErr, peopleErr, usersErr)
	return n
}

// RolesAmong looks up what the roles that records hold may do, and nothing else.
func (d *Directory) RolesAmong(ctx context.Context, records []awork.APIUser) Names {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	roles, err := d.rolesOf(ctx, records)
	return Names{roles: roles, rolesRead: err == nil}
}

// rolesOf returns the roles that records hold, with what they may do.
func (d *Directory) rolesOf(ctx context.Context, records []awork.APIUser) (map[uuid.UUID]Role, error) {
	all, err := d.roles(ctx)
	if err != nil {
		return nil, err
	}
	held := map[uuid.UUID]awork.Role{}
	for _, u := range records {
		if r, ok := all[u.RoleID]; ok {
			held[r.ID] = r
		}
	}
	var roles []awork.Role
	for _, r := range held {
		roles = append(roles, r)
	}
	return d.describe(ctx, roles), nil
}

func creatorsOf(records []awork.APIUser) []uuid.UUID {
	var ids []uuid.UUID
	seen := map[uuid.UUID]bool{uuid.Nil: true}
	for _, u := range records {
		if !seen[u.CreatedBy] {
			seen[u.CreatedBy] = true
			ids = append(ids, u.CreatedBy)
		}
	}
	return ids
}

// clients returns the names of the client applications by their ids.
func (d *Directory) clients(ctx context.Context) (map[string]string, error) {
	return lookUp(ctx, d.cache, "clients", lifetimes{lookupTimeout, errorTTL}, d.readClients)
}

func (d *Directory) readClients(ctx context.Context) (map[string]string, error) {
	list, err := d.client.ListClientApplications(ctx)
	if err != nil {
		return nil, err
	}
	return ClientNames(list), nil
}

// ClientNames returns the names of client applications by their ids.
func ClientNames(list []awork.ClientApplication) map[string]string {
	m := make(map[string]string, len(list))
	for _, a := range list {
		m[a.ClientID] = a.DisplayName
	}
	return m
}

// WithRole returns n with a role as it was just read.
func (n Names) WithRole(r Role) Names {
	n.roles = maps.Clone(n.roles)
	if n.roles == nil {
		n.roles = map[uuid.UUID]Role{}
	}
	n.roles[r.ID] = r
	return n
}

// WithClients returns n with the client applications as they were just read.
func (n Names) WithClients(list []awork.ClientApplication) Names {
	n.clients = ClientNames(list)
	return n
}

// WithCreator returns n with who made a record.
func (n Names) WithCreator(id uuid.UUID, c Creator) Names {
	n.creators = maps.Clone(n.creators)
	if n.creators == nil {
		n.creators = map[uuid.UUID]Creator{}
	}
	n.creators[id] = c
	return n
}

// Role returns the role of an API user, where it is known.
func (n Names) Role(u awork.APIUser) (r Role, ok bool) {
	r, ok = n.roles[u.RoleID]
	return r, ok
}

// RolesOf returns the roles of records as far as they are known, each once, ordered
// by id.
func (n Names) RolesOf(records []awork.APIUser) []Role {
	var roles []Role
	for _, u := range records {
		if r, ok := n.roles[u.RoleID]; ok {
			roles = append(roles, r)
		}
	}
	slices.SortFunc(roles, func(a, b Role) int { return text.CompareUUIDs(a.ID, b.ID) })
	return slices.CompactFunc(roles, func(a, b Role) bool { return a.ID == b.ID })
}

// RolesRead reports whether the workspace's roles could be read: a role that is
// not known then is none of the workspace's.
func (n Names) RolesRead() bool { return n.rolesRead }

// Clients returns the names of the client applications by their ids; nil where
// they could not be read.
func (n Names) Clients() map[string]string { return n.clients }

// Creator returns who made a record.
func (n Names) Creator(u awork.APIUser) Creator { return n.creators[u.CreatedBy] }

// WhyAdmin says why an API user counts as an admin; empty where it does not.
func (n Names) WhyAdmin(u awork.APIUser) string {
	if u.RoleID == uuid.Nil {
		return AdminByOmission
	}
	if r, ok := n.roles[u.RoleID]; ok {
		return r.Admin
	}
	return AdminUnreadable
}

// Show returns an API user as results show it.
func (n Names) Show(u awork.APIUser) *result.APIUser {
	s := &result.APIUser{
		ID: u.ID, Name: text.Clean(u.Name), RoleID: u.RoleID, Admin: n.WhyAdmin(u) != "", ClientID: text.Clean(u.ClientID),
		CreatedOn: ShowTime(u.CreatedOn), CreatedBy: u.CreatedBy, UpdatedOn: ShowTime(u.UpdatedOn), UpdatedBy: u.UpdatedBy,
		ClientName: text.Clean(n.clients[u.ClientID]),
	}
	if r, ok := n.roles[u.RoleID]; ok {
		s.RoleName, s.RoleArchived = text.Clean(r.Name), r.IsArchived
	}
	c := n.Creator(u)
	s.CreatedByName, s.CreatedByState = c.Name, c.State
	return s
}

// ShowTime returns a time of awork's as results show it.
func ShowTime(t awork.Timestamp) string { return text.Clean(string(t)) }
