package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/outside"
)

// keyringService is the name under which the keyring keeps the tokens.
const keyringService = "awork-mcp"

// Keyring keeps secrets as github.com/zalando/go-keyring does, and says that there
// is none with its ErrNotFound.
type Keyring interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

type systemKeyring struct{}

func (systemKeyring) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (systemKeyring) Set(service, user, password string) error {
	return keyring.Set(service, user, password)
}
func (systemKeyring) Delete(service, user string) error { return keyring.Delete(service, user) }

// The tokens are two entries: Windows takes 2,560 bytes in one.
func accessEntry(base string) string  { return "access token for " + base }
func refreshEntry(base string) string { return "refresh token for " + base }

// recall takes the tokens from the keyring.
func (s *store) recall(ctx context.Context) (access, refresh secret, err error) {
	var a, r string
	err = outside.AskKeyring(ctx, func() (err error) {
		if a, err = s.keyring.Get(keyringService, accessEntry(s.base)); err != nil {
			return err
		}
		if r, err = s.keyring.Get(keyringService, refreshEntry(s.base)); errors.Is(err, keyring.ErrNotFound) {
			return nil // awork gave none
		}
		return err
	})
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return secret{}, secret{}, notSignedIn("the keyring no longer has its tokens")
	case err != nil:
		return secret{}, secret{}, fmt.Errorf("the keyring with the tokens of the sign-in can't be read: unlock it, or sign in again with `awork-mcp login`: %w", err)
	}
	return hide(a), hide(r), nil
}

// memorize puts the tokens into the keyring, the refresh token first: with it
// alone one could go on.
func (s *store) memorize(ctx context.Context, access, refresh secret) error {
	return outside.AskKeyring(ctx, func() error {
		if r := refresh.reveal(); r != "" {
			if err := s.keyring.Set(keyringService, refreshEntry(s.base), r); err != nil {
				return err
			}
		} else if err := s.keyring.Delete(keyringService, refreshEntry(s.base)); err != nil && !errors.Is(err, keyring.ErrNotFound) {
			return err
		}
		return s.keyring.Set(keyringService, accessEntry(s.base), access.reveal())
	})
}

// erase removes the tokens from the keyring.
func (s *store) erase(ctx context.Context) error {
	return outside.AskKeyring(ctx, func() error {
		var errs []error
		for _, entry := range []string{accessEntry(s.base), refreshEntry(s.base)} {
			if err := s.keyring.Delete(keyringService, entry); err != nil && !errors.Is(err, keyring.ErrNotFound) {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	})
}
