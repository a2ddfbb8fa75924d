package outside_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/outside"
)

func TestEnviron(t *testing.T) { //nolint:paralleltest // the environment is this process's
	for name, value := range map[string]string{"AWORK_TOKEN": "canary", "awork_token": "canary", "AWORK_MCP_STATE_KEY": "canary", "AWORK_TOKEN_FILE": "kept", "OTHER": "kept"} {
		t.Setenv(name, value)
	}
	env := strings.Join(outside.Environ(), "\n")
	if strings.Contains(env, "canary") || !strings.Contains(env, "AWORK_TOKEN_FILE=kept") || !strings.Contains(env, "OTHER=kept") {
		t.Error(env)
	}
}

func TestAskKeyring(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		locked := make(chan struct{})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		start := time.Now()
		err := outside.AskKeyring(ctx, func() error { <-locked; return nil })
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 20*time.Second {
			t.Errorf("after %v: %v", took, err)
		}
		close(locked)
	})
	failed := errors.New("no keyring")
	if err := outside.AskKeyring(t.Context(), func() error { return failed }); !errors.Is(err, failed) {
		t.Error(err)
	}
}
