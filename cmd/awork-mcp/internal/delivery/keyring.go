package delivery

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/keyring"
	"github.com/awork-mcp/awork-mcp/tools"
)

// Keyring puts each secret into the system's keyring. A keyring that is locked is
// waited for 20 seconds, and may take the secret still when it is unlocked later.
type Keyring struct{ keyring keyring.Keyring }

// Describe implements [tools.Delivery].
func (Keyring) Describe() string { return "this system's keyring" }

// Check returns an error where the keyring does not store an entry. It tries one
// that holds no secret, and removes it.
func (k Keyring) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	name, want := "check/"+rand.Text(), awork.NewSecret(rand.Text())
	if err := k.keyring.Set(ctx, name, want); err != nil {
		return fmt.Errorf("this system's keyring takes no entry: %w", err)
	}
	got, err := k.keyring.Get(ctx, name)
	err = errors.Join(err, k.keyring.Delete(ctx, name))
	switch {
	case err != nil:
		return fmt.Errorf("this system's keyring does not give an entry back: %w", err)
	case got.Reveal() != want.Reveal():
		return errors.New("this system's keyring gives another entry back than it was given")
	}
	return nil
}

// Deliver implements [tools.Delivery]. The entry is named by what it holds, and
// holds the newest of it.
func (k Keyring) Deliver(ctx context.Context, p tools.Secret) (where string, err error) {
	account := []string{p.Kind, p.ClientID}
	if p.APIUserID != uuid.Nil {
		account = append(account, p.APIUserID.String())
	}
	name := strings.Join(account, "/")
	if strings.ContainsFunc(name, unicode.IsControl) {
		// Some systems' programs would read a line break as the end of a command.
		return "", fmt.Errorf("no entry of the keyring can be named %q", name)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := k.keyring.Set(ctx, name, p.Value); err != nil {
		return "", err
	}
	return fmt.Sprintf("the keyring's entry %q of the service %s", name, k.keyring.Service()), nil
}
