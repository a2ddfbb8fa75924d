package hosts

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// diff shows what of the server's own entry goes and comes. It shows nothing of
// the file around it, which may hold the secrets of other servers, and no value
// that is not written here, such as those of its environment.
func (f format) diff(path, name string, entry any, want *Server) string {
	had, _ := entry.(map[string]any)
	ours := map[string]string{}
	for _, field := range append(f.local(Server{Name: name}), f.remote(Server{Name: name})...) {
		ours[field.key] = ""
	}
	var wanted []field
	if want != nil {
		wanted = f.fields(*want)
	}
	for _, field := range wanted {
		ours[field.key] = f.quoted(field.value)
	}
	var lines strings.Builder
	fmt.Fprintf(&lines, "--- %s\n+++ %s\n@@ %s.%s @@\n", path, path, f.container, name)
	for _, key := range slices.Sorted(maps.Keys(had)) {
		value, isOurs := ours[key]
		switch {
		case !isOurs && want == nil:
			lines.WriteString(f.diffLine("-", key, "…"))
		case isOurs && f.quoted(had[key]) != value:
			lines.WriteString(f.diffLine("-", key, f.quoted(had[key])))
		case isOurs:
			delete(ours, key)
		}
	}
	for _, field := range wanted {
		if value, changes := ours[field.key]; changes {
			lines.WriteString(f.diffLine("+", field.key, value))
		}
	}
	return lines.String()
}

// diffLine writes a line of a diff as the file would hold it.
func (f format) diffLine(mark, key, value string) string {
	if f.toml {
		return mark + "  " + key + " = " + value + "\n"
	}
	return mark + "  " + quoted(key) + ": " + value + "\n"
}

// quoted writes a value as the file would hold it.
func (f format) quoted(value any) string {
	if f.toml {
		return inTOML(value)
	}
	return quoted(value)
}
