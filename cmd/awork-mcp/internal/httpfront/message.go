package httpfront

import (
	"bytes"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"
)

// message is as much of a JSON-RPC message as a transport has to know.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method mcp.MCPMethod   `json:"method"`
}

func parseMessage(body []byte) (message, error) {
	var m message
	err := json.Unmarshal(body, &m)
	return m, err
}

// isRequest tells what gets an answer from notifications and answers.
func (m message) isRequest() bool { return m.Method != "" && m.hasID() }

func (m message) hasID() bool { return len(m.ID) > 0 && !bytes.Equal(m.ID, []byte("null")) }
