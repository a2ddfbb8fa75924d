package hosts

import (
	"path/filepath"
	"strings"
	"testing"
)

// FuzzEdit: whatever a file holds, an edit changes one entry alone or nothing.
func FuzzEdit(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		p := sections(f, file)
		f.Add(p.before)
		f.Add(p.after)
	}
	f.Add("{\"mcpServers\":{\"x\":1/**/,/**/},/**/}//")
	f.Add("[mcp_servers.awork]\ncommand=\"\"")
	f.Add("{\"mcpServers\":{\"awork\":{\"command\":\"/*\",\"args\":[/**/]/**/}}}")
	f.Add("{\"mcpServers\":{\"awork\":{},\"awork\":{}}}")
	f.Add("{\"mcpServers\":{//\n\"awork\":{}}}")
	f.Add("{\"mcpServers\":{//\n\"awork\":{},\"x\":{}//\n}}")
	f.Add("{\"mcpServers\":{//\n}//\n}")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range []struct {
			format
			Server
		}{{cursor().format, ours()}, {codex().format, ours()}, {vsCode().format, hosted()}} {
			f, server := c.format, c.Server
			had, err := f.decode([]byte(text))
			if err != nil {
				continue
			}
			set, err := f.edit([]byte(text), server.Name, nil, &server)
			if err != nil || f.checkEdit(had, set, server.Name, &server) != nil {
				continue
			}
			rest := f.withoutOurValues(t, text, server)
			if strings.Count(string(set), "/*") < strings.Count(rest, "/*") {
				t.Errorf("a comment is lost:\n%s\n%s", text, set)
			}
			has, err := f.decode(set)
			if err != nil {
				t.Fatal(err)
			}
			unset, err := f.edit(set, server.Name, f.entry(has, server.Name), nil)
			if err == nil {
				err = f.checkEdit(has, unset, server.Name, nil)
			}
			if err != nil {
				t.Errorf("what was set can't be unset: %v\n%s\n%s", err, text, set)
			}
		}
	})
}

// withoutOurValues is a JSON file in which the values that an edit writes over,
// with whatever stands in them, are null.
func (f format) withoutOurValues(t *testing.T, text string, s Server) string {
	if f.toml {
		return ""
	}
	v, root, err := parseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{f.container, s.Name} {
		if root, _, err = objectIn(root, name); root == nil || err != nil {
			return text
		}
	}
	for _, field := range f.fields(s) {
		if m, err := member(root, field.key); m >= 0 && err == nil {
			root.Members[m].Value.Value = value("null")
		}
	}
	return string(v.Pack())
}
