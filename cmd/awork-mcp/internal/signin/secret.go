package signin

import "log/slog"

const redacted = "[redacted]"

// secret is a token or a code. It prints, logs and marshals as "[redacted]";
// only this package reads its value, for awork's token endpoint and the store.
type secret struct {
	// A pointer, so that printing a struct by reflection shows an address.
	value *string
}

func hide(s string) secret {
	if s == "" {
		return secret{}
	}
	return secret{&s}
}

func (s secret) reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// String returns "[redacted]".
func (s secret) String() string { return redacted }

// GoString returns "[redacted]".
func (s secret) GoString() string { return redacted }

// LogValue returns "[redacted]".
func (s secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]".
func (s secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
