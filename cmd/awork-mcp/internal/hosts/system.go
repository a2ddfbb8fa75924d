package hosts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"runtime"
	"strings"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/subprocess"
)

// System is the machine as this package sees it.
type System struct {
	GOOS     string
	Home     string
	Getenv   func(string) string
	LookPath func(string) (string, error)
	// Run runs a host's own command in a folder; its error holds the last line that
	// the command printed.
	Run func(ctx context.Context, dir, program string, args ...string) error
	Now func() time.Time
}

// Current returns the machine that the program runs on.
func Current() (System, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return System{}, fmt.Errorf("the home folder is not known: %w", err)
	}
	return System{
		GOOS: runtime.GOOS, Home: home, Getenv: os.Getenv, LookPath: exec.LookPath, Run: run, Now: time.Now,
	}, nil
}

// run runs a host's command without this program's secrets, which it does not
// need.
func run(ctx context.Context, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	cmd.Env = subprocess.Environ()
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	if last := lastLine(out); last != "" {
		return fmt.Errorf("%w: %s", err, last)
	}
	return err
}

// lastLine returns the last line of a command's output, where it says why it
// failed, cut short.
func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(bytes.ToValidUTF8(out, nil))), "\n")
	last := []rune(strings.TrimSpace(lines[len(lines)-1]))
	return string(last[:min(len(last), 200)])
}

// location is where a file is: in the folder that a variable names, else in one
// below the home folder or, with appData, in the one where the system has
// programs store what belongs to a user.
type location struct {
	variable string
	folder   []string // below the home folder; none for the home folder itself
	appData  bool
	root     string // the folder itself, where it is known
	path     []string
	// preferred is a path that goes before path where such a file is there.
	preferred []string
}

// locate returns the path of a location on this machine.
func (s System) locate(l location) string {
	dir := l.root
	switch {
	case dir != "":
	case l.appData:
		dir = s.appData()
	default:
		dir = s.folder(l.variable, append([]string{s.Home}, l.folder...)...)
	}
	if l.preferred != nil {
		if path := s.join(append([]string{dir}, l.preferred...)...); exists(path) {
			return path
		}
	}
	return s.join(append([]string{dir}, l.path...)...)
}

// appData returns the folder in which programs store what belongs to a user.
func (s System) appData() string {
	switch s.GOOS {
	case "windows":
		return s.folder("APPDATA", s.Home, "AppData", "Roaming")
	case "darwin":
		return s.join(s.Home, "Library", "Application Support")
	default:
		return s.folder("XDG_CONFIG_HOME", s.Home, ".config")
	}
}

// folder returns the folder that a variable names, else the given one.
func (s System) folder(variable string, elem ...string) string {
	if variable != "" {
		if dir := strings.TrimSpace(s.Getenv(variable)); dir != "" {
			return dir
		}
	}
	return s.join(elem...)
}

// join joins as the system does, whichever this was built for.
func (s System) join(elem ...string) string {
	if s.GOOS == "windows" {
		return strings.Join(elem, `\`)
	}
	return path.Join(elem...)
}

// dir returns the folder of a file.
func (s System) dir(file string) string {
	if i := strings.LastIndexAny(file, `/\`); s.GOOS == "windows" && i > 0 {
		return file[:i]
	}
	return path.Dir(file)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, os.ErrNotExist)
}
