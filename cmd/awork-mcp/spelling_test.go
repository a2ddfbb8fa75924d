package main_test

import (
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/golangci/misspell"
)

// checkMisspellings reports common misspellings.
func checkMisspellings(t *testing.T, texts []prose) {
	t.Helper()
	r := misspell.New()
	r.Compile()
	for _, word := range wordList(t, "misspelled.txt") {
		if _, found := r.Replace(word); len(found) != 1 {
			t.Fatalf("%q is not found", word)
		}
	}
	for _, p := range texts {
		_, found := r.Replace(p.text)
		for _, d := range found {
			t.Errorf("%s: %q should be %q", p.where, d.Original, d.Corrected)
		}
	}
}

// checkSpelling reports words that are neither in hunspell's dictionary nor among
// the terms of testdata/words/terms.txt nor names of the code.
func checkSpelling(t *testing.T, texts, names []prose) {
	t.Helper()
	wrong := wordList(t, "misspelled.txt")
	if found := misspelled(t, append([]string{"receive"}, wrong...)); !slices.Equal(found, wrong) {
		t.Fatalf("hunspell finds %q", found)
	}
	where, known := map[string]string{}, map[string]bool{}
	for _, p := range texts {
		for _, word := range words(p.text) {
			where[word] = p.where
		}
	}
	for _, name := range names {
		known[strings.ToLower(name.text)] = true
	}
	for _, term := range wordList(t, "terms.txt") {
		known[term] = true
	}
	for _, word := range misspelled(t, slices.Collect(maps.Keys(where))) {
		if !known[strings.ToLower(word)] {
			t.Errorf("%s: hunspell does not know %q: correct it, or add it to testdata/words/terms.txt", where[word], word)
		}
	}
}

// misspelled returns the words that hunspell does not know.
func misspelled(t *testing.T, words []string) []string {
	t.Helper()
	hunspell, err := exec.LookPath("hunspell")
	if err != nil {
		t.Skip("there is no hunspell here: install hunspell and hunspell-en-us")
	}
	cmd := exec.CommandContext(t.Context(), hunspell, "-l", "-d", "en_US", "-i", "utf-8")
	cmd.Stdin = strings.NewReader(strings.Join(words, "\n"))
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("hunspell has no dictionary en_US here: install hunspell-en-us (%v)", err)
	}
	return strings.Fields(string(out))
}

var (
	// notProse matches code, links, addresses, paths, verbs of fmt and flags.
	notProse = regexp.MustCompile(strings.Join([]string{
		"(?s)```.*?```", "`[^`]*`", `<[^>]*>`, `\]\([^)]*\)`, `https?://\S+`, `\[[A-Za-z.]+\]`,
		`[\w.~/-]*[/_=@\\.:$][\w.~/-]+`, `%[-+#0-9.*]*[a-zA-Z]`, `--?[a-z][a-z-]*`, `'[^' ]*'`, `\\[a-z]`,
	}, "|"))
	wordPattern  = regexp.MustCompile(`[\p{L}\p{N}'’]+`)
	plainPattern = regexp.MustCompile(`^\p{L}\p{Ll}+$`)
)

// words returns the words of a text without a possessive s, but for names in code
// and what is written in capitals.
func words(text string) (all []string) {
	for _, word := range wordPattern.FindAllString(notProse.ReplaceAllString(text, " "), -1) {
		word = strings.Trim(strings.ReplaceAll(word, "’", "'"), "'")
		word = strings.TrimSuffix(word, "'s")
		if plainPattern.MatchString(word) {
			all = append(all, word)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
