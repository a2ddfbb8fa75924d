package main_test

import (
	"bufio"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// prose is a piece of what people or models read, and where it is.
type prose struct{ where, text string }

// documentProse returns the documents, the help of every command, and what the
// server says of its tools.
func documentProse(t *testing.T) []prose {
	t.Helper()
	var all []prose
	for path, text := range documents(t) {
		all = append(all, prose{path, text})
	}
	forms, err := filepath.Glob("../../.github/ISSUE_TEMPLATE/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(forms, "../../.github/CONTRIBUTING.md", "../../.github/SECURITY.md",
		"../../.github/pull_request_template.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, prose{path, string(text)})
	}
	s := newFixture(t)
	root, _, _ := s.run([]string{"--help"}, nil)
	all = append(all, prose{"--help", root})
	commands := regexp.MustCompile(`(?m)^  ([a-z]+)  `).FindAllStringSubmatch(root, -1)
	if len(commands) < 12 {
		t.Fatalf("only %d commands are found in the help", len(commands))
	}
	for _, command := range commands {
		help, _, _ := s.run([]string{command[1], "--help"}, nil)
		all = append(all, prose{command[1] + " --help", help})
	}
	listed, _, _ := s.run([]string{"--sandbox", "--tools=default,credentials", "--deliver=file",
		"--deliver-dir=" + s.secretFolder(), "tools"}, nil)
	if !strings.Contains(listed, "issue_api_key") {
		t.Fatalf("the tools are not listed: %s", listed)
	}
	return append(all, prose{"tools", listed})
}

// source is what stands in the repository's Go files for people to read.
type source struct {
	comments, literals, names []prose
}

// readSource reads the Go files of the repository.
func readSource(t *testing.T) (s source) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", "dist", "testdata", "node_modules"}, entry.Name()):
			return filepath.SkipDir
		case filepath.Ext(path) != ".go":
			return nil
		}
		files := gotoken.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		where := func(n ast.Node) string {
			return strings.TrimPrefix(filepath.ToSlash(files.Position(n.Pos()).String()), "../../")
		}
		for _, group := range file.Comments {
			s.comments = append(s.comments, prose{where(group), group.Text()})
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.Field:
				n.Tag = nil // a name on the wire; help is read from the program
			case *ast.Ident:
				s.names = append(s.names, prose{where(n), n.Name})
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); n.Kind == gotoken.STRING && err == nil {
					s.literals = append(s.literals, prose{where(n), text})
				}
			}
			return true
		})
		return nil
	})
	if err != nil || len(s.literals) < 1000 {
		t.Fatalf("%d literals: %v", len(s.literals), err)
	}
	return s
}

// wordList reads the lines of a file of testdata/words that are no comments.
func wordList(t *testing.T, name string) (lines []string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "words", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// What people and models read, comments and names too, is without the words of
// testdata/words/banned.txt, and spelled as in a dictionary.
func TestWords(t *testing.T) {
	if withRace {
		t.Skip("it reads files one after the other, and would take minutes")
	}
	t.Parallel()
	documents, s := documentProse(t), readSource(t)
	t.Run("banned", func(t *testing.T) {
		checkBanned(t, slices.Concat(documents, pageProse(t), s.comments, s.literals, spacedNames(s.names)))
	})
	sentences := slices.Clone(documents)
	for _, p := range slices.Concat(s.literals, s.comments) {
		if isShipped(p) && strings.Contains(strings.TrimSpace(p.text), " ") {
			sentences = append(sentences, p)
		}
	}
	t.Run("misspellings", func(t *testing.T) { checkMisspellings(t, sentences) })
	t.Run("dictionary", func(t *testing.T) { checkSpelling(t, sentences, s.names) })
}

// isShipped reports whether a text is one of the program's own: not of a test, nor
// a script for a shell.
func isShipped(p prose) bool {
	others := regexp.MustCompile(`_test\.go:|/(mcptest|storetest|sandbox|bench|e2e)/|completionscripts\.go:`)
	return !others.MatchString(p.where)
}

// checkBanned reports banned words.
func checkBanned(t *testing.T, texts []prose) {
	t.Helper()
	var patterns, allowed []string
	for _, line := range wordList(t, "banned.txt") {
		pattern, but, _ := strings.Cut(line, " but ")
		patterns = append(patterns, pattern)
		if but != "" {
			allowed = append(allowed, but)
		}
	}
	banned := regexp.MustCompile(`(?i)\b(` + strings.Join(patterns, "|") + `)\b`)
	except := regexp.MustCompile(`(?i)\b(` + strings.Join(allowed, "|") + `)\b`)
	find := func(text string) []string { return banned.FindAllString(except.ReplaceAllString(text, ""), -1) }
	if found := find(strings.Join(wordList(t, "sample.txt"), "\n")); len(found) != 3 {
		t.Fatalf("the patterns find %q", found)
	}
	for _, p := range texts {
		for _, word := range find(p.text) {
			t.Errorf("%s: %q", p.where, word)
		}
	}
}

// spacedNames returns names as words: TestTheName as Test The Name.
func spacedNames(names []prose) (all []prose) {
	hump := regexp.MustCompile(`([a-z0-9])([A-Z])`)
	for _, name := range names {
		all = append(all, prose{name.where, hump.ReplaceAllString(name.text, "$1 $2")})
	}
	return all
}

// pageProse returns the page of the view and what runs in pipelines.
func pageProse(t *testing.T) (all []prose) {
	t.Helper()
	for _, path := range []string{
		"tools/view/audit.html", ".ci/run", ".ci/catalogue", ".golangci.yml", ".goreleaser.yaml",
	} {
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(path)))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, prose{path, string(text)})
	}
	return all
}
