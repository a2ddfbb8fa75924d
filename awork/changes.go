package awork

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"
)

// NewAPIUser is what an API user is made of. RoleID is required here, though
// awork does not ask for it: without one, awork makes an admin.
type NewAPIUser struct {
	Name     string    `json:"name"`
	RoleID   uuid.UUID `json:"roleId"`
	ClientID string    `json:"clientId,omitempty"`
	// AdminRole says that RoleID is the workspace's admin role, which awork may
	// leave out of what it shows of an API user.
	AdminRole bool `json:"-"`
}

// hasRole reports whether u has the role that was sent for it.
func hasRole(u APIUser, roleID uuid.UUID, adminRole bool) bool {
	return u.RoleID == roleID || adminRole && u.RoleID == uuid.Nil
}

// errNoRole keeps a POST without a role from being sent at all.
var errNoRole = errors.New("awork: an API user is never made without a role: awork would make it an admin")

// CreateAPIUser makes an API user. It is sent again only where awork surely
// refused it. Where an attempt's answer never came or can't be read, it counts
// as made only if exactly one API user has this name, role and client
// application, was made by the token's owner me, and is not among before, all
// API users read just before; else, and where before is nil since not all could
// be read, the result is an [*EffectError] with what was found. A role or client
// application that awork does not know is KindInvalid.
func (c *Client) CreateAPIUser(ctx context.Context, form NewAPIUser, before []APIUser, me uuid.UUID) (*APIUser, error) {
	if form.RoleID == uuid.Nil {
		return nil, errNoRole
	}
	req := request{method: http.MethodPost, path: apiUsersPath, body: form}
	c, err := c.pinForWrite(ctx, req)
	if err != nil {
		return nil, err
	}
	var made APIUser
	var candidates []APIUser
	err = c.settle(ctx, writeOp{
		request: req,
		accept: func(ans *answer) *Error {
			return acceptRecord(req, ans, &made, func(u APIUser) bool {
				return u.ID != uuid.Nil && u.Name == form.Name && hasRole(u, form.RoleID, form.AdminRole) && u.ClientID == form.ClientID
			})
		},
		happened: func(ctx context.Context) (bool, error) {
			all, err := c.allAPIUsers(ctx)
			candidates = slices.DeleteFunc(all, func(u APIUser) bool {
				known := slices.ContainsFunc(before, func(b APIUser) bool { return b.ID == u.ID })
				return known || u.CreatedBy != me || u.Name != form.Name || !hasRole(u, form.RoleID, form.AdminRole) || u.ClientID != form.ClientID
			})
			switch {
			case err != nil:
				return false, err
			case before == nil, len(candidates) != 1:
				return false, errNotOne
			}
			made = candidates[0]
			return true, nil
		},
	})
	if err == nil {
		return &made, nil
	}
	var effect *EffectError
	if errors.As(err, &effect) {
		if effect.Candidates = candidates; made.ID != uuid.Nil && len(candidates) == 0 {
			// awork named it, and it is not what was asked for.
			effect.Candidates = []APIUser{made}
		}
	}
	if refused, ok := refusedAsNotFound(err); ok {
		refused.Kind, refused.Reason = KindInvalid, "awork does not know the role or the client application"
	}
	return nil, err
}

// errNotOne: what was found does not tell whether a create had its effect.
var errNotOne = errors.New("awork: not exactly one new API user is like the one that was to be made")

// UpdateAPIUser replaces the name and role of an API user that stands as was.
// awork replaces the whole record and makes an admin of one that is sent without
// a role, so the record is read again right before the write: where it no longer
// is as was, nothing is sent and the result is a [*ChangedError]. A zero roleID
// is sent only where was has none either. Like a delete, an attempt whose answer
// never came is read back, and sent again only if the record still is as was.
// adminRole says that roleID is the workspace's admin role.
func (c *Client) UpdateAPIUser(ctx context.Context, was APIUser, name string, roleID uuid.UUID, adminRole bool) (*APIUser, error) {
	if roleID == uuid.Nil && was.RoleID != uuid.Nil {
		return nil, errNoRole
	}
	req := request{method: http.MethodPut, path: apiUserPath(was.ID), body: struct {
		Name   string    `json:"name"`
		RoleID uuid.UUID `json:"roleId,omitzero"`
	}{name, roleID}}
	c, err := c.pinForWrite(ctx, req)
	if err != nil {
		return nil, err
	}
	updated, err := replace(ctx, c, req, was, replacing[APIUser]{
		look:   func(ctx context.Context) (*APIUser, error) { return c.GetAPIUser(ctx, was.ID) },
		same:   func(a, b APIUser) bool { return a == b },
		asSent: func(u APIUser) bool { return u.ID == was.ID && u.Name == name && hasRole(u, roleID, adminRole) },
	})
	if refused, ok := refusedAsNotFound(err); ok && refused.Method == http.MethodPut {
		c.settleWhatIsUnknown(ctx, refused, was.ID, "the role")
	}
	return updated, err
}

// settleWhatIsUnknown tells what a 404 is about that awork answers for an unknown
// API user and for another unknown thing alike.
func (c *Client) settleWhatIsUnknown(ctx context.Context, refused *Error, id uuid.UUID, other string) {
	_, look := c.GetAPIUser(ctx, id)
	switch {
	case look == nil:
		refused.Kind, refused.Reason = KindInvalid, "awork does not know "+other
	case !Is(look, KindNotFound):
		refused.Kind, refused.Reason = KindUpstream, "whether awork does not know the API user or "+other+" could not be read"
	}
}
