// Package hosts sets up MCP hosts: it adds a server to the configuration of
// Claude Desktop, Claude Code, VS Code, Cursor, Windsurf, Codex, Gemini CLI,
// opencode or Qwen Code, and takes it out again.
//
//	host, _ := hosts.ByID("cursor")
//	change, err := host.Install(system, hosts.Server{Name: "awork", Command: path, Args: []string{"stdio"}})
//	fmt.Print(change.Diff())
//	result, err := change.Apply(ctx)
//
// The host's own command makes the change where it has one and it is found;
// else, and where the entry is there already and differs, the host's file is
// edited. Everything else in the file stays, comments and order too. The file is
// backed up first, written atomically, and never touched when it can't be
// understood.
package hosts

import "strings"

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

	format format
	// file is the user's own configuration.
	file location
	// program is the host's command; add and remove return its arguments, and are
	// nil where it can't do that without asking.
	program string
	add     func(Server) []string
	remove  func(name string) []string
}

// File returns the path of the host's configuration file on this machine.
func (h Host) File(sys System) string { return sys.locate(h.file) }

// Found returns where the host was seen on this machine: its command, its file,
// or the folder of its file.
func (h Host) Found(sys System) (where string, ok bool) {
	if h.program != "" {
		if path, err := sys.LookPath(h.program); err == nil {
			return path, true
		}
	}
	file := h.File(sys)
	if exists(file) {
		return file, true
	}
	if dir := sys.dir(file); dir != sys.Home && exists(dir) {
		return dir, true
	}
	return "", false
}

// command returns the path of the host's own command, where it is found and can
// be handed any argument. On Windows a batch file can't: cmd.exe reads its
// arguments anew, with rules of its own for quotes and percent signs.
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

// Snippet returns what to put into the host's file by hand.
func (h Host) Snippet(s Server) string { return h.format.snippet(s) }
