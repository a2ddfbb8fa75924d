package hosts

import (
	"bytes"
	"errors"
	"fmt"
	"os"
)

// Change is what is to be done to a host. [Host.Install] and [Host.Uninstall]
// work it out and change nothing; [Change.Apply] does it.
type Change struct {
	// Path is the host's file.
	Path string
	// Command is the host's own command that is to be run; nil where the file is
	// edited.
	Command []string
	// SwitchedOff is the setting of an entry that stays and by which the host does
	// not launch the server, such as "disabled: true"; "" where there is none.
	SwitchedOff string

	host     Host
	sys      System
	name     string
	program  string  // where this program is
	want     *Server // nil where the server is to be taken out
	before   []byte
	after    []byte
	exists   bool
	hadEntry bool
	restores bool   // after is the file as it was before the entry came
	recorded record // of the entry; the zero value where there is none
	diff     string
}

// Install works out how the host gets the server. An entry that is there keeps
// what it has beside the command and its arguments, or the address and its
// headers. One of that name that is another server's is refused.
func (h Host) Install(sys System, s Server) (*Change, error) {
	return h.plan(sys, s.Name, s.Command, &s)
}

// Uninstall works out how the host loses the server of that name. A file that is
// as Install left it becomes what it was before, byte for byte, or is removed
// where Install made it; else the entry alone is taken out. One that launches
// neither program, which is this one's path, nor another awork-mcp, and does not
// have the address that Install set, is refused.
func (h Host) Uninstall(sys System, name, program string) (*Change, error) {
	return h.plan(sys, name, program, nil)
}

// None reports whether there is nothing to do.
func (c *Change) None() bool { return bytes.Equal(c.before, c.after) && !c.removes() }

// removes reports whether the file is to be removed.
func (c *Change) removes() bool { return c.restores && c.recorded.Created }

// Diff shows the change of the server's entry, and nothing else of the file; ""
// where there is none. A host's own command may write it in another way.
func (c *Change) Diff() string { return c.diff }

// Program returns the host's own command, and the first word after it.
func (c *Change) Program() string { return shellWords(c.Command[:min(len(c.Command), 2)]) }

// CommandLine returns the host's own command as one would type it.
func (c *Change) CommandLine() string { return shellWords(c.Command) }

// plan works out how the host gets the wanted server, or loses the one of that
// name where none is wanted.
func (h Host) plan(sys System, name, program string, want *Server) (*Change, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	c := &Change{Path: h.File(sys), host: h, sys: sys, name: name, program: program, want: want}
	c.recorded, _ = sys.recordOf(c.Path, name)
	var err error
	c.before, err = os.ReadFile(c.Path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s's configuration can't be read: %w", h.Name, err)
	}
	c.exists = err == nil
	file, err := h.format.decode(c.before)
	if err != nil {
		return nil, invalidFile(c.Path, err)
	}
	entry := h.format.entry(file, name)
	c.hadEntry = entry != nil
	if err := c.checkEntry(entry); err != nil {
		return nil, err
	}
	if want != nil {
		c.SwitchedOff = switchedOff(entry)
	}
	if want == nil && entry == nil || want != nil && h.format.has(entry, *want) {
		c.after = c.before
		return c, nil
	}
	c.diff = h.format.diff(c.Path, name, entry, want)
	if want == nil && c.restore(file) {
		return c, nil
	}
	if c.after, err = h.format.edit(c.before, name, entry, want); err == nil {
		err = h.format.checkEdit(file, c.after, name, want)
	}
	if err != nil {
		return nil, c.notEditable(err)
	}
	c.Command = h.ownCommand(sys, name, entry, want)
	return c, nil
}

// checkEntry refuses an entry that is another server's, and one that would become
// a mix of a server that is launched and one that is hosted.
func (c *Change) checkEntry(entry any) error {
	if entry == nil {
		return nil
	}
	id := identity{program: c.program, url: c.recorded.URL}
	if c.want != nil && c.want.URL != "" {
		id.url = c.want.URL
	}
	if why := id.foreign(entry); why != "" {
		return fmt.Errorf("the server %s in %s is not awork-mcp (%s); nothing was changed:"+
			" choose another name with --name", c.name, c.Path, why)
	}
	if c.want != nil && isRemote(entry) != isRemote(asEntry(c.host.format.fields(*c.want))) {
		return fmt.Errorf("the server %s in %s is set up in another way; nothing was changed:"+
			" uninstall it first, or choose another name with --name", c.name, c.Path)
	}
	return nil
}

// restore makes the change that of going back to the file as it was before the
// entry came, and reports whether that can be done: the file must be as Install
// left it, and differ from what it was in the entry alone.
func (c *Change) restore(file map[string]any) bool {
	if c.recorded.Sum != sum(c.before) {
		return false
	}
	var original []byte
	if !c.recorded.Created {
		text, err := os.ReadFile(c.recorded.Backup)
		if err != nil {
			return false
		}
		original = text
	}
	if c.host.format.checkEdit(file, original, c.name, nil) != nil {
		return false
	}
	c.after, c.restores = original, true
	return true
}

// ownCommand returns the host's command that makes the change; nil where there
// is none. An entry that differs is edited, so that what else is in it stays.
func (h Host) ownCommand(sys System, name string, entry any, want *Server) []string {
	program, ok := h.command(sys)
	switch {
	case !ok, want != nil && want.URL != "":
		return nil
	case want == nil && h.remove != nil:
		return append([]string{program}, h.remove(name)...)
	case want != nil && entry == nil:
		return append([]string{program}, h.add(*want)...)
	}
	return nil
}

// notEditable says what to do by hand.
func (c *Change) notEditable(err error) error {
	do := "take " + c.name + " out of it yourself"
	if c.want != nil {
		do = "put this into it yourself:\n" + c.host.Snippet(*c.want)
	}
	return fmt.Errorf("%s is written in a way that can't be changed without touching the rest of it (%w);"+
		" nothing was changed: %s", c.Path, err, do)
}

// entry returns what the host's file has under a name; nil where it has nothing.
func (h Host) entry(sys System, name string) (any, error) {
	path := h.File(sys)
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	file, err := h.format.decode(text)
	if err != nil {
		return nil, invalidFile(path, err)
	}
	return h.format.entry(file, name), nil
}

func invalidFile(path string, err error) error {
	return fmt.Errorf("%s can't be understood: %w; nothing was changed: correct the file and run this again", path, err)
}
