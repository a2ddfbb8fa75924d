package awork

import (
	"bytes"
	"strconv"
	"strings"
)

// minRedacted is the length from which a value is redacted in texts: a shorter
// one, which no awork token is, would match words.
const minRedacted = 8

// Redact returns s with every occurrence of the value replaced. A value below 8
// characters is left.
func (h hidden) Redact(s string) string {
	if value := h.reveal(); len(value) >= minRedacted {
		return strings.ReplaceAll(s, value, redacted)
	}
	return s
}

// redactJSON redacts the value in JSON text, where any of its characters may be
// escaped. It returns text itself where the value is not in it.
func (h hidden) redactJSON(text []byte) []byte {
	value := h.reveal()
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
	var out []byte
	done := 0 // how much of text is in out
	for i := 0; i < len(text); {
		if text[i] != value[0] && text[i] != '\\' {
			i++
			continue
		}
		if n := spelledLength(text[i:], value); n > 0 {
			out = append(append(out, text[done:i]...), redacted...)
			i += n
			done = i
			continue
		}
		_, n := firstCharacter(text[i:])
		i += n
	}
	if done == 0 {
		return text
	}
	return append(out, text[done:]...)
}

// spelledLength returns the length of what spells value at the beginning of JSON
// text, and 0 where nothing does.
func spelledLength(text []byte, value string) int {
	n := 0
	for i := range len(value) {
		if n == len(text) {
			return 0
		}
		c, size := firstCharacter(text[n:])
		if c != value[i] {
			return 0
		}
		n += size
	}
	return n
}

// firstCharacter returns the first character of JSON text, with the length of
// what spells it. It is 0 for an escaped one that no token can hold.
func firstCharacter(text []byte) (c byte, size int) {
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
