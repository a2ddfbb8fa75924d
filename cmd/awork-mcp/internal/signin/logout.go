package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// Logout forgets the tokens, and before that has awork revoke what was granted to
// this program: DELETE /accounts/me/authorizedclients/{clientId} in awork's API
// reference. Where awork can't be told, revoked says why and the tokens are
// forgotten all the same. The registered client stays for the next sign-in.
// Without a sign-in the error is [ErrNotSignedIn], and what one may have left
// behind is removed.
func (s *Session) Logout(ctx context.Context) (revoked, err error) {
	l, _, err := s.store.peek()
	if err != nil {
		return nil, err
	}
	signedOut := l.standing()
	if signedOut == nil {
		revoked = s.revoke(ctx, l.clientID)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshWithin)
	defer cancel()
	err = s.store.forget(ctx)
	if signedOut != nil {
		return nil, signedOut
	}
	return revoked, err
}

func (s *Session) revoke(ctx context.Context, clientID string) error {
	// An expired access token is refreshed first: the grant outlives it by weeks.
	if _, err := s.Token(ctx); err != nil {
		return err
	}
	l, _, err := s.store.load(ctx)
	if err != nil {
		return err
	}
	status, answer, err := s.endpoint.send(ctx, http.MethodDelete, "/accounts/me/authorizedclients/"+url.PathEscape(clientID), l.access, nil)
	switch {
	case err != nil && ctx.Err() != nil:
		return errors.New("there was no time for awork's answer")
	case err != nil:
		return fmt.Errorf("%s can't be reached: %w", s.endpoint.host, err)
	case status == http.StatusOK, status == http.StatusNoContent:
		return nil
	case status == http.StatusNotFound && aworkCode(answer) != "": // there is nothing to revoke
		return nil
	}
	return fmt.Errorf("%s answered %d", s.endpoint.host, status)
}
