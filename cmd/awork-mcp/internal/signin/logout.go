package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Logout deletes the tokens. Before that it has awork revoke what was granted to
// this program; where that fails, revoked says why and the tokens are deleted all
// the same. The registered client stays for the next sign-in. Without a sign-in the
// error is [ErrNotSignedIn], and what one may have left behind is removed.
func (s *Session) Logout(ctx context.Context) (revoked, err error) {
	si, _, err := s.store.readFile()
	if err != nil {
		return nil, err
	}
	notSignedIn := si.check()
	if notSignedIn == nil {
		revoked = s.revoke(ctx, si.clientID)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer cancel()
	err = s.store.delete(ctx)
	if notSignedIn != nil {
		return nil, notSignedIn
	}
	return revoked, err
}

func (s *Session) revoke(ctx context.Context, clientID string) error {
	// An expired access token is refreshed first: the grant outlives it by weeks.
	if _, err := s.Token(ctx); err != nil {
		return err
	}
	si, _, err := s.store.load(ctx)
	if err != nil {
		return err
	}
	status, code, err := s.endpoint.revoke(ctx, clientID, si.access)
	switch {
	case err != nil && ctx.Err() != nil:
		return errors.New("there was no time for awork's answer")
	case err != nil:
		return fmt.Errorf("%s can't be reached: %w", s.endpoint.host, err)
	case status == http.StatusOK, status == http.StatusNoContent:
		return nil
	case status == http.StatusNotFound && code != "": // there is nothing to revoke
		return nil
	}
	return errors.New(strings.TrimSpace(fmt.Sprintf("%s answered %d %s", s.endpoint.host, status, code)))
}
