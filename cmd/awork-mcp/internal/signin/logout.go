package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// ErrClientShared is returned where awork was not asked to revoke the access.
var ErrClientShared = errors.New("another sign-in has the same client, and would end with this one")

// Logout removes the sign-in. Before that it has awork revoke what was granted to
// its client; where that fails, revoked says why and the sign-in is removed all the
// same. Where another sign-in has the same client that is [ErrClientShared]. Where
// the sign-in has ended the error is [ErrNotSignedIn], and what it left behind is
// removed.
func (s *Session) Logout(ctx context.Context) (revoked, err error) {
	si, _, err := s.record.read()
	if err != nil {
		return nil, err
	}
	ended := si.check()
	if ended == nil {
		revoked = s.revoke(ctx, si.client.ClientID)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer cancel()
	lock, err := s.record.store.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = lock.Unlock() }()
	if err := s.record.remove(ctx); err != nil {
		return revoked, err
	}
	return revoked, ended
}

func (s *Session) revoke(ctx context.Context, clientID string) error {
	switch shared, err := s.record.sharesClient(ctx, clientID); {
	case err != nil:
		return err
	case shared:
		return ErrClientShared
	}
	// An expired access token is refreshed first: the grant outlives it by weeks.
	if _, err := s.Token(ctx); err != nil {
		return err
	}
	si, _, err := s.record.load(ctx)
	if err != nil {
		return err
	}
	e := s.signIns.endpoint
	status, code, err := e.revoke(ctx, clientID, si.access)
	switch {
	case err != nil && ctx.Err() != nil:
		return errors.New("there was no time for awork's answer")
	case err != nil:
		return fmt.Errorf("%s can't be reached: %w", e.host, err)
	case status == http.StatusOK, status == http.StatusNoContent:
		return nil
	case status == http.StatusNotFound && code != "": // there is nothing to revoke
		return nil
	}
	return errors.New(strings.TrimSpace(fmt.Sprintf("%s answered %d %s", e.host, status, code)))
}

// sharesClient reports whether another sign-in goes on with the same client.
func (r *record) sharesClient(ctx context.Context, clientID string) (bool, error) {
	all, err := r.store.records(ctx)
	if err != nil {
		return false, err
	}
	for _, other := range all {
		if other.id != r.id && other.stored.location != "" && other.stored.client.ClientID == clientID {
			return true, nil
		}
	}
	return false, nil
}
