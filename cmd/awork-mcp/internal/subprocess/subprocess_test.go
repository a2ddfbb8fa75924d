package subprocess_test

import (
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/subprocess"
)

func TestEnviron(t *testing.T) { //nolint:paralleltest // the environment is this process's
	for name, value := range map[string]string{
		"AWORK_TOKEN": "canary", "awork_token": "canary", "AWORK_MCP_STATE_KEY": "canary",
		"AWORK_TOKEN_FILE": "stays", "OTHER": "stays",
	} {
		t.Setenv(name, value)
	}
	env := strings.Join(subprocess.Environ(), "\n")
	if strings.Contains(env, "canary") {
		t.Errorf("a secret is passed on: %s", env)
	}
	if !strings.Contains(env, "AWORK_TOKEN_FILE=stays") || !strings.Contains(env, "OTHER=stays") {
		t.Errorf("a variable is missing: %s", env)
	}
}
