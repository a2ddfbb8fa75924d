package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/callerauth"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
)

// Authenticator authenticates callers by their tokens, as those of package
// callerauth do.
type Authenticator interface {
	// Authenticate says who a token stands for. An error that is
	// callerauth.ErrUnavailable says that it can't tell now; any other, that the
	// token is refused, and its text is sent to the client.
	Authenticate(ctx context.Context, token string) (callerauth.Caller, error)
	// Issuer is the authorization server where clients get their tokens, or ""
	// where they are handed out in another way.
	Issuer() string
}

// RefusalError is an error of Options.Prepare with the answer that it makes: one
// line, fit for the client.
type RefusalError struct {
	Status  int
	Message string
}

func (r *RefusalError) Error() string { return r.Message }

// owner is whose a session or a stream is.
type owner struct {
	caller  string // by name, whose share is limited; "" where callers have none
	binding string // see Options.Prepare
}

type ownerKey struct{}

// ownerOf returns who sent a request; the zero owner is nobody in particular.
func ownerOf(ctx context.Context) owner {
	o, _ := ctx.Value(ownerKey{}).(owner)
	return o
}

// access finds out who sends requests.
type access struct {
	auth     Authenticator // nil serves everybody
	prepare  func(context.Context, callerauth.Caller, *http.Request) (context.Context, string, error)
	location *location
	log      *slog.Logger
}

// admit finds out who sent a request and makes the context of what it does, or
// answers. The tokens in its header go no further.
func (a *access) admit(w http.ResponseWriter, r *http.Request) (*http.Request, bool) {
	ctx := r.Context()
	var caller callerauth.Caller
	if a.auth != nil {
		var ok bool
		if caller, ok = a.authenticate(w, r); !ok {
			return nil, false
		}
		limits.ConnOf(ctx).Identify()
	}
	o := owner{caller: caller.Name}
	if a.prepare != nil {
		var err error
		if ctx, o.binding, err = a.prepare(ctx, caller, r); err != nil {
			a.refusePrepared(w, r, err)
			return nil, false
		}
	}
	r = r.WithContext(context.WithValue(ctx, ownerKey{}, o))
	r.Header.Del("Authorization")
	r.Header.Del("X-Awork-Token")
	return r, true
}

// authenticate answers 401 to who sends no token or a bad one, 403 to who may
// do nothing here, and 503 while it can't tell.
func (a *access) authenticate(w http.ResponseWriter, r *http.Request) (callerauth.Caller, bool) {
	token, ok := bearerToken(r)
	if !ok {
		a.challenge(w, r)
		http.Error(w, "a bearer token is needed", http.StatusUnauthorized)
		return callerauth.Caller{}, false
	}
	caller, err := a.auth.Authenticate(r.Context(), token)
	switch {
	case errors.Is(err, callerauth.ErrUnavailable):
		retryAfter(w, http.StatusServiceUnavailable, callerauth.ErrUnavailable.Error())
	case err != nil:
		a.challenge(w, r, "error", "invalid_token", "error_description", err.Error())
		http.Error(w, err.Error(), http.StatusUnauthorized)
	case !caller.Read && !caller.Write:
		a.challenge(w, r, "error", "insufficient_scope", "scope", strings.Join(callerauth.Scopes(), " "))
		text := "the token has none of the scopes " + strings.Join(callerauth.Scopes(), ", ")
		http.Error(w, text, http.StatusForbidden)
	default:
		return caller, true
	}
	return callerauth.Caller{}, false
}

// bearerToken reads https://www.rfc-editor.org/rfc/rfc6750#section-2.1, the only
// way in which a token is taken.
func bearerToken(r *http.Request) (string, bool) {
	sent := r.Header.Values("Authorization")
	if len(sent) != 1 {
		return "", false
	}
	scheme, token, _ := strings.Cut(sent[0], " ")
	token = strings.Trim(token, " ")
	return token, strings.EqualFold(scheme, "Bearer") && token != ""
}

// challenge says how to get in, as a client needs to find its way ("Protected
// Resource Metadata Discovery Requirements"):
// https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
func (a *access) challenge(w http.ResponseWriter, r *http.Request, params ...string) {
	pairs := []string{"realm", "awork-mcp"}
	if a.auth != nil && a.auth.Issuer() != "" {
		pairs = append(pairs, "resource_metadata", a.location.metadataURL(r))
		if len(params) < 4 || params[2] != "scope" {
			pairs = append(pairs, "scope", strings.Join(callerauth.Scopes(), " "))
		}
	}
	pairs = append(pairs, params...)
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s=%q", pairs[i], pairs[i+1])
	}
	w.Header().Set("WWW-Authenticate", "Bearer "+b.String())
}

func (a *access) refusePrepared(w http.ResponseWriter, r *http.Request, err error) {
	var refusal *RefusalError
	if !errors.As(err, &refusal) {
		a.log.Error("a request could not be prepared", "error", err, "path", r.URL.Path)
		refusal = &RefusalError{http.StatusInternalServerError, "internal error"}
	}
	switch refusal.Status {
	case http.StatusUnauthorized:
		a.challenge(w, r)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		retryAfter(w, refusal.Status, refusal.Message)
		return
	}
	http.Error(w, refusal.Message, refusal.Status)
}
