// Package hosts sets up MCP hosts: it adds a server to the configuration of
// Claude Desktop, Claude Code, VS Code, Cursor, Windsurf, Codex, Gemini CLI,
// opencode or Qwen Code, and takes it out again.
//
// A host is told through its own command where it has one and it is found;
// else, and where the entry is there already and differs, its file is edited.
// Of the file everything else is kept, comments and order too; it is backed up
// first, written atomically, and never touched when it can't be understood.
package hosts

import (
	"fmt"
	"regexp"
	"strings"
)

// Server is what a host is to launch.
type Server struct {
	Name    string
	Command string
	Args    []string
}

// Host is a program that launches MCP servers.
type Host struct {
	// ID is how the host is named on a command line.
	ID string
	// Name is how it names itself.
	Name string
	// Desktop is true for a host that is started from a desktop, where the PATH
	// is not that of a shell: its servers are best named by their full path.
	Desktop bool
	// Reload says what to do for the host to take notice.
	Reload string

	shape shape
	// file is the user's own configuration.
	file func(System) string
	// program is the host's command; add and remove are its arguments, nil where
	// it can't do that without asking.
	program string
	add     func(Server) []string
	remove  func(name string) []string
}

// ByID finds a host.
func ByID(id string) (Host, bool) {
	for _, h := range All() {
		if h.ID == strings.ToLower(strings.TrimSpace(id)) {
			return h, true
		}
	}
	return Host{}, false
}

// IDs are the hosts that are known here, with commas between them.
func IDs() string {
	var ids []string
	for _, h := range All() {
		ids = append(ids, h.ID)
	}
	return strings.Join(ids, ", ")
}

// Sighting is a host that is on this machine.
type Sighting struct {
	Host Host
	// Where it was seen: see [Host.Found].
	Where string
	// State says whether it has the server.
	State string
}

// Seen are the hosts on this machine, and how each stands to the server of that
// name, which launches program.
func Seen(sys System, name, program string) []Sighting {
	var seen []Sighting
	for _, h := range All() {
		where, ok := h.Found(sys)
		if !ok {
			continue
		}
		s := Sighting{Host: h, Where: where, State: "not set up"}
		switch entry, err := h.entry(sys, name); {
		case err != nil:
			s.State = err.Error()
		case entry != nil && foreign(entry, program) != "":
			s.State = "has another server named " + name
		case entry != nil && switchedOff(entry) != "":
			s.State = "has " + name + ", switched off (" + switchedOff(entry) + ")"
		case entry != nil:
			s.State = "has " + name
		}
		seen = append(seen, s)
	}
	return seen
}

// File is the host's configuration file on this machine.
func (h Host) File(sys System) string { return h.file(sys) }

// Found tells where the host was seen on this machine: its command, its file,
// or the folder of its file.
func (h Host) Found(sys System) (where string, ok bool) {
	if h.program != "" {
		if path, err := sys.LookPath(h.program); err == nil {
			return path, true
		}
	}
	file := h.file(sys)
	if exists(file) {
		return file, true
	}
	if dir := sys.dir(file); dir != sys.Home && exists(dir) {
		return dir, true
	}
	return "", false
}

// command is the host's own command, where it is found and can be handed any
// argument. On Windows a batch file can't: cmd.exe reads its arguments anew,
// with rules of its own for quotes and percent signs.
func (h Host) command(sys System) (string, bool) {
	if h.program == "" {
		return "", false
	}
	path, err := sys.LookPath(h.program)
	if err != nil {
		return "", false
	}
	lower := strings.ToLower(path)
	if sys.GOOS == "windows" && (strings.HasSuffix(lower, ".cmd") || strings.HasSuffix(lower, ".bat")) {
		return "", false
	}
	return path, true
}

// Snippet is what to put into the host's file by hand.
func (h Host) Snippet(s Server) string { return h.shape.snippet(s) }

// Snippet is what most hosts that are not known here want in their file.
func Snippet(s Server) string { return mcpServers().snippet(s) }

// check refuses a name that not every host and file format takes as it is.
func (s Server) check() error {
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`).MatchString(s.Name) {
		return fmt.Errorf("%q can't be a server's name: use letters, digits, - and _", s.Name)
	}
	return nil
}
