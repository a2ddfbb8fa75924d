package signin

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

// entry is the content of a record's file.
type entry struct {
	Workspace awork.Workspace `json:"workspace,omitzero"`
	Person    string          `json:"person,omitempty"`
	Client    registration    `json:"client,omitzero"`
	Location  location        `json:"location,omitempty"`
	Obtained  time.Time       `json:"obtained,omitzero"`
	Expires   time.Time       `json:"expires,omitzero"`
	EndReason string          `json:"endReason,omitempty"`
	// NoRefresh: awork gave no refresh token.
	NoRefresh bool `json:"noRefresh,omitempty"`
	// Only where there is no keyring.
	AccessToken  string `json:"accessToken,omitempty"`
	RefreshToken string `json:"refreshToken,omitempty"`
}

// read returns the sign-in as the file has it, without what is in the keyring. The
// FileInfo is nil where there is no file.
func (r *record) read() (signIn, os.FileInfo, error) {
	var e entry
	file, err := readJSON(r.store.folder(), r.id+recordSuffix, &e)
	return signIn{
		tokens: tokens{
			access: awork.NewSecret(e.AccessToken), refresh: awork.NewSecret(e.RefreshToken),
			obtained: e.Obtained, expires: e.Expires,
		},
		workspace: e.Workspace, person: e.Person, client: e.Client,
		location: e.Location, endReason: e.EndReason, noRefresh: e.NoRefresh,
	}, file, err
}

// write writes the file.
func (r *record) write(si signIn) (os.FileInfo, error) {
	e := entry{
		Workspace: si.workspace, Person: si.person, Client: si.client, Location: si.location,
		Obtained: si.obtained, Expires: si.expires, EndReason: si.endReason, NoRefresh: si.noRefresh,
	}
	if si.location == inFile {
		e.AccessToken, e.RefreshToken = si.access.Reveal(), si.refresh.Reveal()
	}
	return writeJSON(r.store.folder(), r.id+recordSuffix, e)
}

// readJSON reads a file into v. The FileInfo is nil where there is no file.
func readJSON(dir, name string, v any) (os.FileInfo, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the folder of the sign-in can't be opened: %w", err)
	}
	defer func() { _ = root.Close() }()
	f, err := root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the sign-in can't be read: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("the sign-in can't be read: %w", err)
	}
	// The decoder's error might quote what is in the file.
	if json.NewDecoder(f).Decode(v) != nil {
		return nil, fmt.Errorf("%s is not as awork-mcp wrote it: remove it and run `awork-mcp login`",
			filepath.Join(dir, name))
	}
	return info, nil
}

// writeJSON writes v to a file, which replaces the one that is there in one step.
func writeJSON(dir, name string, v any) (os.FileInfo, error) {
	content, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("the sign-in can't be written: %w", err)
	}
	defer func() { _ = root.Close() }()
	temporary := name + "." + rand.Text()
	f, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the sign-in can't be written: %w", err)
	}
	_, err = f.Write(append(content, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(temporary, name)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the sign-in can't be written: %w", err), root.Remove(temporary))
	}
	return root.Stat(name)
}

// removeFile removes a file, if there is one.
func removeFile(dir, name string) error {
	if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the sign-in can't be removed: %w", err)
	}
	return nil
}
