package tools

import (
	"context"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
)

// directory looks up what ids stand for.
type directory struct {
	client   *awork.Client
	identity *kept[*awork.Identity]
	roles    *kept[map[uuid.UUID]role]
	clients  *kept[map[string]string]
	people   *kept[people]
	apiUsers *kept[roster]
	pauses   [4]pause // of roles, clients, people and API users
}

func newDirectory(client *awork.Client) *directory {
	return &directory{client: client, identity: newKept[*awork.Identity](), roles: newKept[map[uuid.UUID]role](),
		clients: newKept[map[string]string](), people: newKept[people](), apiUsers: newKept[roster]()}
}

// forget drops all names, for what must not go by names of a minute ago.
func (d *directory) forget() {
	d.roles.forget()
	d.clients.forget()
	d.people.forget()
}

// me is who the token is.
func (d *directory) me(ctx context.Context) (*awork.Identity, error) {
	return d.identity.get(ctx, d.client, whole(d.client.Me))
}

// knownMe is who the token is as far as that is known without asking.
func (d *directory) knownMe(ctx context.Context) *awork.Identity {
	token, err := d.client.TokenNow(ctx)
	if err != nil {
		return nil
	}
	me, _ := d.identity.peek(token)
	return me
}

// role is a role with what the rules ask of it.
type role struct {
	awork.Role
	// admin says why the role is admin-equivalent; empty where it is not.
	admin string
	// permissions are what it may do, as far as that was read.
	permissions []awork.Permission
}

// maxRolesRead bounds the requests for roles' permissions. awork has no answer
// with those of all roles.
const maxRolesRead = 100

func (d *directory) readRoles(ctx context.Context) (m map[uuid.UUID]role, complete bool, err error) {
	list, err := asFarAsItCame(d.client.ListRoles(ctx))
	if err != nil {
		return nil, false, err
	}
	roles := make([]role, len(list))
	errs := make([]error, len(list))
	var g errgroup.Group
	g.SetLimit(8)
	for i, r := range list {
		if i >= maxRolesRead && !r.IsAdminRole {
			roles[i] = role{Role: r, admin: adminUnreadable}
			continue
		}
		g.Go(func() error {
			roles[i], errs[i] = d.readRole(ctx, r)
			return nil
		})
	}
	_ = g.Wait()
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	m, complete = make(map[uuid.UUID]role, len(roles)), true
	for i, r := range roles {
		m[r.ID] = r
		complete = complete && (errs[i] == nil || awork.Is(errs[i], awork.KindPermissionDenied))
	}
	return m, complete, nil
}

// readRole reads what a role may do, and says why that makes it admin-equivalent.
// One that can't be read counts as such; the error says why it can't.
func (d *directory) readRole(ctx context.Context, r awork.Role) (role, error) {
	if r.IsAdminRole {
		return role{Role: r, admin: adminRole}, nil
	}
	permissions, err := d.client.RolePermissions(ctx, r.ID)
	full := role{Role: r, permissions: permissions}
	switch {
	case err != nil:
		full.admin = adminUnreadable
	case awork.ManagesConfig(permissions):
		full.admin = adminByConfig
	}
	return full, err
}

// Why an API user counts as an admin.
const (
	adminByOmission = "it has no role, and awork makes an API user without a role an admin"
	adminRole       = "its role is the workspace's admin role"
	adminByConfig   = "its role has access to workspace-manage-config, with which a key of any admin can be made"
	adminUnreadable = "what its role may do can't be read, so it is taken for an admin"
)

// people are the users of the workspace by id. complete is false where the token
// may read no user but its own.
type people struct {
	byID     map[uuid.UUID]awork.User
	complete bool
}

func (d *directory) readPeople(ctx context.Context) (people, error) {
	list, err := d.client.ListUsers(ctx)
	if err != nil {
		return people{}, err
	}
	p := people{byID: make(map[uuid.UUID]awork.User, len(list)), complete: len(list) > 1}
	for _, u := range list {
		p.byID[u.ID] = u
	}
	return p, nil
}

func (d *directory) readClients(ctx context.Context) (map[string]string, error) {
	list, err := d.client.ListClientApplications(ctx)
	if err != nil {
		return nil, err
	}
	return clientNames(list), nil
}

func clientNames(list []awork.ClientApplication) map[string]string {
	m := make(map[string]string, len(list))
	for _, a := range list {
		m[a.ClientID] = a.DisplayName
	}
	return m
}
