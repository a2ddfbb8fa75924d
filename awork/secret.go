package awork

import "log/slog"

// Secret is a secret that awork has given out: an API key, or a client
// application's secret. It prints, logs and marshals as "[redacted]".
type Secret struct{ value *string }

// Reveal is the secret itself. It is for handing the secret over to where its
// owner wants it, and for nothing else.
func (s Secret) Reveal() string { return Token(s).reveal() }

// IsZero reports whether s holds nothing.
func (s Secret) IsZero() bool { return s.value == nil || *s.value == "" }

// Fingerprint identifies the secret without telling it, as that of a [Token].
func (s Secret) Fingerprint() string { return Token(s).Fingerprint() }

// Redact returns text with every occurrence of the secret replaced, as
// [Token.Redact] does.
func (s Secret) Redact(text string) string { return Token(s).Redact(text) }

// String returns "[redacted]".
func (s Secret) String() string { return redacted }

// GoString returns "[redacted]".
func (s Secret) GoString() string { return redacted }

// LogValue returns "[redacted]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]".
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
