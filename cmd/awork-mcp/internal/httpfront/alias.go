package httpfront

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

// exact is how far mcp-go, for which a number is a float64, counts without a gap.
const exact = 1 << 53

// alias is a string that stands for an id while mcp-go has it, where mcp-go might
// give it back otherwise than it came, as it does with a number that is no whole
// one or too large, or might take it for another, as it takes "7" for 7. Empty,
// it stands for nothing. Both are JSON. A name begins with a mark that nobody can
// know, so that no text from elsewhere is taken for one.
type alias struct{ id, name []byte }

func aliasOf(mark string, id json.RawMessage) alias {
	if len(id) == 0 {
		return alias{}
	}
	if text, ok := bytes.CutPrefix(id, []byte(`"`)); ok {
		if _, err := strconv.ParseFloat(string(bytes.TrimSuffix(text, []byte(`"`))), 64); err != nil {
			return alias{}
		}
		return alias{id, slices.Concat([]byte(`"`+mark+` text `), text)}
	}
	n, err := strconv.ParseInt(string(id), 10, 64)
	if id[0] != '-' && (id[0] < '0' || id[0] > '9') || err == nil && -exact <= n && n <= exact {
		return alias{}
	}
	return alias{id, slices.Concat([]byte(`"`+mark+` number `), id, []byte(`"`))}
}

// disguise gives a message as mcp-go is to read it. Of members that stand twice
// the last one counts.
func disguise(mark string, m jsonrpc.Message, data []byte) ([]byte, alias) {
	before, after := `,"id":`, `}`
	a := aliasOf(mark, m.ID)
	if cancels := m.Cancels(); cancels != nil {
		before, after = `,"params":{"requestId":`, `}}`
		a = aliasOf(mark, cancels)
	}
	if a.name == nil {
		return data, a
	}
	open := bytes.TrimSuffix(bytes.TrimRight(data, " \t\r\n"), []byte("}"))
	return slices.Concat(open, []byte(before), a.name, []byte(after)), a
}

// restore puts the id back into what mcp-go says of it.
func (a alias) restore(data []byte) []byte {
	if a.name == nil {
		return data
	}
	return bytes.ReplaceAll(data, a.name, a.id)
}
