package signin

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

// document is the file's content: an entry for each API address.
type document struct {
	Logins map[string]entry `json:"logins"`
}

type entry struct {
	Registered registration `json:"registered,omitzero"`

	ClientID  string    `json:"clientId,omitempty"`
	Location  location  `json:"keptIn,omitempty"`
	Obtained  time.Time `json:"obtained,omitzero"`
	Expires   time.Time `json:"expires,omitzero"`
	EndReason string    `json:"signedOut,omitempty"`
	// NoRefresh: awork gave no refresh token.
	NoRefresh bool `json:"noRefresh,omitempty"`
	// Only where there is no keyring.
	AccessToken  string `json:"accessToken,omitempty"`
	RefreshToken string `json:"refreshToken,omitempty"`
}

func newEntry(si signIn, r registration) entry {
	e := entry{
		Registered: r, ClientID: si.clientID, Location: si.location,
		Obtained: si.obtained, Expires: si.expires, EndReason: si.endReason, NoRefresh: si.noRefresh,
	}
	if si.location == inFile {
		e.AccessToken, e.RefreshToken = si.access.Reveal(), si.refresh.Reveal()
	}
	return e
}

func (e entry) signIn() signIn {
	return signIn{
		tokens: tokens{
			access: awork.NewSecret(e.AccessToken), refresh: awork.NewSecret(e.RefreshToken),
			obtained: e.Obtained, expires: e.Expires,
		},
		clientID: e.ClientID, location: e.Location, endReason: e.EndReason,
		noRefresh: e.NoRefresh,
	}
}

func (s *store) readDocument() (document, os.FileInfo, error) {
	var d document
	root, err := os.OpenRoot(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil, nil
	}
	if err != nil {
		return d, nil, fmt.Errorf("the folder of the sign-in can't be opened: %w", err)
	}
	defer func() { _ = root.Close() }()
	f, err := root.Open(fileName)
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil, nil
	}
	if err != nil {
		return d, nil, fmt.Errorf("the sign-in can't be read: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return d, nil, fmt.Errorf("the sign-in can't be read: %w", err)
	}
	// The decoder's error might quote what is in the file.
	if json.NewDecoder(f).Decode(&d) != nil {
		return d, nil, fmt.Errorf("%s is not as awork-mcp wrote it: remove it and run `awork-mcp login`", s.path())
	}
	return d, info, nil
}

// writeDocument writes the file with e for this API address. The new file
// replaces the old one in one step.
func (s *store) writeDocument(d document, e entry) (info os.FileInfo, err error) {
	if d.Logins == nil {
		d.Logins = map[string]entry{}
	}
	d.Logins[s.base] = e
	content, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, fmt.Errorf("the sign-in can't be written: %w", err)
	}
	defer func() { _ = root.Close() }()
	temporary := fileName + "." + rand.Text()
	f, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the sign-in can't be written: %w", err)
	}
	_, err = f.Write(append(content, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(temporary, fileName)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the sign-in can't be written: %w", err), root.Remove(temporary))
	}
	return root.Stat(fileName)
}
