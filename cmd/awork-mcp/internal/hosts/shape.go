package hosts

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
)

// shape is how servers are written down in a host's file.
type shape struct {
	toml      bool
	container string
	entry     func(Server) []field
}

// field is a part of an entry; its value is a string or a list of strings.
type field struct {
	key   string
	value any
}

func commandAndArgs(s Server) []field {
	return []field{{"command", s.Command}, {"args", s.Args}}
}

func stdioCommandAndArgs(s Server) []field {
	return append([]field{{"type", "stdio"}}, commandAndArgs(s)...)
}

func launch(s Server) []string { return append([]string{s.Command}, s.Args...) }

// mcpServers is the shape that most hosts share.
func mcpServers() shape { return shape{container: "mcpServers", entry: commandAndArgs} }

func (sh shape) snippet(s Server) string {
	var text []byte
	var err error
	if sh.toml {
		text, err = sh.setTOML(nil, s)
	} else {
		text, err = sh.setJSON(nil, s)
	}
	if err != nil { // an empty file can't fail
		return err.Error()
	}
	return string(text)
}

func (sh shape) decode(text []byte) (map[string]any, error) {
	if sh.toml {
		return decodeTOML(text)
	}
	return decodeJSON(text)
}

func (sh shape) edit(text []byte, name string, want *Server) ([]byte, error) {
	switch {
	case sh.toml && want != nil:
		return sh.setTOML(text, *want)
	case sh.toml:
		return sh.unsetTOML(text, name)
	case want != nil:
		return sh.setJSON(text, *want)
	default:
		return sh.unsetJSON(text, name)
	}
}

// entryIn is the server's entry in what a file holds; nil where there is none.
func (sh shape) entryIn(m map[string]any, name string) any {
	container, _ := m[sh.container].(map[string]any)
	return container[name]
}

// is reports whether an entry launches the server.
func (sh shape) is(entry any, s Server) bool {
	m, ok := entry.(map[string]any)
	for _, f := range sh.entry(s) {
		list, isList := m[f.key].([]any)
		want, wantsList := f.value.([]string)
		if isList != wantsList || !isList && m[f.key] != f.value || len(list) != len(want) {
			return false
		}
		for i := range want {
			if list[i] != want[i] {
				return false
			}
		}
	}
	return ok
}

// onlyThis makes sure that an edited file says what it is to say, and everything
// else as before.
func (sh shape) onlyThis(had map[string]any, after []byte, name string, want *Server) error {
	has, err := sh.decode(after)
	if err != nil {
		return err
	}
	entry := sh.entryIn(has, name)
	if want == nil && entry != nil || want != nil && !sh.is(entry, *want) {
		return errors.New("the entry is not where it was expected")
	}
	if !reflect.DeepEqual(sh.without(had, name), sh.without(has, name)) {
		return errors.New("something else would change too")
	}
	return nil
}

// without is what a file holds beside one server.
func (sh shape) without(m map[string]any, name string) map[string]any {
	rest := map[string]any{}
	for k, v := range m {
		rest[k] = v
	}
	servers := map[string]any{}
	if container, ok := m[sh.container].(map[string]any); ok {
		for k, v := range container {
			if k != name {
				servers[k] = v
			}
		}
		rest[sh.container] = servers
	}
	if len(servers) == 0 {
		delete(rest, sh.container)
	}
	return rest
}

// quoted writes a string, or a list of them, as both JSON and TOML take it, and
// whatever else a file holds as JSON.
func quoted(value any) string {
	var parts []string
	switch list := value.(type) {
	case []string:
		for _, v := range list {
			parts = append(parts, quoted(v))
		}
	case []any:
		for _, v := range list {
			parts = append(parts, quoted(v))
		}
	default:
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(value) // what was decoded can be encoded
		return strings.TrimSuffix(b.String(), "\n")
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
