//go:build unix

package hosts

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const someone = 12345 // a user and a group that are not root's

// asRoot skips where files can't be given away.
func asRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root may give files away")
	}
}

// checkOwners verifies that every file of a home is someone's.
func checkOwners(t *testing.T, home string) {
	t.Helper()
	err := filepath.WalkDir(home, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		if o, _ := ownerOf(info); o != (owner{someone, someone}) {
			t.Errorf("%s belongs to %v", path, o)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// giveAway gives everything of a home to someone.
func giveAway(t *testing.T, home string) {
	t.Helper()
	err := filepath.WalkDir(home, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, someone, someone))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAnotherUsersHome: every host is set up by root in the home of another user,
// with and without a file, and taken out again. Owner, group, mode and bytes are
// the user's; the host's own command is not run.
func TestAnotherUsersHome(t *testing.T) {
	asRoot(t)
	for _, host := range All() {
		for _, mode := range []os.FileMode{0, 0o600, 0o664} {
			sys := machine(t, "linux")
			sys.LookPath = func(name string) (string, error) { return "/bin/" + name, nil }
			path, text := host.File(sys), "{\n  \"a\": 1\n}"
			if host.format.toml {
				text = "a = 1"
			}
			if mode != 0 {
				write(t, path, text)
				if err := os.Chmod(path, mode); err != nil {
					t.Fatal(err)
				}
			}
			giveAway(t, sys.Home)
			r := do(t, sys, host, ours())
			checkOwners(t, sys.Home)
			for _, file := range []string{r.Path, r.Backup} {
				if info, err := os.Stat(file); mode != 0 && (err != nil || info.Mode().Perm() != mode) {
					t.Errorf("%s: %s: %v, %v, want %v", host.ID, file, info, err, mode)
				}
			}
			r = undo(t, sys, host, "awork")
			checkOwners(t, sys.Home)
			if r.Removed != (mode == 0) || !r.Removed && read(t, path) != text {
				t.Errorf("%s with %v: %+v", host.ID, mode, r)
			}
			if info, err := os.Stat(path); mode != 0 && (err != nil || info.Mode().Perm() != mode) {
				t.Errorf("%s after uninstall: %v, %v", host.ID, info, err)
			}
		}
	}
}

// TestOwnerCantBePreserved: who may write to a file and not give a new one away writes
// it in place.
func TestOwnerCantBePreserved(t *testing.T) {
	if file := os.Getenv("HOSTS_TEST_REPLACE"); file != "" {
		if err := replace(file, []byte("new")); err != nil {
			t.Fatal(err)
		}
		return
	}
	asRoot(t)
	dir, err := os.MkdirTemp("/tmp", "hosts")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	file := filepath.Join(dir, "f")
	write(t, file, "old, and longer")
	for path, mode := range map[string]os.FileMode{dir: 0o777, file: 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "test")
	copyFile(t, os.Args[0], program)
	cmd := exec.Command(program, "-test.run", "^TestOwnerCantBePreserved$")
	cmd.Env, cmd.Dir = []string{"HOSTS_TEST_REPLACE=" + file}, dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: someone, Gid: someone}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if o, _ := ownerOf(info); o != (owner{0, 0}) || read(t, file) != "new" || info.Mode().Perm() != 0o666 {
		t.Errorf("%v, %v, %q", o, info.Mode(), read(t, file))
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".f.*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestMountedFile: a file that is mounted by itself can't be renamed over; it is
// written in place, after the backup.
func TestMountedFile(t *testing.T) {
	asRoot(t)
	sys := machine(t, "linux")
	file, source := cursor().File(sys), filepath.Join(sys.Home, "source")
	write(t, file, "")
	write(t, source, "{\n  \"a\": 1\n}")
	if home := os.Getenv("HOSTS_TEST_MOUNTED"); home != "" {
		sys.Home = home
		r := do(t, sys, cursor(), ours())
		if read(t, r.Backup) != "{\n  \"a\": 1\n}" {
			t.Errorf("the backup: %q", read(t, r.Backup))
		}
		undo(t, sys, cursor(), "awork")
		do(t, sys, cursor(), ours())
		return
	}
	script := `mount --bind "$1" "$2" || exit 77; exec "$3" -test.run '^TestMountedFile$' -test.v`
	cmd := exec.Command("unshare", "-m", "sh", "-c", script, "sh", source, file, os.Args[0])
	cmd.Env = append(os.Environ(), "HOSTS_TEST_MOUNTED="+sys.Home)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 77 || errors.Is(err, exec.ErrNotFound) ||
		strings.Contains(string(out), "unshare failed") {
		t.Skipf("nothing can be mounted here: %s", out)
	}
	if err != nil || !strings.Contains(read(t, source), "awork-mcp") || read(t, file) != "" {
		t.Errorf("%v: %s\nthe mounted file: %q", err, out, read(t, source))
	}
}

// TestHardLinks: all names of a file get the new text.
func TestHardLinks(t *testing.T) {
	t.Parallel()
	sys := machine(t, "linux")
	file, other := cursor().File(sys), filepath.Join(sys.Home, "other")
	write(t, file, "{}")
	if err := os.Link(file, other); err != nil {
		t.Skip(err)
	}
	do(t, sys, cursor(), ours())
	if read(t, other) != read(t, file) || read(t, other) == "{}" {
		t.Errorf("the other name has %q", read(t, other))
	}
}
