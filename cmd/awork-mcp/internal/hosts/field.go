package hosts

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// field is a part of an entry; its value is a string, a list of strings or a
// map of strings.
type field struct {
	key   string
	value any
}

// decoded returns the value as a decoder of JSON or TOML returns it.
func (f field) decoded() any {
	switch v := f.value.(type) {
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return list
	case map[string]string:
		m := map[string]any{}
		for k, s := range v {
			m[k] = s
		}
		return m
	}
	return f.value
}

// inTOML writes a value as TOML takes it.
func inTOML(value any) string {
	m, ok := value.(map[string]string)
	if !ok {
		return quoted(value)
	}
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, quoted(key)+" = "+quoted(m[key]))
	}
	return "{ " + strings.Join(parts, ", ") + " }"
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
