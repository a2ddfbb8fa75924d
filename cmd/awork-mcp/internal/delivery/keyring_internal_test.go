package delivery

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/keyring"
	"github.com/awork-mcp/awork-mcp/tools"
)

// locked is a keyring whose owner has to unlock it.
type locked struct {
	keyring.Backend
	unlock chan struct{}
}

func (l locked) Set(_, _, _ string) error { <-l.unlock; return nil }

// A keyring that is locked holds no call up for ever, nor one that is cancelled.
func TestLockedKeyring(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := locked{unlock: make(chan struct{})}
		defer close(l.unlock)
		k := Keyring{keyring.Keyring{Backend: l}}
		p := tools.Secret{Kind: tools.KindAPIKey, ClientID: "zapier", Value: awork.NewSecret("canary")}
		start := time.Now()
		if _, err := k.Deliver(t.Context(), p); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != timeout {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := k.Deliver(ctx, p); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}
