package stdio

import (
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
)

// message is what the loop itself must know of a message: see
// https://www.jsonrpc.org/specification.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

// response reports whether m is the client's answer to a request of ours.
func (m *message) response() bool {
	return m.Method == "" && (m.Result != nil || m.Error != nil)
}

// parse reads a line, or says what to answer to one that is no message. MCP
// allows no null id and has no batches.
func parse(line []byte) (message, *mcp.JSONRPCError) {
	invalid := func(id json.RawMessage, code int, text string) (message, *mcp.JSONRPCError) {
		if !usable(id) {
			id = nil
		}
		answer := failure(id, code, text)
		return message{}, &answer
	}
	if !utf8.Valid(line) {
		return invalid(nil, mcp.PARSE_ERROR, "the message is not UTF-8")
	}
	var m message
	err := json.Unmarshal(line, &m)
	if mistyped := new(json.UnmarshalTypeError); err != nil && !errors.As(err, &mistyped) {
		return invalid(nil, mcp.PARSE_ERROR, "the message is not JSON")
	}
	switch {
	case line[0] == '[':
		return invalid(nil, mcp.INVALID_REQUEST, "batches are not supported")
	case err != nil,
		m.Method == "" && !m.response(),
		m.Method != "" && (present(m.Result) || present(m.Error)):
		return invalid(m.ID, mcp.INVALID_REQUEST, "the message is no request, notification or response")
	case m.Method != "" && m.ID != nil && !usable(m.ID):
		return invalid(nil, mcp.INVALID_REQUEST, "the id is neither a string nor a number")
	}
	return m, nil
}

// present reports whether a member is there and not null.
func present(member json.RawMessage) bool { return member != nil && string(member) != "null" }

// usable reports whether id is a string or a number.
func usable(id json.RawMessage) bool {
	return len(id) > 0 && (id[0] == '"' || id[0] == '-' || '0' <= id[0] && id[0] <= '9')
}

// cancelledID returns the id that a notifications/cancelled names: see
// https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/cancellation.
func cancelledID(line []byte) json.RawMessage {
	var n struct {
		Params struct {
			RequestID json.RawMessage `json:"requestId"`
		} `json:"params"`
	}
	_ = json.Unmarshal(line, &n)
	return n.Params.RequestID
}

func failure(id json.RawMessage, code int, text string) mcp.JSONRPCError {
	return mcp.JSONRPCError{
		JSONRPC: mcp.JSONRPC_VERSION, ID: mcp.NewRequestId(id),
		Error: mcp.NewJSONRPCErrorDetails(code, text, nil),
	}
}

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
