package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "",
		"Zoë's 鍵 \"a\" 🙂\n\tb":   "Zoë's 鍵 \"a\" 🙂\n\tb",
		"\x1b[2J\x07\r":          `\x1b[2J\a\r`,
		"\u009b31m":              `\u009b31m`,
		"a\u202eb\u2066c\u200bd": `a\u202eb\u2066c\u200bd`,
		"a\u2028b\ufeff":         `a\u2028b\ufeff`,
		"a\u3164\u034f\ufe0f":    `a\u3164\u034f\ufe0f`,
		"\U000e0041\x7f":         `\U000e0041\x7f`,
		"a\xffb":                 "a\uFFFDb",
	} {
		if got := plain(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := plainLine("a\nok  token\r\nb\x1b"); got != `a ok  token b\x1b` {
		t.Errorf("in one line: %q", got)
	}
}

// What others wrote gets through no way out of the program as it came.
func TestConsoleIsPlain(t *testing.T) {
	t.Parallel()
	const hostile = "said \x1b]0;x\x07 and \u202e"
	var out, hints bytes.Buffer
	c := &console{stdout: &out, stderr: &hints}
	if status := c.fail(errors.New(hostile)); status != exitFailed {
		t.Error(status)
	}
	if status := c.fail(usage(hostile)); status != exitUsage {
		t.Error(status)
	}
	c.hint("%s", hostile)
	if err := c.tell("%s", hostile); err != nil {
		t.Error(err)
	}
	all := out.String() + hints.String()
	if strings.ContainsAny(all, "\x1b\x07\u202e") || strings.Count(all, `\x1b]0;x\a and \u202e`) != 4 {
		t.Errorf("%q", all)
	}
}
