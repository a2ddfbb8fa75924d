// Package text makes texts of others safe to show. Names and messages that come
// from awork or from an agent can hold control, bidirectional and invisible
// characters and can be long; what a result, a question or a log line shows of
// them goes through [Clean] as a field's value, and through [Quote] where it
// stands in a sentence of this program:
//
//	fmt.Sprintf("API user %s was deleted.", text.Quote(user.Name))
//
// What is sent to awork is never cleaned.
package text

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// MaxLength is how many characters of one text are shown.
	MaxLength = 500
	// MaxQuoted is how many characters of a text are quoted in a sentence.
	MaxQuoted = 80
	// MaxList is how many entries of a list are shown.
	MaxList = 20
)

// Clean returns s as it can be shown: control, bidirectional and invisible
// characters are dropped, line breaks and tabs become spaces, and what is longer
// than [MaxLength] characters is cut.
func Clean(s string) string {
	return Cut(strings.TrimSpace(strings.Map(visible, strings.ToValidUTF8(s, "\uFFFD"))), MaxLength)
}

// Visible reports whether r is shown as it is: neither a control, bidirectional
// or invisible character nor one that Clean turns into a space.
func Visible(r rune) bool { return visible(r) == r }

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

// Quote returns s in quotation marks, cleaned, cut at [MaxQuoted] characters,
// with its own marks escaped.
func Quote(s string) string { return strconv.Quote(Cut(Clean(s), MaxQuoted)) }

// QuoteList quotes the first five of texts, with commas between them; "none"
// where there are none.
func QuoteList(texts []string) string {
	const shown = 5
	if len(texts) == 0 {
		return "none"
	}
	var all []string
	for _, s := range texts[:min(shown, len(texts))] {
		all = append(all, Quote(s))
	}
	if more := len(texts) - shown; more > 0 {
		all = append(all, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, ", ")
}

// Word returns s as it is where it is one plain word such as an id, and quoted
// elsewhere.
func Word(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyz0123456789-_."
	if s != "" && len(s) <= MaxQuoted && strings.Trim(strings.ToLower(s), plain) == "" {
		return s
	}
	return Quote(s)
}

// WordList returns the first [MaxList] of words, with commas between them.
func WordList(words []string) string {
	var all []string
	for _, w := range words[:min(MaxList, len(words))] {
		all = append(all, Word(w))
	}
	return strings.Join(all, ", ")
}

// Fold returns a name for comparing: two names that look alike but for case fold
// to the same.
func Fold(s string) string { return strings.ToLower(norm.NFC.String(s)) }

// Cut shortens s to at most n characters, the last of which is then an ellipsis.
func Cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// CleanList cleans the first [MaxList] of texts.
func CleanList(texts []string) []string {
	var out []string
	for _, s := range texts[:min(MaxList, len(texts))] {
		out = append(out, Clean(s))
	}
	return out
}

// Count returns a number with what it counts: "1 API user", "2 API users".
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// OneLine returns a text of several lines as one.
func OneLine(s string) string { return strings.NewReplacer("\n\n", " ", "\n", " ").Replace(s) }
