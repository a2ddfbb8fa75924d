package delivery

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools"
)

// File writes each secret to a file of its own, which this user alone may read.
type File struct{ root *os.Root }

// NewFile returns a File that writes into the folder dir, which must exist.
func NewFile(dir string) (*File, error) {
	dir, err := filepath.Abs(dir) // a result names the file to readers in other folders
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missingFolder(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("the folder for secrets can't be used: %w", err)
	}
	return &File{root}, nil
}

func missingFolder(dir string) error {
	return fmt.Errorf("there is no folder %s: make it with mkdir -m 700, so that its files are yours alone", dir)
}

// Describe implements [tools.Delivery].
func (f *File) Describe() string { return "a new file in the folder " + f.root.Name() }

// Check returns an error where the folder is gone or is another one than
// [NewFile] opened, where others can write to it, and where a file can't be made
// in it.
func (f *File) Check(context.Context) error {
	dir := f.root.Name()
	now, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return missingFolder(dir)
	}
	if err != nil {
		return fmt.Errorf("the folder for secrets can't be used: %w", err)
	}
	opened, err := f.root.Stat(".")
	if err != nil {
		return fmt.Errorf("the folder for secrets can't be used: %w", err)
	}
	if !os.SameFile(now, opened) {
		return fmt.Errorf("%s is not the folder that was there at the start: put that back, "+
			"or start awork-mcp again to use the new one", dir)
	}
	if err := checkOwner(dir, opened); err != nil {
		return err
	}
	return f.tryWriting()
}

// tryWriting makes an empty file in the folder and removes it.
func (f *File) tryWriting() error {
	name := ".awork-mcp-check-" + rand.Text()
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = errors.Join(file.Close(), f.root.Remove(name))
	}
	if err != nil {
		return fmt.Errorf("no file can be made in the folder for secrets %s: %w", f.root.Name(), err)
	}
	return nil
}

// Deliver implements [tools.Delivery]. The file is named by what it holds and
// when; one that is there already, or a link, is never written to.
func (f *File) Deliver(_ context.Context, p tools.Secret) (where string, err error) {
	name := fileName(p, time.Now())
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(p.Value.Reveal() + "\n")
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return "", errors.Join(err, f.root.Remove(name))
	}
	return filepath.Join(f.root.Name(), name), nil
}

func fileName(p tools.Secret, at time.Time) string {
	parts := []string{safe(p.ClientID)}
	if p.APIUserID != uuid.Nil {
		parts = append(parts, p.APIUserID.String())
	}
	return strings.Join(append(parts, at.UTC().Format("20060102T150405.000000000Z"), p.Kind), "_")
}

// safe returns what of a text is plain in a file's name anywhere.
func safe(s string) string {
	return strings.Trim(strings.Map(plain, s[:min(60, len(s))]), ".-")
}

func plain(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.':
		return r
	}
	return '-'
}
