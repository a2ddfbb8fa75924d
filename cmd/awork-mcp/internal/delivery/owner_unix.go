//go:build unix

package delivery

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// checkOwner returns an error where others can write to a folder.
func checkOwner(dir string, folder fs.FileInfo) error {
	if folder.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("other users of this machine can write to the folder for secrets: run chmod go-w %s", dir)
	}
	stat, ok := folder.Sys().(*syscall.Stat_t)
	if ok && stat.Uid != 0 && int64(stat.Uid) != int64(os.Geteuid()) {
		return fmt.Errorf("the folder for secrets %s belongs to another user, who can write to it: use one of your own", dir)
	}
	return nil
}
