package awork

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestHoldsToken finds a token in JSON however it is spelt, and redacts it.
func TestHoldsToken(t *testing.T) {
	t.Parallel()
	everyEscaped := func(s, format string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			fmt.Fprintf(&b, format, c)
		}
		return b.String()
	}
	for name, tc := range map[string]struct {
		token, text string
		holds       bool
	}{
		"what an escape ends with":   {"n2345678", `{"name":"\n2345678"}`, false},
		"plain":                      {"canary-7b1f", `{"name":"canary-7b1f"}`, true},
		"as long as what replaces":   {"abcdefghij", `{"name":"abcdefghij"}`, true},
		"within more":                {"canary-7b1f", `{"name":"a canary-7b1f b"}`, true},
		"in a key":                   {"canary-7b1f", `{"canary-7b1f":1}`, true},
		"a number":                   {"1234567890", `{"name":1234567890}`, true},
		"first escaped":              {"canary-7b1f", `{"name":"\u0063anary-7b1f"}`, true},
		"last escaped":               {"canary-7b1f", `{"name":"canary-7b1\u0066"}`, true},
		"all escaped":                {"canary-7b1f", `{"name":"` + everyEscaped("canary-7b1f", `\u%04x`) + `"}`, true},
		"all escaped, in upper case": {"canary-7b1f", `{"name":"` + everyEscaped("canary-7b1f", `\u%04X`) + `"}`, true},
		"after an escaped backslash": {"canary-7b1f", `{"name":"\\canary-7b1\u0066"}`, true},
		"twice":                      {"canary-7b1f", `["\u0063anary-7b1f","x","canar\u0079-7b1f"]`, true},
		"marks of its own":           {`can"a\r/y`, `{"name":"can\"a\\r\/y"}`, true},
		"marks as in .NET":           {`can"a+r<y`, `{"name":"can\u0022a\u002Br\u003Cy"}`, true},
		"not JSON":                   {"canary-7b1f", `canary-7b1f`, true},
		"only the beginning":         {"canary-7b1f", `{"name":"canary-7b1\u006"}`, false},
		"only the beginning, at end": {"canary-7b1f", `canary-7b1\`, false},
		"another escape":             {"canary-7b1f", `{"name":"\ncanary-7b1\u0067\u00663"}`, false},
		"an escaped escape":          {"canary-7b1f", `{"name":"\\u0063anary-7b1f"}`, false},
		"too short to tell":          {"short", `{"name":"short"}`, false},
		"nothing":                    {"canary-7b1f", ``, false},
	} {
		c, err := New(Config{Tokens: StaticToken(mustToken(t, tc.token))})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.HoldsToken(t.Context(), []byte(tc.text)); got != tc.holds {
			t.Errorf("%s: holds %t", name, got)
		}
		redactedText := c.Redact(t.Context(), []byte(tc.text))
		if strings.Contains(string(redactedText), redacted) != tc.holds || !tc.holds && string(redactedText) != tc.text {
			t.Errorf("%s: redacted to %s", name, redactedText)
		}
		if json.Valid([]byte(tc.text)) && name != "a number" && !json.Valid(redactedText) {
			t.Errorf("%s: no JSON any more: %s", name, redactedText)
		}
		if c.HoldsToken(t.Context(), redactedText) {
			t.Errorf("%s: still there: %s", name, redactedText)
		}
	}
}

// FuzzHoldsToken: a token that is in any text of valid JSON, once decoded, is found
// and gone when redacted.
func FuzzHoldsToken(f *testing.F) {
	const canary = `can"a\r/y-7b1f`
	f.Add(`{"a":"can\"a\\r\/y-7b1f"}`)
	f.Add(`["\u0063an\u0022a\\r/y-7b1\u0066","\\"]`)
	f.Add(`{"\\can\"a\\r/y-7b1f":"can\"a\\r/y-7b1fcan\"a\\r/y-7b1f\n"}`)
	f.Fuzz(func(t *testing.T, text string) {
		holds := func(text string) bool {
			for d := json.NewDecoder(strings.NewReader(text)); ; {
				token, err := d.Token()
				if err != nil {
					return false
				}
				if s, ok := token.(string); ok && strings.Contains(s, canary) {
					return true
				}
			}
		}
		if redactedText := mustToken(t, canary).redactJSON([]byte(text)); json.Valid([]byte(text)) && (holds(text) && string(redactedText) == text || holds(string(redactedText))) {
			t.Errorf("%s is redacted to %s", text, redactedText)
		}
	})
}
