package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documents are README and the reference behind it.
func documents(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, path := range append(paths, "../../README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(text)
	}
	return texts
}

// blocks returns the lines of the shell blocks of a text.
func blocks(text string) []string {
	var lines []string
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(text, -1) {
		lines = append(lines, strings.Split(strings.TrimSpace(block[1]), "\n")...)
	}
	return lines
}

// What README shows of the workspace in memory runs, line after line, in one home.
func TestSandboxCommandsOfTheReadme(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell")
	}
	home, ran := t.TempDir(), 0
	for _, line := range blocks(documents(t)["../../README.md"]) {
		rest, ok := strings.CutPrefix(line, "awork-mcp --sandbox ")
		if !ok {
			continue
		}
		if strings.HasPrefix(rest, "install ") {
			rest += " --yes"
		}
		ran++
		cmd := exec.CommandContext(t.Context(), shell, "-c", `"$0" --sandbox `+rest, binary)
		cmd.Dir, cmd.Env = home, []string{"HOME=" + home, "PATH=" + filepath.Join(home, "bin")}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
	}
	if ran < 5 {
		t.Errorf("only %d commands were found", ran)
	}
}

// Every flag that the documents name is one of the program's.
func TestFlagsOfTheDocuments(t *testing.T) {
	texts := documents(t) // before runHere goes elsewhere
	s := newFixture(t)
	known, _, _ := s.runHere([]string{"--help"}, nil)
	for _, command := range regexp.MustCompile(`(?m)^  ([a-z]+)  `).FindAllStringSubmatch(known, -1) {
		help, _, _ := s.runHere([]string{command[1], "--help"}, nil)
		known += help
	}
	// An example, and flags of docker, kubectl, systemctl, the Inspector and mcpchecker.
	known += " --some-name --rm --from-literal --now --cli --method --run --runs "
	flag := regexp.MustCompile(`(?:^|[\s` + "`" + `(])(--[a-z][a-z-]+)`)
	for path, text := range texts {
		for _, name := range flag.FindAllStringSubmatch(text, -1) {
			if !regexp.MustCompile(regexp.QuoteMeta(name[1]) + `(?:[^a-z-]|$)`).MatchString(known) {
				t.Errorf("%s: there is no flag %s", path, name[1])
			}
		}
	}
}

// The document of outcomes names every outcome that a result can carry.
func TestOutcomesOfTheDocuments(t *testing.T) {
	t.Parallel()
	code, err := os.ReadFile("../../tools/internal/result/outcome.go")
	if err != nil {
		t.Fatal(err)
	}
	outcomes := regexp.MustCompile(`Outcome = "([a-z_]+)"`).FindAllStringSubmatch(string(code), -1)
	if len(outcomes) < 20 {
		t.Errorf("only %d outcomes were found", len(outcomes))
	}
	text := documents(t)["docs/outcomes.md"]
	for _, o := range outcomes {
		if o[1] != "input_required" && !strings.Contains(text, "`"+o[1]+"`") { // which is logged alone
			t.Errorf("it does not name %s", o[1])
		}
	}
}

// Every link between files, and to a heading, leads somewhere.
func TestLinksOfTheDocuments(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#\s]*)(?:#([^)\s]+))?\)`)
	for path, text := range documents(t) {
		for _, l := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(l[1], "://") {
				continue
			}
			target := path
			if l[1] != "" {
				target = filepath.Join(filepath.Dir(path), l[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if l[2] == "" {
				continue // a folder, or all of a file
			}
			body, err := os.ReadFile(target)
			if err != nil || !anchors(string(body))[l[2]] {
				t.Errorf("%s: %s has no heading #%s (%v)", path, l[1], l[2], err)
			}
		}
	}
}

// anchors returns the names by which links reach the headings of a text.
func anchors(text string) map[string]bool {
	names := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^\w\s-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		names[strings.ReplaceAll(name, " ", "-")] = true
	}
	return names
}
