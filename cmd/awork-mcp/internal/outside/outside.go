// Package outside is how the program deals with what else runs on this machine:
// the programs that it starts, and the keyring.
package outside

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Environ is this program's environment without its secrets: what the programs
// get that it starts.
func Environ() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		// Some systems don't tell upper case from lower in these names.
		name, _, _ := strings.Cut(v, "=")
		return strings.EqualFold(name, "AWORK_TOKEN") || strings.EqualFold(name, "AWORK_MCP_STATE_KEY")
	})
}

// AskKeyring waits for the keyring, which may be asking its owner to unlock it, as
// long as ctx lasts. It can't be stopped, only left behind: what was asked may
// still be done later.
func AskKeyring(ctx context.Context, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("the keyring did not answer, perhaps it is locked: %w", ctx.Err())
	}
}
