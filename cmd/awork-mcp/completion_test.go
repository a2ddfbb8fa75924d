package main_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// What bash proposes, asked as a shell asks it; it takes = for a word of its own.
func TestBashCompletion(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	s := newFixture(t)
	script, stderr, status := s.run([]string{"completion", "bash"}, nil)
	if status != 0 {
		t.Fatal(stderr)
	}
	for line, want := range map[string][]string{
		"lo":                                           {"login", "logout"},
		"--confirm-":                                   {"--confirm-timeout"},
		"call delete_api_u":                            {"delete_api_user", "delete_api_users"},
		"install c":                                    {"claude-desktop", "claude-code", "cursor", "codex"},
		"uninstall --yes vs":                           {"vscode"},
		"completion ":                                  {"bash", "zsh", "fish"},
		"call delete_api_user ":                        {"apiUserId=", "preview="},
		"call delete_api_user ap":                      {"apiUserId="},
		"call list_api_users li":                       {"limit="},
		"call delete_api_user apiUserId =":             {""},
		"call delete_api_user apiUserId = 5":           {""},
		"call --confirm never get_api_user in":         {"includeTraces=", "includeWebhooks="},
		"--sandbox call get_api_user apiUserId = x in": {"includeTraces=", "includeWebhooks="},
		"--confirm ":                                   {"auto", "strict", "human", "never"},
		"--confirm = s":                                {"strict"},
		"--confirm =":                                  {"auto", "strict", "human", "never"},
		"install cursor --deliver k":                   {"keyring"},
		"--log-level w":                                {"warn"},
		"--log-format j":                               {"json"},
		"http --auth o":                                {"oidc"},
		"--token-file ":                                {""}, // nothing: files, by bash itself
		"--journal = ":                                 {""},
	} {
		ask := "COMP_WORDS=(awork-mcp \"$@\"); COMP_CWORD=$#; _awork_mcp; printf '%s\\n' \"${COMPREPLY[@]}\""
		out, err := exec.Command(bash, append([]string{"--norc", "-c", script + ask, "bash"}, strings.Split(line, " ")...)...).Output()
		got := slices.DeleteFunc(strings.Split(strings.TrimSpace(string(out)), "\n"), func(w string) bool { return strings.HasPrefix(w, "--") && !strings.HasPrefix(line, "--") })
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q (%v)", line, got, want, err)
		}
	}
}

func TestFishCompletion(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	out, stderr, status := s.run([]string{"completion", "fish"}, nil)
	if status != 0 {
		t.Fatal(stderr)
	}
	for _, want := range []string{"-l confirm -d ", "-x -a 'auto strict human never'", "-n '__fish_seen_subcommand_from install' -f -a 'claude-desktop ", "-f -a 'bash zsh fish'", "-l journal -d 'Keep a journal of writes in this file.' -r"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in it", want)
		}
	}
}
