package callerauth

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// record is a log that can be read while it is written.
type record struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.String()
}

func (r *record) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.buf.Reset()
}

func (r *record) log() *slog.Logger { return slog.New(slog.NewTextHandler(r, nil)) }

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tokens")
	write(t, path, content)
	return path
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestBearer(t *testing.T) {
	t.Parallel()
	b, err := NewBearer(file(t, "\ufeff# comment\r\n\n  secret-1\r\nann secret-2 apiusers:read\n"+
		"\tann\tsecret-3 apiusers:read,apiusers:write\n  # secret-0\nbob secret-4 apiusers:write,apiusers:write\n~secret-5~"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]Caller{
		"secret-1": {Name: pseudonym("secret-1"), Read: true, Write: true},
		"secret-2": {Name: "ann", Read: true},
		"secret-3": {Name: "ann", Read: true, Write: true},
		"secret-4": {Name: "bob", Write: true},

		"~secret-5~": {Name: pseudonym("~secret-5~"), Read: true, Write: true},
	} {
		if got, err := b.Authenticate(t.Context(), token); err != nil || got != want {
			t.Errorf("%s: %+v, %v", token, got, err)
		}
	}
	for _, token := range []string{"", "secret-0", "secret-", "secret-11", "SECRET-1", "#", "ann", "# comment"} {
		if got, err := b.Authenticate(t.Context(), token); !errors.Is(err, ErrInvalid) || got != (Caller{}) {
			t.Errorf("%q: %+v, %v", token, got, err)
		}
	}
	if name := pseudonym("secret-1"); strings.Contains(name, "secret") || name == pseudonym("secret-2") ||
		name != pseudonym("secret-1") {
		t.Error(name)
	}
	if b.Issuer() != "" {
		t.Error(b.Issuer())
	}
}

func TestBearerRefuses(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"":                                  "no caller",
		"# secret\n\n":                      "no caller",
		"ok\na secret":                      "line 2 has 2 fields",
		"a secret apiusers:read secret":     "line 1 has 4 fields",
		"a secret apiusers:read, secret":    "line 1 has 4 fields",
		"a apiusers:read secret":            "line 1: the third field must be scopes",
		"a secret apiusers:read,":           "line 1: the third field must be scopes",
		"a secret apiusers:admin":           "line 1: the third field must be scopes",
		"secret # comment":                  "line 1: the third field must be scopes",
		"secret\n#\nsecret":                 "line 3 has the token of line 1",
		"secret\na secret apiusers:read":    "line 2 has the token of line 1",
		"secr\u00e9t":                       "line 1: the token has characters",
		"secr\x01et":                        "line 1: the token has characters",
		"a\x07b secret apiusers:read":       "line 1: the first field is no name",
		strings.Repeat("x", maxFile+1):      "above 1 MiB",
		"ok\n# fine\na\tsecret\n":           "line 3 has 2 fields",
		"a secret apiusers:read apiusers:w": "line 1 has 4 fields",

		"secret-1\n" + pseudonym("secret-1") + " secret-2 apiusers:read": "line 2: the caller has the name",
		pseudonym("secret-1") + " secret-2 apiusers:read\nsecret-1":      "line 2: the caller has the name",
	} {
		_, err := NewBearer(file(t, content), nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secr") {
			t.Errorf("%.60q: %v", content, err)
		}
	}
	if _, err := NewBearer(file(t, "secret"+strings.Repeat(" ", maxFile-6)), nil); err != nil {
		t.Errorf("a file of the very limit: %v", err)
	}
	if _, err := NewBearer(t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "can't be read") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := NewBearer(filepath.Join(t.TempDir(), "none"), nil); err == nil ||
		!strings.Contains(err.Error(), "none") {
		t.Error(err)
	}
}

// A change counts at once; one that can't be used changes nothing, and is
// logged once.
func TestBearerFileChanges(t *testing.T) {
	t.Parallel()
	path := file(t, "secret-1")
	var out record
	b, err := NewBearer(path, out.log())
	if err != nil {
		t.Fatal(err)
	}
	good := func(token string, want bool) {
		t.Helper()
		if _, err := b.Authenticate(t.Context(), token); (err == nil) != want {
			t.Errorf("%s: %v", token, err)
		}
	}
	good("secret-1", true)
	write(t, path, "secret-2") // of the same size, at the same time
	good("secret-2", true)
	good("secret-1", false)
	write(t, path, "a secret-3")
	good("secret-2", true)
	good("secret-3", false)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	good("secret-2", true)
	good("secret-2", true)
	write(t, path, "secret-3")
	good("secret-3", true)
	good("secret-2", false)
	if err := os.Remove(path); err != nil { // again, which is logged again
		t.Fatal(err)
	}
	good("secret-3", true)
	write(t, path, "secret-3")
	for _, empty := range []string{"", "# nobody\n"} { // which revokes all
		write(t, path, empty)
		good("secret-3", false)
		write(t, path, "secret-3")
		good("secret-3", true)
	}
	s := out.String()
	if strings.Contains(s, "secret") || strings.Count(s, "can't be used") != 1 || strings.Count(s, "nobody is served") != 2 ||
		strings.Count(s, "level=ERROR") != 5 || strings.Count(s, "no such file") != 2 ||
		strings.Count(s, "read anew") != 4 || strings.Count(s, "easy to guess") != 5 {
		t.Error(s)
	}
}

// What makes tokens easy to find out is warned of, without showing them.
func TestBearerWarnings(t *testing.T) {
	t.Parallel()
	const good, short = "0123456789abcdef", "0123456789abcde"
	for _, test := range []struct {
		content string
		mode    os.FileMode
		want    []string
	}{
		{good, 0o600, nil},
		{good, 0o640, nil},
		{good, 0o644, []string{"others may read or write"}},
		{good, 0o602, []string{"others may read or write"}},
		{good, 0o620, []string{"others may read or write"}},
		{"# comment\nann " + short + " apiusers:read\n" + good, 0o600, []string{"easy to guess", "line=2"}},
		{"x", 0o600, []string{"easy to guess", "line=1"}},
		{good + " ann apiusers:read", 0o600, []string{"easy to guess"}}, // in the wrong order
	} {
		path := file(t, test.content)
		if err := os.Chmod(path, test.mode); err != nil {
			t.Fatal(err)
		}
		var out record
		if _, err := NewBearer(path, out.log()); err != nil {
			t.Fatal(err)
		}
		s := out.String()
		for _, want := range test.want {
			if !strings.Contains(s, want) {
				t.Errorf("%q, %o: no %q in %s", test.content, test.mode, want, s)
			}
		}
		if strings.Count(s, "level=WARN") != min(1, len(test.want)) || strings.Contains(s, short) ||
			strings.Contains(s, good) {
			t.Errorf("%q, %o: %s", test.content, test.mode, s)
		}
	}
}

// No request leaves the file open.
func TestBearerClosesItsFile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("open files are listed in /proc")
	}
	path := file(t, "secret-1")
	b, err := NewBearer(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := b.Authenticate(t.Context(), "secret-1"); err != nil {
			t.Fatal(err)
		}
	}
	open, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || len(open) == 0 {
		t.Fatal(open, err)
	}
	for _, fd := range open {
		if name, err := os.Readlink(fd); err == nil && name == path {
			t.Errorf("%s is open", name)
		}
	}
}
