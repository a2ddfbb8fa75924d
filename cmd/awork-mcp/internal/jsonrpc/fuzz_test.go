package jsonrpc

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

// FuzzParse holds what is accepted against a plain reading of the same bytes.
func FuzzParse(f *testing.F) {
	for _, data := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"x","params":{"name":"a","arguments":{"x":[{},[]],"y":"\"\\"},"_meta":[]}}`,
		"\ufeff" + `{"id":"a","paramſ":{},"method":"x"}`, `[{"a":1}]`, `{"a":{"b":1e5,"c":true}, "a" : null}`, "\ufeff",
		`{"id":1,"method":"initialize","params":{"capabilities":{"roots":[ ],"elicitation":[]}}}`, `{"\ud800":1,"\ud801":2}`,
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, refused := Parse(data)
		if refused != nil {
			if code := refused.Error.Code; code != mcp.PARSE_ERROR && code != mcp.INVALID_REQUEST {
				t.Errorf("code %d", code)
			}
			return
		}
		again, refused := Parse(m.Raw)
		if refused != nil || string(again.Raw) != string(m.Raw) {
			t.Fatalf("%q is read as %q, and that is refused: %+v", data, m.Raw, refused)
		}
		var exact map[string]any
		if err := json.Unmarshal(m.Raw, &exact); err != nil {
			t.Fatalf("%q: %v", m.Raw, err)
		}
		if method, _ := exact["method"].(string); method != string(m.Method) {
			t.Errorf("%q: the method is %q or %q", m.Raw, method, m.Method)
		}
		params, _ := exact["params"].(map[string]any)
		meta, _ := params["_meta"].(map[string]any)
		version, _ := meta["io.modelcontextprotocol/protocolVersion"].(string)
		if version != m.Params.Meta.ProtocolVersion() {
			t.Errorf("%q: the revision is %q", m.Raw, version)
		}
		if repeats(json.NewDecoder(strings.NewReader(string(m.Raw)))) {
			t.Errorf("%q has a name twice", m.Raw)
		}
	})
}

// repeats reports whether a name stands twice in an object of the next value.
func repeats(d *json.Decoder) bool {
	token, err := d.Token()
	if err != nil {
		return false
	}
	switch token {
	case json.Delim('['):
		for d.More() {
			if repeats(d) {
				return true
			}
		}
	case json.Delim('{'):
		names := map[any]bool{}
		for d.More() {
			name, err := d.Token()
			if err != nil || names[name] {
				return err == nil
			}
			names[name] = true
			if repeats(d) {
				return true
			}
		}
	default:
		return false
	}
	_, _ = d.Token() // the end
	return false
}
