package hosts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// maxLinks bounds how many links are followed, one after the other.
const maxLinks = 32

// target returns the file that a path leads to, links followed. It need not be
// there.
func target(path string) (string, error) {
	for range maxLinks {
		info, err := os.Lstat(path)
		if errors.Is(err, os.ErrNotExist) {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		if info.Mode()&os.ModeSymlink == 0 {
			if !info.Mode().IsRegular() {
				return "", fmt.Errorf("%s is no file; nothing was changed", path)
			}
			return path, nil
		}
		to, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return "", fmt.Errorf("%s is a link that leads nowhere; nothing was changed", path)
}

// replace writes a file. Owner, group and mode stay; a new file is its owner's
// alone, and belongs to whom its folder belongs. The file is written beside its
// place and renamed, so that it is never there in part, unless that can't be
// done: then it is written in place.
func replace(path string, text []byte) error {
	like, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		if like, err = makeFolder(filepath.Dir(path)); err != nil {
			return err
		}
		return writeNew(path, text, 0o600, like)
	}
	if err != nil {
		return err
	}
	if hasLinks(like) {
		return overwrite(path, text)
	}
	beside, err := writeBeside(path, text, like)
	if errors.Is(err, fs.ErrPermission) || isReadOnly(err) {
		return overwrite(path, text)
	}
	if err != nil {
		return fmt.Errorf("%s could not be written and is as it was: %w", path, err)
	}
	if err := os.Rename(beside, path); err != nil {
		// A file that is mounted by itself can't be renamed over.
		_ = os.Remove(beside)
		return overwrite(path, text)
	}
	return nil
}

// writeBeside writes a file of another name in the same folder, with the owner
// and the mode of the file whose place it is to take.
func writeBeside(path string, text []byte, like os.FileInfo) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	return f.Name(), finish(f, text, like.Mode().Perm(), like)
}

// writeNew writes a file that must not be there yet.
func writeNew(path string, text []byte, mode os.FileMode, like os.FileInfo) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return finish(f, text, mode, like)
}

// finish writes and closes a new file, and removes it where that fails.
func finish(f *os.File, text []byte, mode os.FileMode, like os.FileInfo) error {
	_, err := f.Write(text)
	if err == nil {
		err = chown(f, like)
	}
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// overwrite writes a file in its place.
func overwrite(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(text, 0)
	if err == nil {
		err = f.Truncate(int64(len(text)))
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%s could not be written in full: %w", path, err)
	}
	return nil
}

// makeFolder makes a folder with those above it, for the owner of the folder in
// which it makes the first one, and returns what it is.
func makeFolder(dir string) (os.FileInfo, error) {
	info, err := os.Stat(dir)
	if !errors.Is(err, os.ErrNotExist) {
		return info, err
	}
	above, err := makeFolder(filepath.Dir(dir))
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(chown(f, above), f.Close()); err != nil {
		return nil, err
	}
	return os.Stat(dir)
}

// backUp writes what a file held beside it, under a name that holds the time,
// with the same owner and mode.
func backUp(path string, text []byte, now time.Time) (string, error) {
	like, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	backup := path + "." + now.Format("20060102-150405.000") + ".bak"
	if err := writeNew(backup, text, like.Mode().Perm(), like); err != nil {
		return "", err
	}
	return backup, nil
}
