package jsonrpc

import (
	"encoding/json"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
)

// Explain returns the server's answer to m. Where mcp-go found no such resource, it
// speaks of its handlers, and of the address that a hook of ours has made of the
// client's: the answer names the resource that the client asked for.
func (m *Message) Explain(answer mcp.JSONRPCMessage) mcp.JSONRPCMessage {
	failure, ok := answer.(mcp.JSONRPCError)
	if !ok || !m.missesResource(failure.Error.Code) {
		return answer
	}
	failure.Error.Message = m.missingResource()
	return failure
}

// ExplainJSON is [Message.Explain] for an answer that is JSON already.
func (m *Message) ExplainJSON(answer []byte) []byte {
	if m.Method != mcp.MethodResourcesRead {
		return answer
	}
	var failure struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Error   *struct {
			Code    int             `json:"code"`
			Message string          `json:"message"`
			Data    json.RawMessage `json:"data,omitempty"`
		} `json:"error"`
	}
	if json.Unmarshal(answer, &failure) != nil || failure.Error == nil || !m.missesResource(failure.Error.Code) {
		return answer
	}
	failure.Error.Message = m.missingResource()
	explained, err := json.Marshal(failure)
	if err != nil {
		return answer
	}
	return explained
}

// missesResource reports whether the code says that the resource is not there. It
// is another one in each era.
func (m *Message) missesResource(code int) bool {
	return m.Method == mcp.MethodResourcesRead && (code == mcp.RESOURCE_NOT_FOUND || code == mcp.INVALID_PARAMS)
}

func (m *Message) missingResource() string {
	var read struct {
		Params struct {
			URI string `json:"uri"`
		} `json:"params"`
	}
	_ = json.Unmarshal(m.Raw, &read) // mcp-go has read it
	return fmt.Sprintf("there is no resource %q", cut(read.Params.URI))
}
