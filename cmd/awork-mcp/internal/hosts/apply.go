package hosts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// commandTimeout bounds a host's own command.
const commandTimeout = time.Minute

// Result is what was done.
type Result struct {
	// Path is the file that was changed, links followed.
	Path string
	// Backup is the copy of it as it was; "" where there was none.
	Backup string
	// Refused is why the host's own command did not do it, so that the file was
	// edited instead.
	Refused error
}

// Apply backs the file up and makes the change. Where the host's own command
// fails, or does not do what it was asked, the file is edited instead. A file
// that changed since the change was worked out is left alone.
func (c *Change) Apply(ctx context.Context) (Result, error) {
	path, err := target(c.Path)
	if err != nil {
		return Result{}, err
	}
	r := Result{Path: path}
	if err := c.unchanged(path); err != nil {
		return r, err
	}
	if c.exists {
		if r.Backup, err = backUp(path, c.before, c.sys.Now()); err != nil {
			return r, fmt.Errorf("%s could not be backed up: %w; nothing was changed", path, err)
		}
	}
	if c.Command == nil {
		return r, replace(path, c.after)
	}
	return c.runCommand(ctx, r)
}

// runCommand has the host's own command make the change, and edits the file
// where the command did not.
func (c *Change) runCommand(ctx context.Context, r Result) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	failed := c.sys.Run(ctx, c.sys.Home, c.Command[0], c.Command[1:]...)
	now, err := c.host.plan(c.sys, c.name, c.program, c.want)
	if err != nil {
		r.Refused = failed
		return r, fmt.Errorf("after %s: %w", c.Program(), err)
	}
	if r.Path, err = target(now.Path); err != nil || now.None() {
		return r, err
	}
	if r.Refused = failed; failed == nil {
		r.Refused = errors.New("it reported success, and the file does not show it")
	}
	return r, replace(r.Path, now.after)
}

// unchanged verifies that the file is as it was when the change was worked out.
func (c *Change) unchanged(path string) error {
	now, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if !bytes.Equal(now, c.before) {
		return fmt.Errorf("%s has changed in the meantime; nothing was done: run this again", path)
	}
	return nil
}
