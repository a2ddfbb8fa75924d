package awork

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"
)

const apiUsersPath = "/apiusers"

func apiUserPath(id uuid.UUID) string { return apiUsersPath + "/" + id.String() }

// ListAPIUsers returns the API users of the workspace, in awork's order, as far as
// they come. total is how many awork says there are, where it says so, and else
// how many came: awork documents no paging for this list, see
// https://developers.awork.com/apiv1/api-users/get-api-users.
func (c *Client) ListAPIUsers(ctx context.Context) (users []APIUser, total int, err error) {
	users, total, err = readList[APIUser](ctx, c, apiUsersPath, nil)
	if err != nil {
		return nil, 0, err
	}
	for _, u := range users {
		if err := checkRecord(u.ID, u.Name, apiUsersPath); err != nil {
			return nil, 0, err
		}
	}
	return users, total, nil
}

// allAPIUsers returns all API users of the workspace. Where awork says that there
// are more than came, those that came are given beside an error that is
// [ErrIncomplete].
func (c *Client) allAPIUsers(ctx context.Context) ([]APIUser, error) {
	users, total, err := c.ListAPIUsers(ctx)
	if err != nil {
		return nil, err
	}
	return users, checkComplete(apiUsersPath, len(users), total)
}

func containsAPIUser(users []APIUser, id uuid.UUID) bool {
	return slices.ContainsFunc(users, func(u APIUser) bool { return u.ID == id })
}

// GetAPIUser returns one API user.
func (c *Client) GetAPIUser(ctx context.Context, id uuid.UUID) (*APIUser, error) {
	path := apiUserPath(id)
	var u APIUser
	if _, err := c.read(ctx, path, nil, &u); err != nil {
		return nil, err
	}
	if err := checkRecord(u.ID, u.Name, path); err != nil {
		return nil, err
	}
	if u.ID != id {
		return nil, unexpected(path, "the answer is another API user")
	}
	return &u, nil
}

// apiUserRecord is one API user as a record.
type apiUserRecord struct {
	client *Client
	id     uuid.UUID
}

func (r apiUserRecord) path() string { return apiUserPath(r.id) }

func (r apiUserRecord) read(ctx context.Context) (*APIUser, error) {
	return r.client.GetAPIUser(ctx, r.id)
}

func (r apiUserRecord) listed(ctx context.Context) (bool, error) {
	all, err := r.client.allAPIUsers(ctx)
	switch {
	case containsAPIUser(all, r.id):
		return true, nil
	case Is(err, KindNotFound):
		return false, err
	}
	me, meErr := r.client.Me(ctx)
	if meErr != nil {
		return false, meErr
	}
	if err != nil {
		// Without a list, the token's own API user shows that one that is there is
		// not answered with 404.
		_, meErr = r.client.GetAPIUser(ctx, me.ID)
		if meErr == nil {
			err = nil
		}
		return false, err
	}
	return false, r.client.checkShown(ctx, all, me.ID)
}

// errProvesNothing: a list that lacks a record that is known to be there says
// nothing of another that it lacks.
var errProvesNothing = errors.New("awork: the list lacks the token's own API user, so it proves nothing")

// checkShown checks that a list of API users shows what must be in it: the token's
// own API user me. A token of a person has none. That it is one, awork does not
// answer directly: another API user of the list can be read, and me can't.
func (c *Client) checkShown(ctx context.Context, all []APIUser, me uuid.UUID) error {
	if containsAPIUser(all, me) {
		return nil
	}
	if len(all) == 0 {
		return errProvesNothing
	}
	if _, err := c.GetAPIUser(ctx, all[0].ID); err != nil {
		return err
	}
	if _, err := c.GetAPIUser(ctx, me); !Is(err, KindNotFound) {
		return errProvesNothing
	}
	return nil
}

// DeleteAPIUser deletes an API user, and returns no error only when it is known to
// be gone: awork confirmed it, or an ambiguous attempt (the connection was lost,
// the deadline passed, the answer was a 5xx, not awork's, or a 2xx with a body) is
// followed by awork no longer knowing the record: a 404 for it, and a list of API
// users without it that has the token's own. An attempt that had no effect may be sent again, three tries in all.
// A record that never was can't be distinguished from one deleted by an attempt whose answer
// was lost: read it first.
//
// Other results are an [*Error] for what awork refused, so that nothing was
// changed, and an [*EffectError] where the last attempt was ambiguous: the record
// was still there, or that could not be read either.
//
// When ctx is cancelled, an attempt on its way is finished and read back, for 10
// seconds at most, and is not sent again.
//
// See https://developers.awork.com/apiv1/api-users/delete-api-user-by-id.
func (c *Client) DeleteAPIUser(ctx context.Context, id uuid.UUID) (Deletion, error) {
	c, err := c.pinForWrite(ctx, http.MethodDelete, apiUserPath(id))
	if err != nil {
		return Deletion{}, err
	}
	r := apiUserRecord{c, id}
	return deleteRecord(ctx, c, r, deleting(r))
}
