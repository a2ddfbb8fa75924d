package awork

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
)

const apiUsersPath = "/apiusers"

// APIUser is a service account of a workspace; an API key is its token. See
// https://developers.awork.com/apiv1/api-users/get-api-user-by-id. awork leaves
// empty fields out, and so does JSON made of it.
type APIUser struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	// RoleID is zero where awork names no role: such an API user is an admin.
	RoleID uuid.UUID `json:"roleId,omitzero"`
	// ClientID names the client application; it is text, not a UUID.
	ClientID  string    `json:"clientId,omitempty"`
	CreatedOn Timestamp `json:"createdOn,omitempty"`
	CreatedBy uuid.UUID `json:"createdBy,omitzero"`
	UpdatedOn Timestamp `json:"updatedOn,omitempty"`
	UpdatedBy uuid.UUID `json:"updatedBy,omitzero"`
}

// Timestamp is a date and time as awork sent it, with up to seven fractional
// digits.
type Timestamp string

// Time is the time that t names, in UTC, and whether it names one. A time
// without an offset is taken as UTC.
func (t Timestamp) Time() (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if v, err := time.Parse(layout, string(t)); err == nil {
			return v.UTC(), true
		}
	}
	return time.Time{}, false
}

// ListAPIUsers reads the API users of the workspace, in awork's order, as far as
// they come. total is how many awork says there are, where it says so, and else
// how many came: awork documents no paging for this list.
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

// allAPIUsers reads all API users of the workspace. Where awork says that there
// are more than came, those that came are given beside an error that is
// [ErrIncomplete].
func (c *Client) allAPIUsers(ctx context.Context) ([]APIUser, error) {
	users, total, err := c.ListAPIUsers(ctx)
	if err != nil {
		return nil, err
	}
	return users, checkWhole(apiUsersPath, len(users), total)
}

// GetAPIUser reads one API user.
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
		return nil, &Error{Kind: KindUpstream, Method: http.MethodGet, Path: path, Status: http.StatusOK, Reason: "the answer is another API user"}
	}
	return &u, nil
}

// DeleteAPIUser deletes an API user, and returns no error only when it is known to be
// gone by this call: awork confirmed it, or an attempt whose answer never came
// (the connection was lost, the deadline passed, the answer was a 5xx or not
// awork's) is followed by awork no longer knowing the record: a 404 for it that
// awork's list of API users does not gainsay. An attempt that had no effect may
// be sent again, three tries in all. A record that never was can't be told from
// one deleted by an attempt whose answer was lost: read it first.
//
// Other results are an [*Error] for what awork refused, so that nothing was
// changed, and an [*EffectError] where the last attempt's effect had to be
// looked for: the record still stood, or that could not be read either.
//
// When ctx is cancelled, an attempt on its way is let finish and read back, for
// 10 seconds at most, and is not sent again.
func (c *Client) DeleteAPIUser(ctx context.Context, id uuid.UUID) (Deletion, error) {
	req := request{method: http.MethodDelete, path: apiUserPath(id)}
	c, err := c.pinForWrite(ctx, req)
	if err != nil {
		return Deletion{}, err
	}
	return c.remove(ctx, req, func(ctx context.Context) error {
		_, err := c.GetAPIUser(ctx, id)
		return err
	}, func(ctx context.Context) (bool, error) {
		all, err := c.allAPIUsers(ctx)
		return slices.ContainsFunc(all, func(u APIUser) bool { return u.ID == id }), err
	})
}

func apiUserPath(id uuid.UUID) string { return apiUsersPath + "/" + id.String() }

// checkRecord refuses an answer's record that lacks what each has.
func checkRecord(id uuid.UUID, name, path string) error {
	if id == uuid.Nil || name == "" {
		return &Error{Kind: KindUpstream, Method: http.MethodGet, Path: path, Status: http.StatusOK, Reason: "the answer has a record without id or name"}
	}
	return nil
}
