package httpserver

import (
	"errors"
	"net/http"

	"github.com/mark3labs/mcp-go/server"
)

var errUnknownSession = errors.New("unknown session")

// sessionIDs are mcp-go's view of the sessions: the manager of a request knows
// the session that was found for it, and no other.
type sessionIDs struct{ all *sessions }

var _ server.SessionIdManagerResolver = sessionIDs{}

// ResolveSessionIdManager implements [server.SessionIdManagerResolver]. Where
// there is no request, mcp-go is tidying up.
func (s sessionIDs) ResolveSessionIdManager(r *http.Request) server.SessionIdManager {
	m := sessionIDManager{all: s.all}
	if r != nil {
		m.found, _ = r.Context().Value(sessionKey{}).(*session)
	}
	return m
}

type sessionIDManager struct {
	all   *sessions
	found *session
}

// Generate returns the id of the session that has been opened. Where there is
// none, mcp-go shall open none either.
func (m sessionIDManager) Generate() string {
	if m.found == nil {
		return ""
	}
	return m.found.id
}

func (m sessionIDManager) Validate(id string) (isTerminated bool, err error) {
	if m.found == nil && id == "" {
		return false, nil // a request that stands by itself
	}
	if m.found == nil || m.found.id != id || m.found.ctx.Err() != nil {
		return false, errUnknownSession
	}
	return false, nil
}

func (m sessionIDManager) Terminate(id string) (isNotAllowed bool, err error) {
	m.all.end(id)
	return false, nil
}
