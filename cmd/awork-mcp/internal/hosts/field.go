package hosts

import (
	"encoding/json"
	"strings"
)

// field is a part of an entry; its value is a string or a list of strings.
type field struct {
	key   string
	value any
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
