package main

import (
	"strings"
	"testing"
)

func TestServerNameOf(t *testing.T) {
	t.Parallel()
	for workspace, want := range map[string]string{
		"Acme":                                 "awork-acme",
		" Acme & Söhne ":                       "awork-acme-s-hne",
		"a_b":                                  "awork-a_b",
		"2024 Übersee":                         "awork-2024-bersee",
		"Ромашка":                              "awork-55e9f043",
		"日本":                                   "awork-cf2abf0c",
		"":                                     "awork",
		"c0ffee00-0000-4000-8000-000000000001": "awork-c0ffee00-0000-4000-8000-000000000001",
		strings.Repeat("long ", 20):            "awork-" + strings.Repeat("long-", 11) + "lon",
	} {
		if got := serverNameOf(workspace); got != want {
			t.Errorf("%q: %q, want %q", workspace, got, want)
		}
	}
}
