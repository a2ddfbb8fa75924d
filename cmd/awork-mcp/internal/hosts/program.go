package hosts

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Self returns the full path of the running program, by a name that lasts: links
// are not followed, such as those by which a package manager points to the
// version in use.
func Self(name string) (path string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("where this program is can't be found out: %w", err)
	}
	if builtByGoRun(self) {
		return "", errors.New("a program built by go run goes away when it ends or later:" +
			" build it with go install, and run that one")
	}
	if found, err := exec.LookPath(name); err == nil && sameFile(found, self) {
		return filepath.Abs(found)
	}
	if strings.ContainsRune(os.Args[0], filepath.Separator) && sameFile(os.Args[0], self) {
		return filepath.Abs(os.Args[0])
	}
	return self, nil
}

// builtByGoRun reports whether a program is in the folder of a build or, as since
// Go 1.24, in Go's cache.
func builtByGoRun(path string) bool {
	path = filepath.ToSlash(path)
	return regexp.MustCompile(`/go-build\d+/.*/exe/[^/]+$|/[0-9a-f]{2}/[0-9a-f]{64}-d/[^/]+$`).MatchString(path)
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// shellWords returns a command line as one would type it.
func shellWords(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		if quoted[i] = a; a == "" || strings.ContainsAny(a, " \t\"'*?$&|;<>()[]{}`\\") {
			quoted[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
