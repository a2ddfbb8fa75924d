package delivery

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/zalando/go-keyring"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/outside"
	"github.com/awork-mcp/awork-mcp/tools"
)

// keyringService is the name under which the keyring keeps what is delivered.
const keyringService = "awork-mcp"

// Keyring puts each secret into the system's keyring. A keyring that is locked is
// waited for 20 seconds, and may take the secret still when it is unlocked later.
type Keyring struct{}

// Describe implements [tools.Delivery].
func (Keyring) Describe() string { return "this system's keyring" }

// Deliver implements [tools.Delivery]. The entry is named by what it holds, and
// holds the newest of it.
func (Keyring) Deliver(ctx context.Context, p tools.Parcel) (where string, err error) {
	account := []string{p.Kind, p.ClientID}
	if p.APIUserID != uuid.Nil {
		account = append(account, p.APIUserID.String())
	}
	name := strings.Join(account, "/")
	if strings.ContainsFunc(name, unicode.IsControl) {
		return "", fmt.Errorf("no entry of the keyring can be named %q", name) // some systems' programs would read a line break as the end of a command
	}
	if err := put(ctx, func() error { return keyring.Set(keyringService, name, p.Secret.Reveal()) }); err != nil {
		return "", err
	}
	return fmt.Sprintf("the keyring's entry %q of the service %s", name, keyringService), nil
}

func put(ctx context.Context, set func() error) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return outside.AskKeyring(ctx, set)
}
