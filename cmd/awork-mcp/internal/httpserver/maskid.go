package httpserver

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/jsonrpc"
)

// exact is how far mcp-go, for which a number is a float64, counts without a gap.
const exact = 1 << 53

// mask begins the strings that stand for ids while mcp-go has them. Nobody can
// know it, so that no text from elsewhere is taken for one.
type mask string

func newMask() mask { return mask(rand.Text()) }

// maskedID is an id and the string that stands for it, both as JSON, where mcp-go
// might return the id otherwise than it came, as it does with a number that is not
// an integer or too large, or might take it for another, as it takes "7" for 7.
// Empty, it stands for nothing.
type maskedID struct{ id, name []byte }

func (k mask) of(id json.RawMessage) maskedID {
	if len(id) == 0 {
		return maskedID{}
	}
	if text, ok := bytes.CutPrefix(id, []byte(`"`)); ok {
		if _, err := strconv.ParseFloat(string(bytes.TrimSuffix(text, []byte(`"`))), 64); err != nil {
			return maskedID{}
		}
		return maskedID{id, slices.Concat([]byte(`"`+string(k)+` text `), text)}
	}
	n, err := strconv.ParseInt(string(id), 10, 64)
	if id[0] != '-' && (id[0] < '0' || id[0] > '9') || err == nil && -exact <= n && n <= exact {
		return maskedID{}
	}
	return maskedID{id, slices.Concat([]byte(`"`+string(k)+` number `), id, []byte(`"`))}
}

// maskID returns a message as mcp-go is to read it. Of members that stand twice
// the last one counts.
func (k mask) maskID(m jsonrpc.Message) ([]byte, maskedID) {
	before, after := `,"id":`, `}`
	id := k.of(m.ID)
	if cancels := m.Cancels(); cancels != nil {
		before, after = `,"params":{"requestId":`, `}}`
		id = k.of(cancels)
	}
	if id.name == nil {
		return m.Raw, id
	}
	open := bytes.TrimSuffix(m.Raw, []byte("}"))
	return slices.Concat(open, []byte(before), id.name, []byte(after)), id
}

// unmask puts the id back into what mcp-go writes of it.
func (i maskedID) unmask(data []byte) []byte {
	if i.name == nil {
		return data
	}
	return bytes.ReplaceAll(data, i.name, i.id)
}
