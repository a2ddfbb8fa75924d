package hosts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// commandWithin bounds a host's own command.
const commandWithin = time.Minute

// Change is what is to be done to a host, worked out and not yet done.
type Change struct {
	// Path is the host's file.
	Path string
	// Command is the host's own command that is to be run; nil where the file is
	// edited.
	Command []string

	// SwitchedOff is the setting of an entry that stays and by which the host does
	// not launch the server, such as "disabled: true"; "" where there is none.
	SwitchedOff string

	sys    System
	before []byte
	after  []byte
	exists bool
	diff   string
	plan   func() (*Change, error)
}

// Install works out how the host gets the server. An entry that is there keeps
// what it has beside the command and its arguments. One of that name that is
// another server's, remote or of another program, is refused.
func (h Host) Install(sys System, s Server) (*Change, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	return h.change(sys, s.Name, s.Command, &s)
}

// Uninstall works out how the host loses the server of that name. One that
// launches neither program, which is this one's path, nor another awork-mcp is
// refused.
func (h Host) Uninstall(sys System, name, program string) (*Change, error) {
	if err := (Server{Name: name}).check(); err != nil {
		return nil, err
	}
	return h.change(sys, name, program, nil)
}

// entry is what the host's file has under a name; nil where it has nothing.
func (h Host) entry(sys System, name string) (any, error) {
	path := h.file(sys)
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	m, err := h.shape.decode(text)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return h.shape.entryIn(m, name), nil
}

func (h Host) change(sys System, name, program string, want *Server) (*Change, error) {
	c := &Change{Path: h.file(sys), sys: sys}
	c.plan = func() (*Change, error) { return h.change(sys, name, program, want) }
	var err error
	c.before, err = os.ReadFile(c.Path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s's configuration can't be read: %w", h.Name, err)
	}
	c.exists = err == nil
	had, err := h.shape.decode(c.before)
	if err != nil {
		return nil, unreadable(c.Path, err)
	}
	entry := h.shape.entryIn(had, name)
	if entry != nil {
		if why := foreign(entry, program); why != "" {
			return nil, fmt.Errorf("the server %s in %s is not awork-mcp (%s); nothing was changed: choose another name with --name", name, c.Path, why)
		}
	}
	if want != nil {
		c.SwitchedOff = switchedOff(entry)
	}
	if want == nil && entry == nil || want != nil && h.shape.is(entry, *want) {
		c.after = c.before
		return c, nil
	}
	if c.after, err = h.shape.edit(c.before, name, want); err == nil {
		err = h.shape.onlyThis(had, c.after, name, want)
	}
	if err != nil {
		by := "take " + name + " out of it yourself"
		if want != nil {
			by = "put this into it yourself:\n" + h.Snippet(*want)
		}
		return nil, fmt.Errorf("%s is written in a way that can't be changed without touching the rest of it (%w); nothing was changed: %s", c.Path, err, by)
	}
	c.diff = h.shape.diff(c.Path, name, entry, want)
	host, ok := h.command(sys)
	switch {
	case !ok:
	case want == nil && h.remove != nil:
		c.Command = append([]string{host}, h.remove(name)...)
	case want != nil && entry == nil:
		c.Command = append([]string{host}, h.add(*want)...)
	}
	return c, nil
}

func unreadable(path string, err error) error {
	return fmt.Errorf("%s can't be understood: %w; nothing was changed: mend the file and run this again", path, err)
}

// None reports that there is nothing to do.
func (c *Change) None() bool { return bytes.Equal(c.before, c.after) }

// Diff shows the change of the server's entry, and nothing else of the file; ""
// where there is none. A host's own command may write it in another way.
func (c *Change) Diff() string { return c.diff }

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
// fails, or does not do what it was told, the file is edited instead. A file that
// changed since the change was worked out is left alone.
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
	within, cancel := context.WithTimeout(ctx, commandWithin)
	defer cancel()
	r.Refused = c.sys.Run(within, c.sys.Home, c.Command[0], c.Command[1:]...)
	now, err := c.plan()
	if err != nil {
		return r, fmt.Errorf("after %s: %w", c.Program(), err)
	}
	if r.Path, err = target(now.Path); err != nil || now.None() {
		r.Refused = nil
		return r, err
	}
	if r.Refused == nil {
		r.Refused = errors.New("it said that it did, and the file does not show it")
	}
	return r, replace(r.Path, now.after)
}

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
