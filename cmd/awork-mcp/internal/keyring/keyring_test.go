package keyring_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	gokeyring "github.com/zalando/go-keyring"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/keyring"
)

// locked is a keyring whose owner has to unlock it.
type locked struct{ unlock chan struct{} }

func (l locked) Get(string, string) (string, error) { <-l.unlock; return "late", nil }
func (l locked) Set(_, _, _ string) error           { <-l.unlock; return nil }
func (l locked) Delete(string, string) error        { <-l.unlock; return nil }

// calls are all that can be asked of a keyring.
func calls(ctx context.Context, k keyring.Keyring) map[string]error {
	_, getErr := k.Get(ctx, "name")
	return map[string]error{
		"Get":    getErr,
		"Set":    k.Set(ctx, "name", awork.NewSecret("canary")),
		"Delete": k.Delete(ctx, "name"),
	}
}

func TestLockedKeyringHoldsNoCallUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := locked{make(chan struct{})}
		defer close(l.unlock)
		k := keyring.Keyring{Backend: l}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		start := time.Now()
		for call, err := range calls(ctx, k) {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", call, err)
			}
		}
		if took := time.Since(start); took != 20*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestSystemKeyring(t *testing.T) { //nolint:paralleltest // the mock is the process's
	gokeyring.MockInit()
	var k keyring.Keyring
	ctx := t.Context()
	if _, err := k.Get(ctx, "name"); !errors.Is(err, gokeyring.ErrNotFound) {
		t.Errorf("before: %v", err)
	}
	if err := k.Delete(ctx, "name"); err != nil {
		t.Errorf("deleting what is not there: %v", err)
	}
	if err := k.Set(ctx, "name", awork.NewSecret("canary")); err != nil {
		t.Fatal(err)
	}
	if got, err := k.Get(ctx, "name"); err != nil || got.Reveal() != "canary" {
		t.Errorf("got %v, %v", got, err)
	}
	if value, err := gokeyring.Get(k.Service(), "name"); err != nil || value != "canary" {
		t.Errorf("the keyring has another entry: %v", err)
	}
	if err := k.Delete(ctx, "name"); err != nil {
		t.Error(err)
	}

	failed := errors.New("there is no keyring")
	gokeyring.MockInitWithError(failed)
	for call, err := range calls(ctx, k) {
		if !errors.Is(err, failed) {
			t.Errorf("%s: %v", call, err)
		}
	}
}
