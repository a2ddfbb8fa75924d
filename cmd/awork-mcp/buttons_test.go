package main_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// entry is a server in the file of a host.
type entry struct {
	Type    string            `json:"type"`
	Command string            `json:"command"`
	Args    []string          `json:"args"`
	Env     map[string]string `json:"env"`
}

// button is a link that adds a server to an editor.
type button struct {
	name   string
	server entry
	inputs []struct {
		Type, ID, Description string
		Password              bool
	}
}

// The buttons of README add what install writes, by the program's name alone, or
// the container that README shows.
func TestButtonsOfTheReadme(t *testing.T) {
	t.Parallel()
	readme := documents(t)["../../README.md"]
	var block struct{ MCPServers map[string]entry }
	for _, text := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(readme, -1) {
		if err := json.Unmarshal([]byte(text[1]), &block); err != nil {
			t.Fatal(err)
		}
	}
	container, ok := block.MCPServers["awork"]
	if !ok || container.Command != "docker" {
		t.Fatalf("README shows no container: %+v", block)
	}
	container.Type, container.Env = "stdio", map[string]string{"AWORK_TOKEN": "${input:awork-token}"}
	vscode := buttons(t, readme, "https://insiders.vscode.dev/redirect/mcp/install",
		func(s string) (string, error) { return s, nil })
	cursor := buttons(t, readme, "https://cursor.com/en/install-mcp", func(s string) (string, error) {
		b, err := base64.StdEncoding.DecodeString(s)
		return string(b), err
	})
	if len(vscode) != 2 || len(cursor) != 1 {
		t.Fatalf("%d buttons for VS Code, %d for Cursor", len(vscode), len(cursor))
	}
	for _, c := range []struct {
		button button
		want   entry
		inputs int
	}{
		{vscode[0], installed(t, "vscode", ".config/Code/User/mcp.json"), 0},
		{vscode[1], container, 1},
		{cursor[0], installed(t, "cursor", ".cursor/mcp.json"), 0},
	} {
		if diff := cmp.Diff(c.want, c.button.server); diff != "" || c.button.name != "awork" {
			t.Errorf("the button adds as %q, for what install writes (-want +got):\n%s", c.button.name, diff)
		}
		if len(c.button.inputs) != c.inputs {
			t.Errorf("%+v has %d inputs", c.button.server, len(c.button.inputs))
		}
		for _, in := range c.button.inputs {
			if in.Type != "promptString" || in.ID != "awork-token" || in.Description == "" || !in.Password {
				t.Errorf("the input for the token: %+v", in)
			}
		}
	}
}

// buttons decodes the links of a text to an address.
func buttons(t *testing.T, text, address string, decode func(string) (string, error)) (all []button) {
	t.Helper()
	pattern := regexp.MustCompile(`\]\(` + regexp.QuoteMeta(address) + `\?([^)]*)\)`)
	for _, link := range pattern.FindAllStringSubmatch(text, -1) {
		q, err := url.ParseQuery(link[1])
		if err != nil {
			t.Fatal(err)
		}
		b := button{name: q.Get("name")}
		config, err := decode(q.Get("config"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(config), &b.server); err != nil {
			t.Fatalf("%v: %s", err, config)
		}
		if inputs := q.Get("inputs"); inputs != "" {
			if err := json.Unmarshal([]byte(inputs), &b.inputs); err != nil {
				t.Fatalf("%v: %s", err, inputs)
			}
		}
		all = append(all, b)
	}
	return all
}

// installed is what install writes for a host, with the program's name for its path.
func installed(t *testing.T, host, file string) entry {
	t.Helper()
	s := newFixture(t)
	env := []string{s.onlyPath(), "APPDATA=" + filepath.Join(s.home, ".config")}
	if _, stderr, status := s.run([]string{"install", host, "--yes"}, env); status != 0 {
		t.Fatal(stderr)
	}
	for _, path := range []string{file, strings.Replace(file, ".config", "Library/Application Support", 1)} {
		text, err := os.ReadFile(filepath.Join(s.home, filepath.FromSlash(path)))
		if err != nil {
			continue
		}
		var f struct{ Servers, MCPServers map[string]entry }
		if err := json.Unmarshal(text, &f); err != nil {
			t.Fatal(err)
		}
		for _, servers := range []map[string]entry{f.Servers, f.MCPServers} {
			if e, ok := servers["awork"]; ok {
				e.Command = strings.TrimSuffix(filepath.Base(e.Command), ".exe")
				return e
			}
		}
	}
	t.Fatalf("install %s wrote no %s", host, file)
	return entry{}
}
