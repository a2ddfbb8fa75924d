package awork

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
)

const rolesPath = "/roles"

func rolePath(id uuid.UUID) string { return rolesPath + "/" + id.String() }

// ListRoles returns the roles of the workspace, archived ones included. Where
// awork says that there are more than came, those that came are given beside an
// error that is [ErrIncomplete].
func (c *Client) ListRoles(ctx context.Context) ([]Role, error) {
	roles, total, err := readList[Role](ctx, c, rolesPath, url.Values{"showArchived": {"true"}})
	if err != nil {
		return nil, err
	}
	for _, role := range roles {
		if err := checkRecord(role.ID, role.Name, rolesPath); err != nil {
			return nil, err
		}
	}
	return roles, checkComplete(rolesPath, len(roles), total)
}

// What a list of roles does not show.
var (
	errNotOneRole  = errors.New("awork: not exactly one new role is like the one that was to be made")
	errNoAdminRole = errors.New("awork: the list of roles lacks the admin role, so it proves nothing")
)

// GetRole returns one role.
func (c *Client) GetRole(ctx context.Context, id uuid.UUID) (*Role, error) {
	path := rolePath(id)
	var r Role
	if _, err := c.read(ctx, path, nil, &r); err != nil {
		return nil, err
	}
	if err := checkRecord(r.ID, r.Name, path); err != nil {
		return nil, err
	}
	if r.ID != id {
		return nil, unexpected(path, "the answer is another role")
	}
	return &r, nil
}

// RolePermissions returns what a role may do.
func (c *Client) RolePermissions(ctx context.Context, id uuid.UUID) ([]Permission, error) {
	return readPages[Permission](ctx, c, rolePath(id)+"/permissions", nil)
}

// Features returns the names of all features that a role may have access to.
func (c *Client) Features(ctx context.Context) ([]string, error) {
	var features []string
	_, err := c.read(ctx, "/permissions/features", nil, &features)
	return features, err
}

// CreateRole makes a role, which is neither the admin nor the guest role, for
// API users with limited rights. It needs a plan that has roles of one's own. Where
// an attempt is ambiguous, it counts as made only if exactly one role has this
// name, was made by the token's owner me, and is not among before, all roles read
// just before. What a new role may do awork does not document: read it.
//
// See https://developers.awork.com/permissions.
func (c *Client) CreateRole(ctx context.Context, name string, before []Role, me uuid.UUID) (*Role, error) {
	if err := checkNotRedacted(name); err != nil {
		return nil, err
	}
	c, err := c.pinForWrite(ctx, http.MethodPost, rolesPath)
	if err != nil {
		return nil, err
	}
	w := &roleCreation{client: c, name: name, before: before, me: me}
	if err := c.sendAndVerify(ctx, w); err != nil {
		return nil, err
	}
	return &w.made, nil
}

type roleCreation struct {
	client *Client
	name   string
	before []Role
	me     uuid.UUID
	made   Role
}

type roleForm struct {
	Name        string `json:"name"`
	IsAdminRole bool   `json:"isAdminRole"`
	IsGuestRole bool   `json:"isGuestRole"`
}

func (w *roleCreation) request() request {
	return request{method: http.MethodPost, path: rolesPath, body: roleForm{Name: w.name}}
}

func (w *roleCreation) accept(ans *answer) *Error { return acceptRecord(ans, &w.made, w.asSent) }

func (w *roleCreation) asSent(r Role) bool {
	return r.ID != uuid.Nil && r.Name == w.name && !r.IsAdminRole && !r.IsGuestRole
}

func (w *roleCreation) tookEffect(ctx context.Context, _ *Error) (bool, error) {
	all, err := w.client.ListRoles(ctx)
	if err != nil {
		return false, err
	}
	candidates := slices.DeleteFunc(all, w.isOther)
	if len(candidates) != 1 {
		return false, errNotOneRole
	}
	w.made = candidates[0]
	return true, nil
}

func (w *roleCreation) isOther(r Role) bool {
	return containsRole(w.before, r.ID) || r.CreatedBy != w.me || !w.asSent(r)
}

func containsRole(roles []Role, id uuid.UUID) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return r.ID == id })
}

// SetRolePermission gives a role access to one feature, in place of what it had of
// it; without access levels it takes the feature away. Where an attempt is
// ambiguous, the role's permissions are read.
func (c *Client) SetRolePermission(ctx context.Context, role uuid.UUID, p Permission) error {
	path := rolePath(role) + "/permissions"
	c, err := c.pinForWrite(ctx, http.MethodPost, path)
	if err != nil {
		return err
	}
	return c.sendAndVerify(ctx, &permissionChange{client: c, role: role, path: path, permission: p})
}

// ChangesRights reports whether the request was one to change what a role may do,
// for which awork asks another permission than for the rest.
func (e *Error) ChangesRights() bool {
	return e.Method == http.MethodPost && strings.HasPrefix(e.Path, rolesPath+"/") &&
		strings.HasSuffix(e.Path, "/permissions")
}

type permissionChange struct {
	client     *Client
	role       uuid.UUID
	path       string
	permission Permission
}

func (w *permissionChange) request() request {
	p := Permission{Feature: w.permission.Feature, AccessLevels: append([]string{}, w.permission.AccessLevels...)}
	return request{method: http.MethodPost, path: w.path, body: p}
}

// accept takes a 204, and a 200 that names what was sent.
func (w *permissionChange) accept(ans *answer) *Error {
	if ans.status == http.StatusNoContent {
		return nil
	}
	var got Permission
	return acceptRecord(ans, &got, w.asSent)
}

func (w *permissionChange) asSent(p Permission) bool {
	return p.Feature == w.permission.Feature && sameLevels(p.AccessLevels, w.permission.AccessLevels)
}

func (w *permissionChange) tookEffect(ctx context.Context, _ *Error) (bool, error) {
	all, err := w.client.RolePermissions(ctx, w.role)
	if err != nil {
		return false, err
	}
	return sameLevels(accessLevels(all, w.permission.Feature), w.permission.AccessLevels), nil
}

// sameLevels reports whether two lists hold the same levels, in any order.
func sameLevels(a, b []string) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}

// roleRecord is one role as a record.
type roleRecord struct {
	client *Client
	id     uuid.UUID
}

func (r roleRecord) path() string { return rolePath(r.id) }

func (r roleRecord) read(ctx context.Context) (*Role, error) { return r.client.GetRole(ctx, r.id) }

// listed compares with a list that has the admin role, which every workspace has.
func (r roleRecord) listed(ctx context.Context) (bool, error) {
	all, err := r.client.ListRoles(ctx)
	if containsRole(all, r.id) {
		return true, nil
	}
	if err == nil && !slices.ContainsFunc(all, func(r Role) bool { return r.IsAdminRole }) {
		err = errNoAdminRole
	}
	return false, err
}

// DeleteRole deletes a role that nobody holds, and reports no more than
// [Client.DeleteAPIUser] does. awork asks for another role for those who hold it,
// and none is given: it refuses then. Whether it counts API users is not
// documented, so look at them first: one without a role is an admin.
func (c *Client) DeleteRole(ctx context.Context, id uuid.UUID) (Deletion, error) {
	path := rolePath(id) + "/delete"
	c, err := c.pinForWrite(ctx, http.MethodPost, path)
	if err != nil {
		return Deletion{}, err
	}
	req := request{method: http.MethodPost, path: path, body: struct{}{}}
	return deleteRecord(ctx, c, roleRecord{c, id}, req)
}
