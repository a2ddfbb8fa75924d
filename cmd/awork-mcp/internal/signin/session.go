package signin

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/awork-mcp/awork-mcp/awork"
)

// Session is one sign-in. It is an [awork.TokenSource], and safe for concurrent
// use.
type Session struct {
	signIns *SignIns
	record  *record
	log     *slog.Logger
	flight  singleflight.Group

	mu    sync.Mutex
	cache cache
	// used is the refresh token that was sent last: should the store be unable to
	// forget it, it is still not sent again.
	used awork.Secret
}

// cache is the access token as it was read last.
type cache struct {
	token   awork.Token
	expires time.Time
	// file is the record's file at that time; nil before.
	file os.FileInfo
}

func (s *SignIns) session(r *record) *Session {
	return &Session{signIns: s, record: r, log: s.log}
}

// ID tells the sign-in from the others.
func (s *Session) ID() string { return s.record.id }

// Status describes a sign-in.
type Status struct {
	// Workspace is the one that the sign-in is valid for; zero until awork has named
	// it.
	Workspace awork.Workspace
	// Person is the name of who signed in; "" until awork has named them.
	Person string
	// Location says where the tokens are, in words.
	Location string
	// Expires is when the access token expires; zero where awork did not say.
	Expires time.Time
	// Refreshable: the access token is refreshed by then; else the sign-in ends.
	Refreshable bool
}

// Status describes the sign-in without reading the keyring. Where it has ended the
// error is [ErrNotSignedIn], with the reason if it is known, and of the status only
// the workspace and the person are known.
func (s *Session) Status() (Status, error) {
	si, file, err := s.record.read()
	if err != nil {
		return Status{}, err
	}
	return s.record.status(si, file), si.check()
}

// Identify returns whose tokens these are and in which workspace, which awork is
// asked for.
func (s *Session) Identify(ctx context.Context) (*awork.Identity, error) {
	return s.signIns.whoAmI(ctx, s)
}

func (r *record) status(si signIn, file os.FileInfo) Status {
	st := Status{Workspace: si.workspace, Person: si.person}
	if si.location == "" {
		return st
	}
	st.Location = "this system's keyring"
	switch {
	case si.location == inKeyring:
	case isOpenToOthers(file):
		st.Location = r.path() + " (other users of this machine may read it: run chmod 600 on it)"
	default:
		st.Location = r.path() + " (for this user only)"
	}
	st.Expires, st.Refreshable = si.expires, !si.noRefresh
	return st
}
