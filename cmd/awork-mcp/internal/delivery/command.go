package delivery

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
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

// Check returns an error where the program can't be started: where it is gone or
// may not be executed, or where it is a script whose interpreter is not there. It
// does not start the program, which would wait for a secret.
func (c *Command) Check(context.Context) error {
	if _, err := exec.LookPath(c.path); err != nil {
		return fmt.Errorf("the program for secrets can't be started: %w", err)
	}
	interpreter, err := interpreterOf(c.path)
	if err == nil && interpreter != "" {
		_, err = exec.LookPath(interpreter)
	}
	if err != nil {
		return fmt.Errorf("the program for secrets %s can't be started: its interpreter: %w", c.path, err)
	}
	return nil
}

// interpreterOf returns the interpreter that a script names in its first line; ""
// for what is no script, and for what may be executed and not read.
func interpreterOf(path string) (string, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrPermission) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	line, _ := bufio.NewReader(io.LimitReader(file, 256)).ReadString('\n')
	words, isScript := strings.CutPrefix(line, "#!")
	if fields := strings.Fields(words); isScript && len(fields) > 0 {
		return fields[0], nil
	}
	return "", nil
}

// Deliver implements [tools.Delivery]. What the program prints is discarded:
// it might be the secret. When Deliver returns, the program and all processes of
// its group have ended.
func (c *Command) Deliver(ctx context.Context, p tools.Secret) (where string, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.path, c.args...)
	cmd.Env = environ(p)
	cmd.Stdin = strings.NewReader(p.Value.Reveal())
	cmd.WaitDelay = time.Second
	if err := runGroup(cmd); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("it was ended: %w", ctx.Err())
		}
		return "", fmt.Errorf("%s: %w", filepath.Base(c.path), err)
	}
	return c.Describe(), nil
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
