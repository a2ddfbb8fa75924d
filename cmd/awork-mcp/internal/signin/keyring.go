package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"

	"github.com/awork-mcp/awork-mcp/awork"
)

// The tokens are two entries: Windows takes 2,560 bytes in one.
func (r *record) accessEntry() string  { return "access token for " + r.entryName() }
func (r *record) refreshEntry() string { return "refresh token for " + r.entryName() }

func (r *record) entryName() string {
	if r.id == earlierID {
		return r.store.base
	}
	return r.store.base + " " + r.id
}

// loadKeys returns the tokens in the keyring. There may be no refresh token.
func (r *record) loadKeys(ctx context.Context) (access, refresh awork.Secret, err error) {
	access, err = r.store.keyring.Get(ctx, r.accessEntry())
	if errors.Is(err, keyring.ErrNotFound) {
		return access, refresh, notSignedIn("the keyring no longer has its tokens")
	}
	if err == nil {
		refresh, err = r.store.keyring.Get(ctx, r.refreshEntry())
	}
	if err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return access, refresh, fmt.Errorf("the keyring with the tokens of the sign-in can't be read: "+
			"unlock it, or sign in again with `awork-mcp login`: %w", err)
	}
	return access, refresh, nil
}

// saveKeys stores the tokens in the keyring, the refresh token first: with it
// alone one could go on.
func (r *record) saveKeys(ctx context.Context, access, refresh awork.Secret) error {
	var err error
	if refresh.IsZero() {
		err = r.store.keyring.Delete(ctx, r.refreshEntry())
	} else {
		err = r.store.keyring.Set(ctx, r.refreshEntry(), refresh)
	}
	if err != nil {
		return err
	}
	return r.store.keyring.Set(ctx, r.accessEntry(), access)
}

// deleteKeys removes the tokens from the keyring.
func (r *record) deleteKeys(ctx context.Context) error {
	return errors.Join(r.store.keyring.Delete(ctx, r.accessEntry()), r.store.keyring.Delete(ctx, r.refreshEntry()))
}
