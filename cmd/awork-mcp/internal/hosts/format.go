package hosts

import (
	"errors"
	"maps"
	"reflect"
)

// format is how servers are written down in a host's file.
type format struct {
	toml      bool
	container string               // the object or table that holds the servers by their names
	local     func(Server) []field // how a server that is launched is written
	remote    func(Server) []field // and one that is hosted
	prompts   bool                 // headers refer to inputs that the host asks for
}

// fields returns how a server is written.
func (f format) fields(s Server) []field {
	if s.URL != "" {
		return f.remote(s)
	}
	return f.local(s)
}

func commandAndArgs(s Server) []field {
	return []field{{"command", s.Command}, {"args", s.Args}}
}

func typedCommandAndArgs(s Server) []field {
	return append([]field{{"type", "stdio"}}, commandAndArgs(s)...)
}

// mcpServers returns the format that most hosts share, which differ in how they
// name a server that is hosted.
func mcpServers(remote func(Server) []field) format {
	return format{container: "mcpServers", local: commandAndArgs, remote: remote}
}

// snippet returns a file that holds the server alone.
func (f format) snippet(s Server) string {
	text, err := f.edit(nil, s.Name, nil, &s)
	if err != nil { // an empty file can't fail
		return err.Error()
	}
	return string(text)
}

func (f format) decode(text []byte) (map[string]any, error) {
	if f.toml {
		return decodeTOML(text)
	}
	return decodeJSON(text)
}

// edit sets the entry of that name to the wanted server, or takes it out where
// none is wanted; had is the entry that is there.
func (f format) edit(text []byte, name string, had any, want *Server) ([]byte, error) {
	switch {
	case f.toml && want != nil:
		return setTOML(text, f.container, name, f.fields(*want))
	case f.toml:
		return unsetTOML(text, f.container, name)
	case want != nil:
		edited, err := setJSON(text, f.container, name, f.fields(*want))
		if err != nil {
			return nil, err
		}
		return setInputs(edited, f.inputs(want))
	default:
		edited, err := unsetJSON(text, f.container, name)
		if err != nil {
			return nil, err
		}
		return unsetInputs(edited, f.inputsOf(had, name))
	}
}

// entry returns the server's entry in a decoded file; nil where there is none.
func (f format) entry(file map[string]any, name string) any {
	container, _ := file[f.container].(map[string]any)
	return container[name]
}

// has reports whether an entry is that of the server, as it is to be.
func (f format) has(entry any, s Server) bool {
	m, ok := entry.(map[string]any)
	for _, field := range f.fields(s) {
		if !reflect.DeepEqual(m[field.key], field.decoded()) {
			return false
		}
	}
	return ok
}

// checkEdit verifies that an edited file has the wanted entry, or none where
// want is nil, and everything else as before.
func (f format) checkEdit(before map[string]any, after []byte, name string, want *Server) error {
	file, err := f.decode(after)
	if err != nil {
		return err
	}
	entry := f.entry(file, name)
	if want == nil && entry != nil || want != nil && !f.has(entry, *want) {
		return errors.New("the entry is not where it was expected")
	}
	inputs := f.inputsOf(f.entry(before, name), name)
	for _, in := range f.inputs(want) {
		inputs = append(inputs, in.id)
	}
	if !reflect.DeepEqual(f.without(before, name, inputs), f.without(file, name, inputs)) {
		return errors.New("something else would change too")
	}
	return nil
}

// without returns what a decoded file holds beside one server and its inputs.
func (f format) without(file map[string]any, name string, inputs []string) map[string]any {
	rest := map[string]any{}
	maps.Copy(rest, file)
	if list, ok := withoutInputs(rest[inputList], inputs).([]any); ok && len(inputs) > 0 {
		if rest[inputList] = list; len(list) == 0 {
			delete(rest, inputList)
		}
	}
	servers := map[string]any{}
	if container, ok := file[f.container].(map[string]any); ok {
		maps.Copy(servers, container)
		delete(servers, name)
		rest[f.container] = servers
	}
	if len(servers) == 0 {
		delete(rest, f.container)
	}
	return rest
}
