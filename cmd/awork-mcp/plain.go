package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// plain makes a text fit for a terminal, whoever wrote parts of it: control,
// bidirectional and invisible characters are written out, such as \x1b and
// \u202e. Line breaks and tabs stay.
func plain(s string) string {
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

// invisible is whether a character that counts as a letter or mark shows nothing.
func invisible(r rune) bool {
	switch r {
	case '\u115F', '\u1160', '\u3164', '\uFFA0', // Hangul fillers
		'\u034F', '\u17B4', '\u17B5':
		return true
	}
	return unicode.Is(unicode.Variation_Selector, r)
}

// plainLine is plain on one line.
func plainLine(s string) string {
	return plain(strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(s))
}

// tell writes for people, on stdout.
func (c *console) tell(format string, args ...any) error {
	_, err := io.WriteString(c.stdout, plain(fmt.Sprintf(format, args...)))
	return err
}

// hint writes a line for people beside the answer.
func (c *console) hint(format string, args ...any) {
	_, _ = fmt.Fprintln(c.stderr, plain(fmt.Sprintf(format, args...)))
}
