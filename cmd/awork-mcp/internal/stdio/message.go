package stdio

import (
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"
)

// addressed gives an answer the id exactly as the client wrote it: mcp-go
// rounds numbers above 2^53.
func addressed(resp mcp.JSONRPCMessage, id json.RawMessage) mcp.JSONRPCMessage {
	switch r := resp.(type) {
	case mcp.JSONRPCResponse:
		r.ID = mcp.NewRequestId(id)
		return r
	case mcp.JSONRPCError:
		r.ID = mcp.NewRequestId(id)
		return r
	default:
		return resp
	}
}
