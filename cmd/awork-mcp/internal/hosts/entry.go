package hosts

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// programName is what this program is called on any machine.
const programName = "awork-mcp"

// foreign says what makes an entry that of another server than this program; ""
// where nothing does. Besides its usual name, the program may be at path.
func foreign(entry any, path string) string {
	m, ok := entry.(map[string]any)
	if !ok {
		return "it is no object"
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		switch strings.ToLower(key) {
		case "url", "httpurl", "serverurl":
			if m[key] != nil {
				return "it has a " + key
			}
		}
	}
	if kind, isText := m["type"].(string); m["type"] != nil && (!isText || !strings.EqualFold(kind, "stdio") && !strings.EqualFold(kind, "local")) {
		return fmt.Sprintf("its type is %s", quoted(m["type"]))
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
		if text, _ := word.(string); isProgram(text) || text == path && path != "" {
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

// base is the name of a program without its folder, however the system writes
// that, and without .exe.
func base(path string) string {
	name := path[strings.LastIndexAny(path, `/\`)+1:]
	if ext := len(name) - len(".exe"); ext > 0 && strings.EqualFold(name[ext:], ".exe") {
		name = name[:ext]
	}
	return name
}

// switchedOff is the setting by which a host does not launch an entry; "" where
// it does.
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

// diff shows what of the server's own entry goes and comes. It shows nothing of
// the file around it, which may hold the secrets of other servers, and no value
// that is not written here, such as those of its environment.
func (sh shape) diff(path, name string, entry any, want *Server) string {
	had, _ := entry.(map[string]any)
	line := func(mark, key, value string) string {
		if sh.toml {
			return mark + "  " + key + " = " + value + "\n"
		}
		return mark + "  " + quoted(key) + ": " + value + "\n"
	}
	var gone, come strings.Builder
	ours := map[string]string{}
	for _, f := range sh.entry(Server{Name: name}) {
		ours[f.key] = ""
	}
	if want != nil {
		for _, f := range sh.entry(*want) {
			ours[f.key] = quoted(f.value)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(had)) {
		value, isOurs := ours[key]
		switch {
		case !isOurs && want == nil:
			gone.WriteString(line("-", key, "…"))
		case isOurs && quoted(had[key]) != value:
			gone.WriteString(line("-", key, quoted(had[key])))
		case isOurs:
			delete(ours, key)
		}
	}
	if want != nil {
		for _, f := range sh.entry(*want) {
			if value, changes := ours[f.key]; changes {
				come.WriteString(line("+", f.key, value))
			}
		}
	}
	return fmt.Sprintf("--- %s\n+++ %s\n@@ %s.%s @@\n", path, path, sh.container, name) + gone.String() + come.String()
}
