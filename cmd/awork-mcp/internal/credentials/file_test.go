package credentials_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/credentials"
)

// open opens a token file of that content.
func open(t *testing.T, content string) (path string, source awork.TokenSource, err error) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "token")
	write(t, path, content)
	var log bytes.Buffer
	source, err = credentials.Config{File: path, Log: slog.New(slog.NewTextHandler(&log, nil))}.Open(t.Context())
	if log.Len() > 0 {
		t.Errorf("logged of a file of mode 600: %s", &log)
	}
	return path, source, err
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// utf16 is what PowerShell writes with >.
func utf16(text string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, r := range text {
		b.WriteString(string([]byte{byte(r), 0}))
	}
	return b.String()
}

func TestTokenFileContent(t *testing.T) {
	t.Parallel()
	want, err := credentials.Parse("canary")
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"canary", "canary\n", "\r\n canary \r\n", "\uFEFFcanary\r\n"} {
		_, source, err := open(t, content)
		if err != nil {
			t.Errorf("%q: %v", content, err)
			continue
		}
		if got, err := source.Token(t.Context()); err != nil || !got.Equal(want) {
			t.Errorf("%q: %v %v", content, got, err)
		}
	}
	for content, says := range map[string]string{
		"": "empty", "\uFEFF": "empty", utf16("canary\r\n"): "UTF-16", `"canary"`: "quotes",
		"canary\nbird\n":       "white space",
		"AWORK_TOKEN = canary": "white space", "$AWORK_TOKEN": "placeholder", strings.Repeat("canary", 20000): "too long",
	} {
		path, _, err := open(t, content)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) ||
			strings.Contains(err.Error(), "canary") {
			t.Errorf("%.20q: %v; want %q", content, err, says)
		}
	}
}

// A file that changes is read again, and after a refusal one that looks the same.
func TestTokenFileChanges(t *testing.T) {
	t.Parallel()
	path, source, err := open(t, "canary-1")
	if err != nil {
		t.Fatal(err)
	}
	expect := func(want string, got awork.Token, err error) {
		t.Helper()
		token, _ := credentials.Parse(want)
		if err != nil || !got.Equal(token) {
			t.Errorf("%v; want another token", err)
		}
	}
	token, err := source.Token(t.Context())
	expect("canary-1", token, err)
	write(t, path, "canary-22")
	token, err = source.Token(t.Context())
	expect("canary-22", token, err)

	past := time.Now().Add(-time.Hour)
	touch(t, path, past)
	token, err = source.Token(t.Context())
	expect("canary-22", token, err)
	write(t, path, "canary-33")
	touch(t, path, past)
	if token, err = source.Renew(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	expect("canary-33", token, err)

	// Another file in its place, of the same size and time.
	write(t, path+".new", "canary-44")
	touch(t, path+".new", past)
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	token, err = source.Token(t.Context())
	expect("canary-44", token, err)

	write(t, path, "${AWORK_TOKEN}")
	if _, err := source.Token(t.Context()); err == nil || !strings.Contains(err.Error(), "placeholder") {
		t.Errorf("with a placeholder: %v", err)
	}
	write(t, path, "canary-5")
	token, err = source.Token(t.Context())
	expect("canary-5", token, err)
}

func touch(t *testing.T, path string, at time.Time) {
	t.Helper()
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func TestEnvironmentGoesFirst(t *testing.T) {
	t.Parallel()
	c := credentials.Config{Token: " canary\n", File: filepath.Join(t.TempDir(), "none")}
	source, err := c.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	token, err := source.Token(t.Context())
	if want, _ := credentials.Parse("canary"); err != nil || !token.Equal(want) || c.Override() != "AWORK_TOKEN" {
		t.Errorf("%v; from %s", err, c.Override())
	}
	c.Token = `"canary"`
	if _, err := c.Open(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "AWORK_TOKEN: ") ||
		!strings.Contains(err.Error(), "quotes") || strings.Contains(err.Error(), "canary") {
		t.Errorf("in quotes: %v", err)
	}
	c.Token = " "
	if _, err := c.Open(t.Context()); err == nil || !strings.Contains(err.Error(), c.File) {
		t.Errorf("a file that is not there: %v", err)
	}
}
