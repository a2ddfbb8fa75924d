// Package jsonrpc reads a client's messages as far as a transport has to know
// them, in the same way on all transports.
//
// The rules are those of https://www.jsonrpc.org/specification without batches,
// which most revisions of MCP don't have, and without the id null. A notification
// may carry that id, and it is ignored there.
//
//	m, invalid := jsonrpc.Parse(line)
//	if invalid != nil {
//		return write(invalid) // the error to answer with
//	}
//	if m.IsRequest() {
//		return server.HandleMessage(ctx, m.Raw)
//	}
//
// [Questions] are the requests that a server sends to a client.
package jsonrpc

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
)

// Message is one message of a client.
type Message struct {
	// Raw is the message as mcp-go is to read it.
	Raw json.RawMessage `json:"-"`

	ID     json.RawMessage `json:"id"` // as it was written; nil where there is none
	Method mcp.MCPMethod   `json:"method"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
	Params struct {
		Meta      *mcp.Meta       `json:"_meta"`
		RequestID json.RawMessage `json:"requestId"` // of notifications/cancelled
	} `json:"params"`
}

// Parse reads a message, or returns the error to answer with. What it accepts,
// mcp-go and any gateway read as the same message: names have to be written exactly,
// none may appear twice in an object, and a member of a wrong type is refused, which
// mcp-go ignores in one place and not in another. Harmless habits of clients are
// repaired in Raw: a byte order mark before the message, and an empty array where an
// object belongs.
func Parse(data []byte) (Message, *mcp.JSONRPCError) {
	data = Trim(data)
	if !utf8.Valid(data) {
		return refuse(nil, mcp.PARSE_ERROR, "the message is not UTF-8")
	}
	m := Message{Raw: data}
	err := json.Unmarshal(data, &m)
	switch {
	case err != nil && !json.Valid(data):
		return refuse(nil, mcp.PARSE_ERROR, "the message is not JSON")
	case data[0] == '[':
		return refuse(nil, mcp.INVALID_REQUEST, "batches are not supported")
	case data[0] == '{':
		repaired, idIsInDoubt, fault := checkNames(data)
		if idIsInDoubt {
			m.ID = nil
		}
		if fault != nil {
			return refuse(m.ID, mcp.INVALID_REQUEST, fault.Error())
		}
		if repaired != nil {
			m = Message{Raw: repaired}
			err = json.Unmarshal(repaired, &m)
		}
	}
	if string(m.ID) == "null" && strings.HasPrefix(string(m.Method), "notifications/") {
		m.ID = nil // as some serializers write none
	}
	switch {
	case err != nil,
		m.Method == "" && !m.IsResponse(),
		m.Method != "" && (present(m.Result) || present(m.Error)):
		return refuse(m.ID, mcp.INVALID_REQUEST, "the message is no request, notification or response")
	case m.Method != "" && m.ID != nil && !usable(m.ID):
		return refuse(nil, mcp.INVALID_REQUEST, "the id is neither a string nor a number")
	}
	return m, nil
}

// refuse returns the error to answer with. An id that is none is left out.
func refuse(id json.RawMessage, code int, text string) (Message, *mcp.JSONRPCError) {
	if !usable(id) {
		id = nil
	}
	answer := Failure(id, code, text)
	return Message{}, &answer
}

// IsRequest reports whether m gets an answer: it is no notification and no response.
func (m *Message) IsRequest() bool { return m.Method != "" && m.ID != nil }

// IsResponse reports whether m is the client's answer to a request of ours.
func (m *Message) IsResponse() bool {
	return m.Method == "" && (m.Result != nil || m.Error != nil)
}

// Cancels returns the id of the request that m cancels, nil where it cancels none:
// https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/cancellation
func (m *Message) Cancels() json.RawMessage {
	if m.Method != mcp.MethodNotificationCancelled || m.ID != nil {
		return nil
	}
	return m.Params.RequestID
}

// IsModern reports whether m names a revision without sessions.
func (m *Message) IsModern() bool { return mcp.IsModernProtocol(m.Params.Meta.ProtocolVersion()) }

// present reports whether a member is there and not null.
func present(member json.RawMessage) bool { return member != nil && string(member) != "null" }

// usable reports whether id is a string or a number.
func usable(id json.RawMessage) bool {
	return len(id) > 0 && (id[0] == '"' || id[0] == '-' || '0' <= id[0] && id[0] <= '9')
}

// Failure returns an error as the answer to the request of this id; nil is for a
// request whose id is not known.
func Failure(id json.RawMessage, code int, text string) mcp.JSONRPCError {
	return mcp.JSONRPCError{
		JSONRPC: mcp.JSONRPC_VERSION, ID: mcp.NewRequestId(id),
		Error: mcp.NewJSONRPCErrorDetails(code, text, nil),
	}
}
