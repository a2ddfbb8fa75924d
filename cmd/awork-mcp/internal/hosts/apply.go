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
	// Backup is the copy of it as it was; "" where there is none.
	Backup string
	// Removed reports whether the file was removed, since Install had made it.
	Removed bool
	// Refused is why the host's own command did not do it, so that the file was
	// edited instead.
	Refused error
	// Unrecorded is why the change can't be undone byte for byte later.
	Unrecorded error
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
	if c.restores {
		return c.applyRestore(r)
	}
	if c.exists {
		if r.Backup, err = backUp(path, c.before, c.sys.Now()); err != nil {
			return r, fmt.Errorf("%s could not be backed up: %w; nothing was changed", path, err)
		}
	}
	if c.Command != nil {
		r, err = c.runCommand(ctx, r)
	} else {
		err = replace(path, c.after)
	}
	if err != nil {
		return r, err
	}
	r.Unrecorded = c.record(r)
	return r, nil
}

// applyRestore puts the file back as it was before the entry came.
func (c *Change) applyRestore(r Result) (Result, error) {
	if r.Removed = c.removes(); r.Removed {
		if err := os.Remove(r.Path); err != nil {
			return r, err
		}
	} else {
		if err := replace(r.Path, c.after); err != nil {
			return r, err
		}
		_ = os.Remove(c.recorded.Backup) // it is the file now
	}
	r.Unrecorded = c.sys.forget(c.Path, c.name)
	return r, nil
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

// record remembers an install, or forgets it where the entry was taken out. What
// was there before an entry is what an earlier install has remembered, where the
// file has not changed since.
func (c *Change) record(r Result) error {
	if c.want == nil {
		return c.sys.forget(c.Path, c.name)
	}
	text, err := os.ReadFile(r.Path)
	if err != nil {
		return err
	}
	next := record{File: c.Path, Name: c.name, URL: c.want.URL, Sum: sum(text)}
	switch {
	case !c.hadEntry:
		next.Backup, next.Created = r.Backup, !c.exists
	case c.recorded.Sum == sum(c.before):
		next.Backup, next.Created = c.recorded.Backup, c.recorded.Created
	}
	return c.sys.remember(next)
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
