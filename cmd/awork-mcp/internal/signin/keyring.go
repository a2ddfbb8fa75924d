package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"

	"github.com/awork-mcp/awork-mcp/awork"
)

// The tokens are two entries: Windows takes 2,560 bytes in one.
func (s *store) accessEntry() string  { return "access token for " + s.base }
func (s *store) refreshEntry() string { return "refresh token for " + s.base }

// loadKeys returns the tokens in the keyring. There may be no refresh token.
func (s *store) loadKeys(ctx context.Context) (access, refresh awork.Secret, err error) {
	access, err = s.keyring.Get(ctx, s.accessEntry())
	if errors.Is(err, keyring.ErrNotFound) {
		return access, refresh, notSignedIn("the keyring no longer has its tokens")
	}
	if err == nil {
		refresh, err = s.keyring.Get(ctx, s.refreshEntry())
	}
	if err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return access, refresh, fmt.Errorf("the keyring with the tokens of the sign-in can't be read: "+
			"unlock it, or sign in again with `awork-mcp login`: %w", err)
	}
	return access, refresh, nil
}

// saveKeys stores the tokens in the keyring, the refresh token first: with it
// alone one could go on.
func (s *store) saveKeys(ctx context.Context, access, refresh awork.Secret) error {
	var err error
	if refresh.IsZero() {
		err = s.keyring.Delete(ctx, s.refreshEntry())
	} else {
		err = s.keyring.Set(ctx, s.refreshEntry(), refresh)
	}
	if err != nil {
		return err
	}
	return s.keyring.Set(ctx, s.accessEntry(), access)
}

// deleteKeys removes the tokens from the keyring.
func (s *store) deleteKeys(ctx context.Context) error {
	return errors.Join(s.keyring.Delete(ctx, s.accessEntry()), s.keyring.Delete(ctx, s.refreshEntry()))
}
