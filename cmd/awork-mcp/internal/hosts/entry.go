package hosts

import (
	"maps"
	"slices"
	"strings"
)

// programName is the name of this program on any machine.
const programName = "awork-mcp"

// identity is how an entry of this program is recognized.
type identity struct {
	program string // where the program is, besides its usual name
	url     string // of a server that is hosted; "" where none is known
}

// foreign returns what makes an entry that of another server than this program;
// "" where nothing does.
func (id identity) foreign(entry any) string {
	m, ok := entry.(map[string]any)
	if !ok {
		return "it is no object"
	}
	remote := false
	for _, key := range slices.Sorted(maps.Keys(m)) {
		switch strings.ToLower(key) {
		case "url", "httpurl", "serverurl":
			if m[key] != nil && (id.url == "" || m[key] != id.url) {
				return "it has a " + key
			}
			remote = remote || m[key] != nil
		}
	}
	if remote {
		return ""
	}
	if m["type"] != nil {
		kind, _ := m["type"].(string)
		if !strings.EqualFold(kind, "stdio") && !strings.EqualFold(kind, "local") {
			return "its type is " + quoted(m["type"])
		}
	}
	if m["command"] == nil {
		return ""
	}
	words, _ := m["command"].([]any)
	if len(words) == 0 {
		words = []any{m["command"]}
	}
	arguments, _ := m["args"].([]any)
	for _, word := range append(slices.Clone(words), arguments...) {
		// A launcher has it among its arguments: npx, docker, go run, env.
		if text, _ := word.(string); text != "" && (isProgram(text) || text == id.program || text == id.url) {
			return ""
		}
	}
	return "it launches " + quoted(words[0])
}

// isProgram reports whether a word of a command line names this program: by its
// path, its module or its image, a version behind it or not.
func isProgram(word string) bool {
	name, _, _ := strings.Cut(base(word), "@")
	name, _, _ = strings.Cut(strings.ToLower(name), ":")
	rest, ok := strings.CutPrefix(name, programName)
	if !ok || rest == "" {
		return ok
	}
	version := strings.TrimPrefix(rest[1:], "v") // as a downloaded program has it
	return strings.ContainsAny(rest[:1], "-_") && version != "" && '0' <= version[0] && version[0] <= '9'
}

// base returns the name of a program without its folder, however the system writes
// that, and without .exe.
func base(path string) string {
	name := path[strings.LastIndexAny(path, `/\`)+1:]
	if ext := len(name) - len(".exe"); ext > 0 && strings.EqualFold(name[ext:], ".exe") {
		name = name[:ext]
	}
	return name
}

// switchedOff returns the setting by which a host does not launch an entry; ""
// where it does.
func switchedOff(entry any) string {
	m, _ := entry.(map[string]any)
	switch {
	case m["disabled"] == true:
		return "disabled: true"
	case m["enabled"] == false:
		return "enabled: false"
	}
	return ""
}

// isRemote reports whether an entry is that of a server that is hosted.
func isRemote(entry any) bool {
	m, _ := entry.(map[string]any)
	for key := range m {
		switch strings.ToLower(key) {
		case "url", "httpurl", "serverurl":
			return m[key] != nil
		}
	}
	return false
}

// asEntry returns fields as a decoded entry.
func asEntry(fields []field) any {
	m := map[string]any{}
	for _, f := range fields {
		m[f.key] = f.value
	}
	return m
}
