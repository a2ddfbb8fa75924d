// Package hosts sets up MCP hosts: it adds a server to the configuration of
// Claude Desktop, Claude Code, VS Code, Cursor, Windsurf, Codex, Gemini CLI,
// opencode or Qwen Code, and takes it out again.
//
//	host, err := hosts.Find("cursor")
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

// Asking is how a host has a human agree to a tool that deletes something.
type Asking string

// The ways in which hosts ask.
const (
	ByForm     Asking = "by form"             // it shows the server's own question
	ByApproval Asking = "by its own approval" // it asks whether the tool may be called
	Nobody     Asking = "not at all"          // unless its user has set it up to
)

// Host is a program that launches MCP servers.
type Host struct {
	// ID is how the host is named on a command line, Name how it names itself.
	ID, Name string
	// Aliases are further names for a command line.
	Aliases []string
	// Asks is how it asks before a call that deletes something.
	Asks Asking
	// PassesEnvironment is true for a host that hands the environment in which it
	// was started to the servers that it launches. The others choose some
	// variables, or are started from a desktop.
	PassesEnvironment bool
	// Bridge is the program through which a host reaches a server that is hosted,
	// where its file has servers that are launched only; "" elsewhere.
	Bridge string
	// Prompts is true for a host that asks its user for the tokens of a server that
	// is hosted, and stores them.
	Prompts bool
	// Restart is a sentence on what to do for the host to load its file again, and
	// Check one on where it then shows the server; "" where there is nothing to say.
	Restart, Check string
	// Note is a sentence about the host's file; "" where there is nothing to say.
	Note string

	format format
	// file is the user's own configuration.
	file location
	// store is the name of the host's package in the Microsoft Store; "" where
	// there is none.
	store string
	// program is the host's command; add and remove return its arguments, and are
	// nil where it can't do that without asking.
	program string
	add     func(Server) []string
	remove  func(name string) []string
}

// Variants returns the host once for each of its configurations on this machine:
// one that is installed from the Microsoft Store has its own, beside the usual
// one or alone.
func (h Host) Variants(sys System) []Host {
	if h.store == "" || sys.GOOS != "windows" {
		return []Host{h}
	}
	dir := sys.join(sys.folder("LOCALAPPDATA", sys.Home, "AppData", "Local"), "Packages", h.store)
	if !exists(dir) {
		return []Host{h}
	}
	packaged := h
	packaged.Name += " (Microsoft Store)"
	packaged.file = location{root: sys.join(dir, "LocalCache", "Roaming"), path: h.file.path}
	if exists(sys.dir(h.File(sys))) {
		return []Host{h, packaged}
	}
	return []Host{packaged}
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
// arguments anew, with rules of its own for quotes and percent signs. In the home
// of another user it is not run: what it writes would be root's.
func (h Host) command(sys System) (string, bool) {
	if h.program == "" || foreignHome(sys.Home) {
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
