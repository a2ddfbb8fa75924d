package tools

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxText   = 500 // characters of one text from awork
	maxQuoted = 80  // characters of a text quoted in a sentence of ours
	maxList   = 20  // entries of a list of texts from awork
)

// clean makes a text from awork safe to show: control, bidirectional and
// invisible characters are dropped, line breaks and tabs become spaces, and what
// is longer than 500 characters is cut.
func clean(s string) string {
	return cut(strings.TrimSpace(strings.Map(visible, strings.ToValidUTF8(s, "\uFFFD"))), maxText)
}

func visible(r rune) rune {
	switch {
	case r == '\n', r == '\r', r == '\t', r == '\u2028', r == '\u2029', unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.Is(unicode.C, r), // control, format (bidirectional, zero width, tags), private use
		r == '\u115F', r == '\u1160', r == '\u3164', r == '\uFFA0', // Hangul fillers
		r == '\u034F', r == '\u17B4', r == '\u17B5', // invisible marks
		unicode.Is(unicode.Variation_Selector, r):
		return -1
	}
	return r
}

// quoted is a text from awork or a caller as a sentence of ours may hold it: in
// quotation marks, cleaned, cut at 80 characters, its own marks escaped.
func quoted(s string) string { return strconv.Quote(cut(clean(s), maxQuoted)) }

// word is a text from awork that is one plain word, as it is, and else quoted.
func word(s string) string {
	if s != "" && len(s) <= maxQuoted && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_.") == "" {
		return s
	}
	return quoted(s)
}

// folded is a name for comparing: two that look alike but for case are one.
func folded(s string) string { return strings.ToLower(norm.NFC.String(s)) }

// cut shortens s to at most n characters, the last of which is then an ellipsis.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// cleanList cleans a list of texts and keeps its first 20.
func cleanList(texts []string) []string {
	var out []string
	for _, s := range texts {
		if len(out) == maxList {
			break
		}
		out = append(out, clean(s))
	}
	return out
}
