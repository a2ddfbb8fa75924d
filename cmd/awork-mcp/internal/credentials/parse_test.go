package credentials_test

import (
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/credentials"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const jwt = "eyJhbGciOiJIUzI1NiIs.eyJzdWIiOiIxMjM0In0.SflKxwRJSM-eKKF2QT4_fwpMeJf36POk6y"
	for text, says := range map[string]string{
		jwt:                     "",
		" \t" + jwt + "\r\n":    "",
		"with$dollar%and'quote": "",
		"a%b%c":                 "",
		"undefined-but-longer":  "",

		"":                      "empty",
		" \n":                   "empty",
		"${AWORK_TOKEN}":        "${…} placeholder",
		"${env:AWORK_TOKEN}":    "${…} placeholder",
		"${input:awork-token}":  "${…} placeholder",
		"x${AWORK_TOKEN}":       "${…} placeholder",
		"${user_config.token}":  "${…} placeholder",
		"$AWORK_TOKEN":          "$NAME placeholder",
		"$env:AWORK_TOKEN":      "$NAME placeholder",
		"$(cat token)":          "$(…) placeholder",
		"%AWORK_TOKEN%":         "%NAME% placeholder",
		"{env:AWORK_TOKEN}":     "{env:…} placeholder",
		"{file:~/.token}":       "{env:…} placeholder",
		"{{AWORK_TOKEN}}":       "{{…}} placeholder",
		"{{ secrets.awork }}":   "{{…}} placeholder",
		"<your token>":          "<…> placeholder",
		"undefined":             "undefined",
		"Null":                  "undefined",
		"[object Object]":       "undefined",
		`"` + jwt + `"`:         "quotes",
		`'` + jwt + `'`:         "quotes",
		"`" + jwt + "`":         "quotes",
		"“" + jwt + "”":         "quotes",
		`"` + jwt:               "quotes",
		jwt + `'`:               "quotes",
		`"${AWORK_TOKEN}"`:      "quotes",
		"\uFEFF" + jwt:          "byte order mark",
		"\xff\xfea\x00b\x00":    "UTF-16",
		"\xfe\xff\x00a\x00b":    "UTF-16",
		"a\x00b\x00c\x00":       "UTF-16",
		"two words":             "white space",
		"two\nlines":            "white space",
		"a\u00a0b":              "white space",
		"Bearer " + jwt:         "Bearer",
		"bearer " + jwt:         "Bearer",
		"a\u200bb":              "no HTTP header",
		"a\x7fb":                "no HTTP header",
		strings.Repeat("ä", 10): "no HTTP header",
	} {
		token, err := credentials.Parse(text)
		switch {
		case says == "" && (err != nil || token.IsZero()):
			t.Errorf("%q: %v", text, err)
		case says != "" && (err == nil || !strings.Contains(err.Error(), says)):
			t.Errorf("%q: %v; want %q", text, err, says)
		case err != nil && (strings.Contains(err.Error(), jwt) || strings.Contains(err.Error(), "AWORK_TOKEN")):
			t.Errorf("%q: the error quotes it: %v", text, err)
		}
	}
}
