package awork

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"strings"
	"unicode"
)

const redacted = "[redacted]"

// hidden is a value that is never printed.
type hidden struct {
	// A pointer, so that printing a struct by reflection shows an address and not
	// the value.
	value *string
}

// IsZero reports whether there is no value.
func (h hidden) IsZero() bool { return h.reveal() == "" }

// Fingerprint identifies the value without showing it: the first 12 hex digits
// of its SHA-256.
func (h hidden) Fingerprint() string {
	sum := sha256.Sum256([]byte(h.reveal()))
	return hex.EncodeToString(sum[:6])
}

// String returns "[redacted]".
func (h hidden) String() string { return redacted }

// GoString returns "[redacted]".
func (h hidden) GoString() string { return redacted }

// LogValue returns "[redacted]".
func (h hidden) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]".
func (h hidden) MarshalText() ([]byte, error) { return []byte(redacted), nil }

func (h hidden) reveal() string {
	if h.value == nil {
		return ""
	}
	return *h.value
}

// Token is a bearer token of an awork workspace: an API key, or an OAuth access
// token. It prints, logs and marshals as "[redacted]"; only this package can read
// its value, and sends it to the configured origin alone.
type Token struct{ hidden }

// ParseToken makes a Token of what a person or a file gave. White space around it
// is trimmed. It refuses an empty value, an unexpanded placeholder such as
// ${AWORK_TOKEN}, and white space or control characters within; the errors never
// quote the value.
func ParseToken(s string) (Token, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return Token{}, errors.New("the token is empty")
	case strings.Contains(s, "${"):
		return Token{}, errors.New("the token is an unexpanded ${…} placeholder: " +
			"the program that started this one did not fill it in")
	case strings.IndexFunc(s, unicode.IsSpace) >= 0:
		return Token{}, errors.New("the token contains white space: give one token and nothing else")
	case strings.IndexFunc(s, notInHeader) >= 0:
		return Token{}, errors.New("the token has characters that no HTTP header can carry")
	}
	return Token{hidden{&s}}, nil
}

func notInHeader(r rune) bool { return r < 0x21 || r > 0x7e }

// Equal reports whether t and u hold the same value.
func (t Token) Equal(u Token) bool { return t.reveal() == u.reveal() }

// Secret is a secret that awork has given out: an API key, or a client
// application's secret. It prints, logs and marshals as "[redacted]".
type Secret struct{ hidden }

// NewSecret returns a Secret that holds value.
func NewSecret(value string) Secret { return Secret{hidden{&value}} }

// Reveal returns the secret. It is for handing the secret over to where its owner
// wants it, and for nothing else.
func (s Secret) Reveal() string { return s.reveal() }

// TokenSource gives the token for each request. Implementations must be safe for
// concurrent use.
type TokenSource interface {
	// Token returns the token to send now.
	Token(ctx context.Context) (Token, error)
	// Renew is called when awork refused a token as bad. It returns the token to
	// try once more with, which is the refused one where there is no newer.
	Renew(ctx context.Context, refused Token) (Token, error)
}

// StaticToken returns a TokenSource that always gives t.
func StaticToken(t Token) TokenSource { return staticToken{t} }

type staticToken struct{ token Token }

func (s staticToken) Token(context.Context) (Token, error)        { return s.token, nil }
func (s staticToken) Renew(context.Context, Token) (Token, error) { return s.token, nil }

// pinnedToken gives one token; only renewals come from the source.
type pinnedToken struct {
	token Token
	TokenSource
}

func (p pinnedToken) Token(context.Context) (Token, error) { return p.token, nil }
