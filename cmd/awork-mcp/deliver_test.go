package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Where secrets would be lost, nothing starts, and doctor fails.
func TestADeliveryIsTriedAtTheStart(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	open := filepath.Join(s.home, "open")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	script := s.file("script", "#!/no/such/interpreter\n")
	if err := os.Chmod(script, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		// The environment of these tests leads to no keyring.
		"no keyring":              {[]string{"--deliver=keyring"}, "keyring"},
		"a folder open to others": {[]string{"--deliver=file", "--deliver-dir=" + open}, "chmod go-w"},
		"no interpreter":          {[]string{"--deliver=command", "--deliver-command=" + script}, "interpreter"},
	} {
		args := append([]string{"--sandbox", "--tools=credentials"}, c.args...)
		_, stderr, status := s.run(args, nil)
		if status != 2 || !strings.Contains(stderr, c.says) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: %d %s", name, status, stderr)
		}
		out, _, status := s.run(append(args, "doctor"), nil)
		if status != 1 || !strings.Contains(out, c.says) {
			t.Errorf("%s, doctor: %d %s", name, status, out)
		}
	}
}

// Tools that make secrets with nowhere to put them: a warning at the start, and a
// failure of doctor.
func TestCredentialsWithoutDelivery(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	for args, warned := range map[string]bool{
		"--sandbox":                                                            false,
		"--sandbox --tools=credentials":                                        true,
		"--sandbox --tools=default,rotate_api_key":                             true,
		"--sandbox --tools=delete_client_application":                          false,
		"--sandbox --tools=credentials --deliver=file --deliver-dir=" + s.home: false,
	} {
		words := strings.Fields(args)
		if _, stderr, status := s.run(words, nil); status != 0 || strings.Contains(stderr, "nowhere to go") != warned {
			t.Errorf("%s: %d %s", args, status, stderr)
		}
		out, _, status := s.run(append(words, "doctor"), nil)
		if (status == 1) != warned || strings.Contains(out, "FAIL  delivery") != warned ||
			warned && !strings.Contains(out, "→ set --deliver") {
			t.Errorf("%s, doctor: %d %s", args, status, out)
		}
	}
	out, _, _ := s.run([]string{"--sandbox", "doctor", "--deliver=file", "--deliver-dir=" + s.home}, nil)
	if !strings.Contains(out, "ok    delivery") || !strings.Contains(out, s.home) {
		t.Errorf("doctor does not show where secrets go: %s", out)
	}
}
