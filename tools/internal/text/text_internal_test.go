package text

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

var uuidShape = regexp.MustCompile(`^(?i:[0-9a-f]{32}|(urn:uuid:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\})$`)

func FuzzParseUUID(f *testing.F) {
	id := "693325c2-be31-4939-8e36-a82a27e4afd9"
	for _, s := range []string{"", id, strings.ToUpper(id), "{" + id + "}", "x" + id + "y", "urn:uuid:" + id, "URN:UUID:" + id, " " + id + "\n", strings.ReplaceAll(id, "-", ""), id[1:], "{" + id, uuid.Nil.String(),
		"(" + id + ")", "\u00a0" + id, "urn:uuid:{" + id + "}", "{" + strings.ReplaceAll(id, "-", "") + "}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseUUID(s)
		trimmed := strings.TrimSpace(s)
		digits := strings.NewReplacer("-", "", "{", "", "}", "").Replace(strings.TrimPrefix(strings.ToLower(trimmed), "urn:uuid:"))
		taken := uuidShape.MatchString(trimmed) && strings.Trim(digits, "0") != ""
		if taken != (err == nil) {
			t.Fatalf("%q: %v, %v", s, got, err)
		}
		if err != nil {
			if got != uuid.Nil {
				t.Errorf("%q: %v beside an error", s, got)
			}
			return
		}
		if strings.ReplaceAll(got.String(), "-", "") != digits {
			t.Errorf("%q: %v", s, got)
		}
		if again, err := ParseUUID(got.String()); err != nil || again != got {
			t.Errorf("%q: the canonical form is not taken: %v %v", s, again, err)
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "plain", "\x1b[31mred", "a\u202eb", "\u200b", "two\nlines", "\xff\xfe", strings.Repeat("ä", 600), strings.Repeat(" x", 300), " \u00a0 ", "\U000e0041",
		strings.Repeat("a", 498) + " " + strings.Repeat("b", 9), "\u2028", "👍🏽", "e\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if again := Clean(got); again != got {
			t.Errorf("not idempotent: %q, then %q", got, again)
		}
		if n := utf8.RuneCountInString(got); n > MaxLength || !utf8.ValidString(got) {
			t.Errorf("%d characters: %q", n, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Variation_Selector, unicode.Bidi_Control) ||
				unicode.IsSpace(r) && r != ' ' {
				t.Errorf("%q holds %U", got, r)
			}
		}
		if got != strings.TrimSpace(got) {
			t.Errorf("not trimmed: %q", got)
		}
		for _, q := range []string{Quote(s), Quote(got)} {
			if utf8.RuneCountInString(q) > 2*MaxQuoted+2 || !strings.HasPrefix(q, `"`) || !strings.HasSuffix(q, `"`) {
				t.Errorf("quoted: %q", q)
			}
		}
	})
}

func TestCleanListKeepsTwenty(t *testing.T) {
	t.Parallel()
	if got := CleanList(make([]string, 30)); len(got) != 20 {
		t.Errorf("%d entries", len(got))
	}
}
