package awork

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"
)

// NewAPIUser is what an API user is made of. RoleID is required here, though awork
// does not ask for it: without one, awork makes an admin.
type NewAPIUser struct {
	Name     string    `json:"name"`
	RoleID   uuid.UUID `json:"roleId"`
	ClientID string    `json:"clientId,omitempty"`
	// AdminRole says that RoleID is the workspace's admin role, which awork may
	// leave out of what it shows of an API user.
	AdminRole bool `json:"-"`
}

func (n NewAPIUser) like(u APIUser) bool {
	return u.Name == n.Name && u.hasRole(n.RoleID, n.AdminRole) && u.ClientID == n.ClientID
}

// errNoRole prevents that a POST without a role is sent at all.
var errNoRole = errors.New("awork: an API user is never made without a role: awork would make it an admin")

// errNotOne: what was found does not show whether a create had its effect.
var errNotOne = errors.New("awork: not exactly one new API user is like the one that was to be made")

// CreateAPIUser makes an API user. It is sent again only where awork surely refused
// it. Where an attempt is ambiguous, it counts as made only if exactly one API user
// has this name, role and client application, was made by the token's owner me, and
// is not among before, all API users read just before; else, and where before is
// nil since not all could be read, the result is an [*EffectError] with what was
// found. A role or client application that awork does not know is KindInvalid.
//
// See https://developers.awork.com/apiv1/api-users/post-api-user.
func (c *Client) CreateAPIUser(ctx context.Context, form NewAPIUser, before []APIUser, me uuid.UUID) (*APIUser, error) {
	if form.RoleID == uuid.Nil {
		return nil, errNoRole
	}
	if err := checkNotRedacted(form.Name, form.ClientID); err != nil {
		return nil, err
	}
	c, err := c.pinForWrite(ctx, http.MethodPost, apiUsersPath)
	if err != nil {
		return nil, err
	}
	w := &apiUserCreation{client: c, form: form, before: before, me: me}
	err = c.sendAndVerify(ctx, w)
	if err == nil {
		return &w.made, nil
	}
	var effect *EffectError
	if errors.As(err, &effect) {
		effect.Candidates = w.candidates
		if w.made.ID != uuid.Nil && len(w.candidates) == 0 {
			// awork named it, and it is not what was asked for.
			effect.Candidates = []APIUser{w.made}
		}
	}
	if refused, ok := asNotFound(err); ok {
		refused.Kind, refused.Reason = KindInvalid, "awork does not know the role or the client application"
	}
	return nil, err
}

type apiUserCreation struct {
	client     *Client
	form       NewAPIUser
	before     []APIUser
	me         uuid.UUID
	made       APIUser
	candidates []APIUser
}

func (w *apiUserCreation) request() request {
	return request{method: http.MethodPost, path: apiUsersPath, body: w.form}
}

func (w *apiUserCreation) accept(ans *answer) *Error { return acceptRecord(ans, &w.made, w.asSent) }

func (w *apiUserCreation) asSent(u APIUser) bool { return u.ID != uuid.Nil && w.form.like(u) }

func (w *apiUserCreation) tookEffect(ctx context.Context, _ *Error) (bool, error) {
	all, err := w.client.allAPIUsers(ctx)
	listsOwn := containsAPIUser(all, w.me)
	w.candidates = slices.DeleteFunc(all, w.isOther)
	switch {
	case err != nil:
		return false, err
	case containsAPIUser(w.before, w.me) && !listsOwn:
		return false, errProvesNothing
	case w.before == nil, len(w.candidates) != 1:
		return false, errNotOne
	}
	w.made = w.candidates[0]
	return true, nil
}

func (w *apiUserCreation) isOther(u APIUser) bool {
	return containsAPIUser(w.before, u.ID) || u.CreatedBy != w.me || !w.form.like(u)
}

// UpdateAPIUser replaces the name and role of an API user that is as was. awork
// replaces the complete record and makes an admin of one that is sent without a role,
// so the record is read again right before the write: where it no longer is as was,
// nothing is sent and the result is a [*ChangedError]. A zero roleID is sent only
// where was has none either. Like a delete, an ambiguous attempt is read back, and
// sent again only if the record still is as was. adminRole says that roleID is the
// workspace's admin role.
//
// See https://developers.awork.com/apiv1/api-users/put-api-user-by-id.
func (c *Client) UpdateAPIUser(ctx context.Context, was APIUser, name string, roleID uuid.UUID, adminRole bool) (
	*APIUser, error) {
	if roleID == uuid.Nil && was.RoleID != uuid.Nil {
		return nil, errNoRole
	}
	if err := checkNotRedacted(name); err != nil {
		return nil, err
	}
	c, err := c.pinForWrite(ctx, http.MethodPut, apiUserPath(was.ID))
	if err != nil {
		return nil, err
	}
	form := apiUserForm{Name: name, RoleID: roleID, id: was.ID, adminRole: adminRole}
	updated, err := updateRecord(ctx, c, &update[APIUser]{record: apiUserRecord{c, was.ID}, same: sameAPIUser,
		was: was, form: form, asSent: form.like})
	if refused, ok := asNotFound(err); ok && refused.Method == http.MethodPut {
		c.resolveUnknown(ctx, refused, was.ID, "the role")
	}
	return updated, err
}

func sameAPIUser(a, b APIUser) bool { return a == b }

type apiUserForm struct {
	Name      string    `json:"name"`
	RoleID    uuid.UUID `json:"roleId,omitzero"`
	id        uuid.UUID
	adminRole bool
}

func (f apiUserForm) like(u APIUser) bool {
	return u.ID == f.id && u.Name == f.Name && u.hasRole(f.RoleID, f.adminRole)
}

// resolveUnknown finds out what a 404 is about that awork answers for an unknown
// API user and for another unknown thing alike.
func (c *Client) resolveUnknown(ctx context.Context, refused *Error, id uuid.UUID, other string) {
	_, err := c.GetAPIUser(ctx, id)
	switch {
	case err == nil:
		refused.Kind, refused.Reason = KindInvalid, "awork does not know "+other
	case !Is(err, KindNotFound):
		refused.Kind = KindUpstream
		refused.Reason = "whether awork does not know the API user or " + other + " could not be read"
	}
}
