package signin

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

const (
	// earlierFile and earlierLock are where earlier versions had the one sign-in to
	// each API address.
	earlierFile = "login.json"
	earlierLock = "login.lock"
	// earlierID is the record of such a sign-in. Its entries in the keyring are
	// those that the earlier version made.
	earlierID = "earlier"
)

// earlierDocument is that file's content, by API address.
type earlierDocument struct {
	Logins map[string]earlierEntry `json:"logins"`
}

type earlierEntry struct {
	Registered   registration `json:"registered,omitzero"`
	ClientID     string       `json:"clientId,omitempty"`
	Location     location     `json:"keptIn,omitempty"`
	Obtained     time.Time    `json:"obtained,omitzero"`
	Expires      time.Time    `json:"expires,omitzero"`
	EndReason    string       `json:"signedOut,omitempty"`
	NoRefresh    bool         `json:"noRefresh,omitempty"`
	AccessToken  string       `json:"accessToken,omitempty"`
	RefreshToken string       `json:"refreshToken,omitempty"`
}

// takeOver makes a record of the sign-in that an earlier version stored. awork is
// asked for its workspace when that matters.
func (s *store) takeOver(ctx context.Context) error {
	path := filepath.Join(s.dir, earlierFile)
	if _, err := os.Stat(path); err != nil {
		return nil // mostly there is none
	}
	lock, err := takeLock(ctx, filepath.Join(s.dir, earlierLock))
	if err != nil {
		return err
	}
	defer func() { _ = lock.Unlock() }()
	var d earlierDocument
	if _, err := readJSON(s.dir, earlierFile, &d); err != nil {
		return err
	}
	e, ok := d.Logins[s.base]
	if !ok {
		return nil
	}
	if err := os.MkdirAll(s.folder(), 0o700); err != nil {
		return err
	}
	if err := s.takeOverEntry(e); err != nil {
		return err
	}
	if delete(d.Logins, s.base); len(d.Logins) > 0 {
		_, err = writeJSON(s.dir, earlierFile, d)
		return err
	}
	return errors.Join(removeFile(s.dir, earlierFile), removeFile(s.dir, earlierLock))
}

func (s *store) takeOverEntry(e earlierEntry) error {
	client := registration{ClientID: e.ClientID}
	if e.Registered.ClientID == e.ClientID {
		client = e.Registered
	} else if err := s.saveClient(e.Registered); err != nil {
		return err
	}
	if e.Location == "" && e.EndReason == "" { // signed out
		return s.saveClient(client)
	}
	_, err := s.record(earlierID).write(signIn{
		tokens: tokens{
			access: awork.NewSecret(e.AccessToken), refresh: awork.NewSecret(e.RefreshToken),
			obtained: e.Obtained, expires: e.Expires,
		},
		client: client, location: e.Location, endReason: e.EndReason, noRefresh: e.NoRefresh,
	})
	return err
}
