package delivery

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A keyring that is locked holds no call up for ever, nor one that is cancelled.
func TestLockedKeyring(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		unlocked := make(chan struct{})
		defer close(unlocked)
		locked := func() error { <-unlocked; return nil }
		start := time.Now()
		if err := put(t.Context(), locked); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != within {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := put(ctx, locked); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}
