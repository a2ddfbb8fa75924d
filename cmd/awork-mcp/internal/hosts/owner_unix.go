//go:build unix

package hosts

import (
	"errors"
	"os"
	"syscall"
)

// owner is the user and the group of a file.
type owner struct{ uid, gid int }

// ownerOf returns the owner of a file.
func ownerOf(info os.FileInfo) (owner, bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return owner{}, false
	}
	return owner{int(stat.Uid), int(stat.Gid)}, true
}

// hasLinks reports whether a file has further names, which would be left with
// the old text if another file came in its place.
func hasLinks(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Nlink > 1
}

// chown gives a file to the owner of another one, where it has another owner.
func chown(f *os.File, like os.FileInfo) error {
	want, ok := ownerOf(like)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if have, _ := ownerOf(info); have == want {
		return nil
	}
	return f.Chown(want.uid, want.gid)
}

// foreignHome reports whether a folder belongs to another user than the one who
// runs this program.
func foreignHome(dir string) bool {
	info, err := os.Stat(dir)
	if err != nil {
		return false
	}
	o, ok := ownerOf(info)
	return ok && o.uid != os.Geteuid()
}

// isReadOnly reports whether a file system takes no writes.
func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
