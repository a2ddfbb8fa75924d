// Package terminal makes text fit to be shown on a person's terminal, and to be
// copied from it.
//
// Names in awork, and answers of servers, may hold characters that move the
// cursor, change what is shown or hide. Everything that the program prints for
// people goes through [Plain] or [PlainLine]:
//
//	fmt.Fprintln(os.Stderr, terminal.PlainLine(err.Error()))
package terminal

import (
	"strconv"
	"strings"
	"unicode"
)

// Plain writes control, bidirectional and invisible characters of s out, such as
// \x1b and \u202e. Line breaks and tabs stay.
func Plain(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		if r == '\n' || r == '\t' || strconv.IsPrint(r) && !invisible(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

// PlainLine is [Plain] on one line.
func PlainLine(s string) string {
	return Plain(strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(s))
}

// invisible reports whether a letter or mark shows nothing.
func invisible(r rune) bool {
	switch r {
	case '\u115F', '\u1160', '\u3164', '\uFFA0', // Hangul fillers
		'\u034F', '\u17B4', '\u17B5':
		return true
	}
	return unicode.Is(unicode.Variation_Selector, r)
}

// ShellWord returns a word as a shell reads it back.
func ShellWord(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
