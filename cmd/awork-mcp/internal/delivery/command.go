package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/subprocess"
	"github.com/awork-mcp/awork-mcp/tools"
)

// Command gives each secret to a program on its standard input, such as a vault's
// command line. What it is for is in the program's environment:
// AWORK_MCP_SECRET_KIND, AWORK_MCP_CLIENT_ID, AWORK_MCP_API_USER_ID.
type Command struct {
	path string
	args []string
}

// NewCommand returns a Command that starts a program with fixed arguments. No shell
// is involved.
func NewCommand(command []string) (*Command, error) {
	if len(command) == 0 {
		return nil, errors.New("no program is given")
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return nil, err
	}
	return &Command{path: path, args: command[1:]}, nil
}

// Describe implements [tools.Delivery].
func (c *Command) Describe() string { return "the program " + filepath.Base(c.path) }

// Deliver implements [tools.Delivery]. What the program prints is discarded:
// it might be the secret.
func (c *Command) Deliver(ctx context.Context, p tools.Secret) (where string, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.path, c.args...)
	cmd.Stdin = strings.NewReader(p.Value.Reveal())
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	cmd.WaitDelay = time.Second
	cmd.Env = environ(p)
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("it was ended: %w", ctx.Err())
		}
		return "", fmt.Errorf("%s: %w", filepath.Base(c.path), err)
	}
	return "given to " + filepath.Base(c.path), nil
}

// environ returns the program's environment.
func environ(p tools.Secret) []string {
	env := slices.DeleteFunc(subprocess.Environ(), isAPIUserID)
	env = append(env, "AWORK_MCP_SECRET_KIND="+p.Kind, "AWORK_MCP_CLIENT_ID="+p.ClientID)
	if p.APIUserID != uuid.Nil {
		env = append(env, "AWORK_MCP_API_USER_ID="+p.APIUserID.String())
	}
	return env
}

// isAPIUserID reports whether a variable would name another API user.
func isAPIUserID(variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	return strings.EqualFold(name, "AWORK_MCP_API_USER_ID")
}
