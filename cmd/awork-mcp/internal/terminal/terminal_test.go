package terminal_test

import (
	"testing"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/terminal"
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
		if got := terminal.Plain(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := terminal.PlainLine("a\nok  token\r\nb\x1b"); got != `a ok  token b\x1b` {
		t.Errorf("in one line: %q", got)
	}
}

func TestShellWord(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"": "''", "name=a-b_c.d/e:f": "name=a-b_c.d/e:f", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'", `a"b`: `'a"b'`,
	} {
		if got := terminal.ShellWord(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}
