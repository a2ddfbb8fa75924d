package delivery

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/zalando/go-keyring"

	"github.com/awork-mcp/awork-mcp/tools"
)

// keyringService is the name under which the keyring keeps what is delivered.
const keyringService = "awork-mcp"

// Keyring puts each secret into the system's keyring.
type Keyring struct{}

// Describe implements [tools.Delivery].
func (Keyring) Describe() string { return "this system's keyring" }

// Deliver implements [tools.Delivery].
func (Keyring) Deliver(_ context.Context, p tools.Parcel) (where string, err error) {
	account := []string{p.Kind, p.ClientID}
	if p.APIUserID != uuid.Nil {
		account = append(account, p.APIUserID.String())
	}
	name := strings.Join(account, "/")
	if err := keyring.Set(keyringService, name, p.Secret.Reveal()); err != nil {
		return "", err
	}
	return "the keyring's entry " + name + " of the service " + keyringService, nil
}
