package credentials

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/awork-mcp/awork-mcp/awork"
)

const byteOrderMark = "\uFEFF"

// placeholder is a way in which a host writes a variable to be filled in.
type placeholder struct {
	// name is how the error shows it.
	name    string
	pattern string
}

// placeholders returns those of all hosts. A token holds no braces; a dollar or a
// percent sign counts only where it makes the token a variable's name.
func placeholders() []placeholder {
	return []placeholder{
		{"${…}", `\$\{`},
		{"{{…}}", `\{\{|\}\}`},
		{"{env:…}", `^\{[A-Za-z]+:.*\}$`},
		{"$NAME", `^\$(env:)?[A-Za-z_][A-Za-z0-9_]*$`},
		{"$(…)", `^\$\(`},
		{"%NAME%", `^%[^%\s]+%$`},
		{"<…>", `^<.*>$`},
	}
}

// Parse returns the token in a text that a person, a host or a file gave. White
// space around it is trimmed. An error names what is wrong and never quotes the
// value.
func Parse(text string) (awork.Token, error) {
	text = strings.TrimSpace(text)
	if err := checkForm(text); err != nil {
		return awork.Token{}, err
	}
	return awork.ParseToken(text)
}

func checkForm(text string) error {
	switch {
	case strings.ContainsRune(text, 0), strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return errors.New("the token is in UTF-16, as some editors and PowerShell write files: save it as UTF-8")
	case strings.HasPrefix(text, byteOrderMark):
		return errors.New("the token begins with a byte order mark, which can't be seen: write it anew")
	case strings.ContainsAny(first(text)+last(text), "\"'`“”„‘’«»"):
		return errors.New("the token is in quotes: leave them out")
	}
	for _, p := range placeholders() {
		if regexp.MustCompile(p.pattern).MatchString(text) {
			return fmt.Errorf("the token is an unexpanded %s placeholder: "+
				"the program that started this one did not fill it in", p.name)
		}
	}
	switch strings.ToLower(text) {
	case "undefined", "null", "none", "nil", "[object object]":
		return errors.New("the token is the word for a value that is not there, such as undefined: " +
			"the program that started this one had none")
	}
	if word, _, ok := strings.Cut(text, " "); ok && strings.EqualFold(word, "Bearer") {
		return errors.New("the token begins with Bearer: give the token alone")
	}
	if strings.IndexFunc(text, unicode.IsSpace) >= 0 {
		return errors.New("the token contains white space: give one token and nothing else")
	}
	return nil
}

// parseFile returns the token in a file's content. A byte order mark of UTF-8,
// which some editors write, is taken off.
func parseFile(content []byte) (awork.Token, error) {
	return Parse(strings.TrimPrefix(string(content), byteOrderMark))
}

// first returns the first character of a text, and last the last.
func first(text string) string {
	for _, r := range text {
		return string(r)
	}
	return ""
}

func last(text string) string {
	runes := []rune(text)
	return string(runes[max(0, len(runes)-1):])
}
