package hosts

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Self is where the running program is, by a name that stays: links are kept,
// such as those by which a package manager points to the version in use. It also
// tells whether that is what its bare name means on the PATH.
func Self(name string) (path string, onPath bool, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", false, fmt.Errorf("where this program is can't be found out: %w", err)
	}
	if strings.Contains(self, "go-build") && filepath.Base(filepath.Dir(self)) == "exe" {
		return "", false, errors.New("a program built by go run goes away when it ends: build it with go install, and run that one")
	}
	if found, err := exec.LookPath(name); err == nil && sameFile(found, self) {
		path, err = filepath.Abs(found)
		return path, true, err
	}
	if strings.ContainsRune(os.Args[0], filepath.Separator) && sameFile(os.Args[0], self) {
		self, err = filepath.Abs(os.Args[0])
	}
	return self, false, err
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// Program is the host's own command, and the first word after it.
func (c *Change) Program() string { return words(c.Command[:min(len(c.Command), 2)]) }

// CommandLine is the host's own command as one would type it.
func (c *Change) CommandLine() string { return words(c.Command) }

func words(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		if quoted[i] = a; a == "" || strings.ContainsAny(a, " \t\"'*?$&|;<>()[]{}`\\") {
			quoted[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
