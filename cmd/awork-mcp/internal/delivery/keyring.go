package delivery

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/keyring"
	"github.com/awork-mcp/awork-mcp/tools"
)

// Keyring puts each secret into the system's keyring. A keyring that is locked is
// waited for 20 seconds, and may take the secret still when it is unlocked later.
type Keyring struct{ keyring keyring.Keyring }

// Describe implements [tools.Delivery].
func (Keyring) Describe() string { return "this system's keyring" }

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
