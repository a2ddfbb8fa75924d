package awork

import (
	"bytes"
	"context"
	"strconv"
	"strings"
)

// minRedacted is the length from which a token's value is redacted in texts: a
// shorter one, which no awork token is, would match words.
const minRedacted = 8

// Redact returns s with every occurrence of the token's value replaced. A value
// below 8 characters is left.
func (t Token) Redact(s string) string {
	if value := t.reveal(); len(value) >= minRedacted {
		return strings.ReplaceAll(s, value, redacted)
	}
	return s
}

// Redact returns JSON text with the value of the token that a request would be
// sent with now redacted, however it is escaped.
func (c *Client) Redact(ctx context.Context, text []byte) []byte {
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return text
	}
	return token.redactJSON(text)
}

// HoldsToken reports whether JSON text holds the value of the token that a
// request would be sent with now, however it is escaped.
func (c *Client) HoldsToken(ctx context.Context, text []byte) bool {
	token, err := c.tokens.Token(ctx)
	return err == nil && !bytes.Equal(token.redactJSON(text), text)
}

// redactJSON redacts the value in JSON text, where any of its characters may
// be escaped. It gives text itself where the value is not in it.
func (t Token) redactJSON(text []byte) []byte {
	value := t.reveal()
	if len(value) < minRedacted {
		return text
	}
	if quoted := strconv.Quote(value); len(quoted) > len(value)+2 {
		// As a sentence in the JSON quotes it.
		text = redactJSON(text, quoted[1:len(quoted)-1])
	}
	return redactJSON(text, value)
}

func redactJSON(text []byte, value string) []byte {
	if bytes.IndexByte(text, '\\') < 0 {
		if !bytes.Contains(text, []byte(value)) {
			return text
		}
		return bytes.ReplaceAll(text, []byte(value), []byte(redacted))
	}
	var redactedText []byte
	done := 0 // how much of text is in redactedText
	for i := 0; i < len(text); {
		if text[i] != value[0] && text[i] != '\\' {
			i++
			continue
		}
		if n := spelt(text[i:], value); n > 0 {
			redactedText = append(append(redactedText, text[done:i]...), redacted...)
			i += n
			done = i
			continue
		}
		_, n := character(text[i:])
		i += n
	}
	if done == 0 {
		return text
	}
	return append(redactedText, text[done:]...)
}

// spelt is the length of what spells value at the beginning of JSON text; 0
// where nothing does.
func spelt(text []byte, value string) int {
	n := 0
	for i := range len(value) {
		if n == len(text) {
			return 0
		}
		c, size := character(text[n:])
		if c != value[i] {
			return 0
		}
		n += size
	}
	return n
}

// character is the first character of JSON text, with the length of what spells
// it. It is 0 for an escaped one that no token can hold.
func character(text []byte) (c byte, size int) {
	switch {
	case text[0] != '\\' || len(text) == 1:
		return text[0], 1
	case text[1] == '"' || text[1] == '\\' || text[1] == '/':
		return text[1], 2
	case text[1] == 'u' && len(text) >= 6:
		code, err := strconv.ParseUint(string(text[2:6]), 16, 16)
		if err != nil || code > 0x7e {
			return 0, 6
		}
		return byte(code), 6
	}
	return 0, 2
}
