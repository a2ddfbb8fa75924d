// Package callerauth authenticates callers: by tokens in a file, or by the JWTs of
// an OpenID Connect issuer.
//
//	auth, err := callerauth.NewBearer("/etc/awork-mcp/callers", log)
//	…
//	caller, err := auth.Authenticate(ctx, token)
//
// A token is looked at and forgotten. It is in no error and no log line, and
// goes nowhere else: passing it on is what the specification forbids:
// https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization#token-handling
package callerauth

import (
	"errors"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/tools"
)

// Scopes of a token.
const (
	ScopeRead  = "apiusers:read"
	ScopeWrite = "apiusers:write"
)

// Scopes returns all there are, as challenges and metadata name them.
func Scopes() []string { return []string{ScopeRead, ScopeWrite} }

// Caller is who a token stands for, as the tools see it. Its Name is the same for
// each token of a caller, and for no other caller's. Read and Write say which
// scopes the token has; they don't imply each other, and a token may have neither.
type Caller = tools.Caller

// Errors of Authenticate, to be distinguished with errors.Is. Their texts are fit
// for the client.
var (
	// ErrInvalid: the token is nobody's.
	ErrInvalid = errors.New("the token is not valid here")
	// ErrExpired is an ErrInvalid whose token was once good.
	ErrExpired = errors.New("the token has expired")
	// ErrUnavailable: whether the token is good can't be found out now.
	ErrUnavailable = errors.New("tokens can't be checked at the moment")
)

// withScopes returns c with those of the scopes that are known, and reports
// whether all are.
func withScopes(c Caller, scopes []string) (Caller, bool) {
	c.Read, c.Write = slices.Contains(scopes, ScopeRead), slices.Contains(scopes, ScopeWrite)
	known := !slices.ContainsFunc(scopes, func(s string) bool { return s != ScopeRead && s != ScopeWrite })
	return c, known
}

// isName refuses what would deface a log, and what no issuer hands out, as a name:
// https://openid.net/specs/openid-connect-core-1_0.html#IDToken
func isName(s string) bool {
	return s != "" && len(s) <= 255 && !strings.ContainsFunc(s, isUnfit)
}

func isUnfit(c rune) bool { return c < ' ' || c == 0x7f || c == '\uFFFD' }
