// Package callerauth tells who calls: by tokens in a file, or by the JWTs of an
// OpenID Connect issuer.
//
// A token is looked at and forgotten. It is in no error and no log line, and
// goes nowhere else: passing it on is what the specification forbids:
// https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization#token-handling
package callerauth

import (
	"errors"
	"slices"
	"strings"
)

// Scopes of a token.
const (
	ScopeRead  = "apiusers:read"
	ScopeWrite = "apiusers:write"
)

// Scopes are all there are, as challenges and metadata name them.
func Scopes() []string { return []string{ScopeRead, ScopeWrite} }

// Caller is who a token stands for.
type Caller struct {
	// Name is the same for each token of a caller, and for no other caller's.
	Name string
	// Read and Write say which scopes the token has. They don't imply each
	// other, and a token may have neither.
	Read, Write bool
}

// Errors of Authenticate, to be told apart with errors.Is. Their texts are fit
// for the client.
var (
	// ErrInvalid: the token is nobody's.
	ErrInvalid = errors.New("the token is not valid here")
	// ErrExpired is an ErrInvalid whose token was once good.
	ErrExpired = errors.New("the token has expired")
	// ErrUnavailable: whether the token is good can't be found out now.
	ErrUnavailable = errors.New("tokens can't be checked at the moment")
)

// withScopes gives c those of the scopes that are known, and reports whether
// all are.
func (c Caller) withScopes(scopes []string) (Caller, bool) {
	c.Read, c.Write = slices.Contains(scopes, ScopeRead), slices.Contains(scopes, ScopeWrite)
	known := !slices.ContainsFunc(scopes, func(s string) bool { return s != ScopeRead && s != ScopeWrite })
	return c, known
}

// isName keeps what would deface a log, and what no issuer hands out, from
// becoming a name: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
func isName(s string) bool {
	return s != "" && len(s) <= 255 && !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f || c == '\uFFFD' })
}
