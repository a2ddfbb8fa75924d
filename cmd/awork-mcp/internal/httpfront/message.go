package httpfront

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
)

// message is as much of a JSON-RPC message as a transport has to know.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method mcp.MCPMethod   `json:"method"`
	Params json.RawMessage `json:"params"`
}

func parseMessage(body []byte) (message, error) {
	var m message
	err := json.Unmarshal(body, &m)
	return m, err
}

// isRequest tells what gets an answer from notifications and answers.
func (m message) isRequest() bool { return m.Method != "" && m.hasID() }

func (m message) hasID() bool { return len(m.ID) > 0 && !bytes.Equal(m.ID, []byte("null")) }

// meta is never nil.
func (m message) meta() *mcp.Meta {
	var params struct {
		Meta *mcp.Meta `json:"_meta"`
	}
	if json.Unmarshal(m.Params, &params) != nil || params.Meta == nil {
		return &mcp.Meta{}
	}
	return params.Meta
}

// isModern tells whether a POST is of the era without sessions, as mcp-go does:
// by either of the two places that name the revision.
func isModern(r *http.Request, m message) bool {
	return mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion)) || mcp.IsModernProtocol(m.meta().ProtocolVersion())
}
