package callerauth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// OIDC authenticates callers by the JWTs that an issuer has made for this server:
// https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
type OIDC struct {
	issuer string
	config *oidc.Config
	keys   *keySet
}

// OIDCOptions say whose tokens are taken.
type OIDCOptions struct {
	// Issuer is the issuer's URL, exactly as its tokens name it; https, or http
	// on loopback.
	Issuer string
	// Audience is what tokens must name as their audience: what the issuer
	// calls this server.
	Audience string
	// Log takes why the issuer can't be used. Nil is silence.
	Log *slog.Logger
}

// NewOIDC refuses an issuer that is no such URL or that names itself otherwise,
// such as with a slash at the end, and an empty audience. Of an issuer that can't
// be reached it warns: it is asked again when a token comes.
func NewOIDC(ctx context.Context, o OIDCOptions) (*OIDC, error) {
	if err := checkURL(o.Issuer); err != nil {
		return nil, fmt.Errorf("the OIDC issuer: %w", err)
	}
	if strings.TrimSpace(o.Audience) == "" {
		return nil, errors.New("the OIDC audience is missing: set what the issuer calls this server in its tokens")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	keys := newKeySet(o.Issuer, o.Log)
	if err := keys.start(ctx); err != nil {
		return nil, err
	}
	return &OIDC{
		issuer: o.Issuer,
		config: &oidc.Config{
			ClientID: o.Audience,
			// Asymmetric ones, whatever the issuer announces for its ID tokens:
			// never none, and never a secret that is a public key.
			SupportedSigningAlgs: []string{
				oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512,
				oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
			},
		},
		keys: keys,
	}, nil
}

// Issuer is where a client gets a token.
func (o *OIDC) Issuer() string { return o.issuer }

// Authenticate takes a JWT that is signed with a key of the issuer, made for the
// audience, and not expired. A key that is new is asked for; ErrUnavailable is
// for an issuer that can't be asked.
func (o *OIDC) Authenticate(ctx context.Context, token string) (Caller, error) {
	check := &signatureCheck{keys: o.keys}
	t, err := oidc.NewVerifier(o.issuer, check, o.config).Verify(ctx, token)
	var expired *oidc.TokenExpiredError
	switch {
	case errors.Is(check.err, ErrUnavailable):
		return Caller{}, ErrUnavailable
	case errors.As(err, &expired):
		return Caller{}, ErrExpired
	case err != nil:
		return Caller{}, ErrInvalid // the reason quotes claims of the token
	}
	return callerOf(t)
}

// signatureCheck is an [oidc.KeySet] that remembers its error, which the
// verifier's own does not wrap.
type signatureCheck struct {
	keys *keySet
	err  error
}

func (s *signatureCheck) VerifySignature(ctx context.Context, jwt string) (payload []byte, err error) {
	payload, s.err = s.keys.VerifySignature(ctx, jwt)
	return payload, s.err
}

// callerOf reads the claims: the scopes, which some issuers put into scp and
// some of those as a list, and the name, the client's where there is no subject,
// marked as one. A subject that looks marked is marked too: no two share a name.
func callerOf(t *oidc.IDToken) (Caller, error) {
	var claims struct {
		ClientID string    `json:"client_id"`
		Party    string    `json:"azp"`
		Scope    scopeList `json:"scope"`
		SCP      scopeList `json:"scp"`
	}
	if err := t.Claims(&claims); err != nil {
		return Caller{}, ErrInvalid
	}
	c, _ := withScopes(Caller{}, append(claims.Scope, claims.SCP...))
	client := cmp.Or(claims.ClientID, claims.Party)
	switch {
	case strings.HasPrefix(t.Subject, "client:"), strings.HasPrefix(t.Subject, "subject:"):
		c.Name = "subject:" + t.Subject
	case t.Subject != "":
		c.Name = t.Subject
	case client != "":
		c.Name = "client:" + client
	}
	if !isName(c.Name) {
		return Caller{}, ErrInvalid
	}
	return c, nil
}

// scopeList is a claim that is either one string, scopes with spaces between
// them, or a list of strings.
type scopeList []string

func (l *scopeList) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*l = strings.Fields(s)
		return nil
	}
	return json.Unmarshal(data, (*[]string)(l))
}
