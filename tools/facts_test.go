package tools_test

import (
	"cmp"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// specification is awork's OpenAPI document as far as testdata has it, or all of it
// where AWORK_OPENAPI names a file.
type specification struct {
	paths, schemas map[string]any
}

func readSpecification(t *testing.T) specification {
	t.Helper()
	var doc struct {
		Paths      map[string]any
		Components struct{ Schemas map[string]any }
	}
	file := cmp.Or(os.Getenv("AWORK_OPENAPI"), "../awork/sandbox/testdata/openapi.json")
	if err := json.Unmarshal(readFile(t, file), &doc); err != nil || len(doc.Paths) < 20 {
		t.Fatalf("%s: %d paths, %v", file, len(doc.Paths), err)
	}
	return specification{doc.Paths, doc.Components.Schemas}
}

// TestFacts holds what we say of awork to awork's own pages: each sentence of the
// table stands where the table says, and fits the specification. No sentence that
// reads like such a fact is missing in the table.
func TestFacts(t *testing.T) {
	t.Parallel()
	spec, texts := readSpecification(t), ourTexts(t)
	known := map[string][]string{}
	lines := strings.Split(strings.TrimSpace(string(readFile(t, "testdata/facts.tsv"))), "\n")[1:]
	for _, line := range lines {
		cells := strings.Split(line, "\t")
		if len(cells) != 4 || cells[2] == "" {
			t.Errorf("not four cells: %q", line)
			continue
		}
		where, words := cells[0], cells[1]
		known[where] = append(known[where], words)
		if !strings.Contains(texts[where], words) {
			t.Errorf("%s no longer has %q", where, words)
		}
		for _, check := range splitChecks(cells[3]) {
			if wrong := spec.contradicts(check); wrong != "" {
				t.Errorf("%q: %s", words, wrong)
			}
		}
	}
	for where, text := range texts {
		for _, at := range aboutAwork.FindAllStringIndex(text, -1) {
			if !slices.ContainsFunc(known[where], func(words string) bool { return covers(text, words, at) }) {
				t.Errorf("%s says of awork what facts.tsv has not: …%s…", where, text[max(0, at[0]-60):min(len(text), at[1]+80)])
			}
		}
	}
	t.Logf("%d facts", len(lines))
}

// aboutAwork finds words that claim what awork can or can't do, whatever it answers.
var aboutAwork = regexp.MustCompile(`\bawork(?:'s (?:API|settings page))? (?:keeps no|makes an? |makes admin|would make|allows |` +
	`documents neither|documents that|documents as|can neither|can't (?:take|add|undo|tell) |has no|has one|does not say|does not tell|shows nowhere|` +
	`wants (?:names|both))|[Rr]eading leaves no trace|need awork's plan`)

// covers reports whether some place of words in text has the piece at.
func covers(text, words string, at []int) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], words)
		if i < 0 {
			return false
		}
		if start := from + i; start <= at[0] && at[1] <= start+len(words) {
			return true
		}
		from += i + 1
	}
}

// ourTexts are README and the documents by their paths, the descriptions of tools
// by their names, the server's instructions, and all other texts of the tools
// together as "messages".
func ourTexts(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{"instructions": oneLine(readFile(t, "testdata/instructions.txt"))}
	documents, err := filepath.Glob("../cmd/awork-mcp/docs/*.md")
	if err != nil || len(documents) < 5 {
		t.Fatal(documents, err)
	}
	for _, path := range append(documents, "../README.md") {
		if filepath.Base(path) != "CHANGELOG.md" {
			texts[strings.TrimPrefix(path, "../")] = oneLine(readFile(t, path))
		}
	}
	all, _ := listed(t, everything()...)
	for _, tool := range all {
		texts[tool["name"].(string)] = tool["description"].(string)
	}
	texts["messages"] = literals(t, texts)
	return texts
}

var (
	brokenLiteral = regexp.MustCompile(`"\s*\+\s*"`)
	literal       = regexp.MustCompile(`"(?:\\.|[^"\\\n])*"`)
	comment       = regexp.MustCompile(`(?m)^\s*//.*$`)
)

// literals are the texts in the code of the tools, a line each, without those that
// texts has already.
func literals(t *testing.T, texts map[string]string) string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		code := brokenLiteral.ReplaceAllString(comment.ReplaceAllString(string(readFile(t, path)), ""), "")
		for _, text := range literal.FindAllString(code, -1) {
			text = strings.Trim(text, `"`)
			isListed := func(s string) bool { return strings.Contains(s, text) }
			if !slices.ContainsFunc(slices.Collect(maps.Values(texts)), isListed) {
				found = append(found, text)
			}
		}
		return nil
	})
	if err != nil || len(found) < 500 {
		t.Fatalf("%d texts: %v", len(found), err)
	}
	return strings.Join(found, "\n")
}

func oneLine(text []byte) string { return strings.Join(strings.Fields(string(text)), " ") }

var beginsCheck = regexp.MustCompile(`(?:^| )(op|access|status|has|lacks|nopath):`)

func splitChecks(cell string) []string {
	starts := beginsCheck.FindAllStringIndex(cell, -1)
	var checks []string
	for i, start := range starts {
		end := len(cell)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		checks = append(checks, strings.TrimSpace(cell[start[0]:end]))
	}
	return checks
}

// contradicts says in what the specification differs from a check; nothing where
// it does not.
func (s specification) contradicts(check string) string {
	kind, what, _ := strings.Cut(check, ":")
	switch kind {
	case "op", "access", "status":
		call, want, _ := strings.Cut(what, "=")
		method, path, _ := strings.Cut(call, " ")
		operation, _ := at(s.paths[path], strings.ToLower(method)).(map[string]any)
		feature, level, _ := strings.Cut(want, ":")
		switch {
		case operation == nil:
			return "awork has no " + call
		case kind == "status" && at(operation, "responses", want) == nil:
			return call + " answers no " + want
		case kind == "access" && at(operation, "x-access", feature) != level:
			return call + " does not ask for " + want
		}
	case "has", "lacks":
		schema, property, _ := strings.Cut(what, ".")
		properties, ok := at(s.schemas[schema], "properties").(map[string]any)
		_, has := properties[property]
		if name, isRequired := strings.CutPrefix(property, "required."); isRequired {
			required, _ := at(s.schemas[schema], "required").([]any)
			has = slices.Contains(required, any(name))
		}
		if !ok || has != (kind == "has") {
			return "it is not so that " + check
		}
	case "nopath":
		for path := range s.paths {
			if strings.Contains(path, what) {
				return "there is " + path
			}
		}
	}
	return ""
}

// TestFactsCanFail holds the checks themselves to what is known.
func TestFactsCanFail(t *testing.T) {
	t.Parallel()
	spec := readSpecification(t)
	for _, check := range []string{"op:DELETE /apikeys/{id}", "access:GET /apiusers=workspace-manage-config:write",
		"status:DELETE /apiusers/{apiUserId}=418", "has:ApiUser.lastUsedOn", "lacks:ApiUser.createdBy",
		"lacks:ApiUserPostForm.required.name", "has:Nothing.name", "nopath:apiusers"} {
		if spec.contradicts(check) == "" {
			t.Errorf("%s: not noticed", check)
		}
	}
}
