package mcptest

import (
	"encoding/json"
	"errors"
	"maps"
)

// Era is one of the two ways in which clients speak the protocol, by its newest
// revision.
type Era string

// The newest revisions of both eras.
const (
	Legacy Era = "2025-11-25" // begins with initialize
	Modern Era = "2026-07-28" // says all about the client in the _meta of each request
)

// Eras returns both.
func Eras() []Era { return []Era{Modern, Legacy} }

// Reply is a message from the server: an answer, a notification or a request.
type Reply struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   *Error          `json:"error"`

	Status int `json:"-"` // of HTTP
}

// Error is the error of an answer.
type Error struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

// ParseReply reads one JSON-RPC message and accepts nothing else.
func ParseReply(text []byte) (Reply, error) {
	var r Reply
	if err := json.Unmarshal(text, &r); err != nil {
		return r, err
	}
	switch {
	case r.JSONRPC != "2.0":
		return r, errors.New("no jsonrpc 2.0")
	case r.Method == "" && (r.ID == nil || (r.Result == nil) == (r.Error == nil)):
		return r, errors.New("neither a request nor a response")
	}
	return r, nil
}

// ToolResult is the result of a tool call.
type ToolResult struct {
	IsError           bool            `json:"isError"`
	ResultType        string          `json:"resultType"`
	StructuredContent json.RawMessage `json:"structuredContent"`
	Content           []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	} `json:"content"`

	// What a server asks a client of 2026-07-28 before it goes on.
	RequestState  string `json:"requestState"`
	InputRequests map[string]struct {
		Method string   `json:"method"`
		Params Question `json:"params"`
	} `json:"inputRequests"`
}

// ToolResult reads r as the answer to a tool call.
func (r Reply) ToolResult() (ToolResult, error) {
	var result ToolResult
	if r.Error != nil {
		return result, errors.New(r.Error.Message)
	}
	err := json.Unmarshal(r.Result, &result)
	return result, err
}

// Question is a form that the server wants filled in.
type Question struct {
	Mode            string         `json:"mode"`
	Message         string         `json:"message"`
	RequestedSchema map[string]any `json:"requestedSchema"`
}

// Answer is what a human makes of a question.
type Answer struct {
	Action  string         `json:"action"`
	Content map[string]any `json:"content,omitempty"`
}

// Accept returns the answer of a human who filled in the form.
func Accept(content map[string]any) Answer { return Answer{Action: "accept", Content: content} }

// Decline returns the answer of a human who answers no.
func Decline() Answer { return Answer{Action: "decline"} }

// Message returns a request, or a notification where id is nil. In the modern era
// it carries the _meta of a client without forms; what params say there wins.
func Message(era Era, id any, method string, params map[string]any) []byte {
	return message(era, id, method, params, map[string]any{})
}

func message(era Era, id any, method string, params, capabilities map[string]any) []byte {
	p := maps.Clone(params)
	if p == nil {
		p = map[string]any{}
	}
	if era == Modern {
		meta := Meta(capabilities)
		if given, ok := p["_meta"].(map[string]any); ok {
			maps.Copy(meta, given)
		}
		p["_meta"] = meta
	}
	m := map[string]any{"jsonrpc": "2.0", "method": method, "params": p}
	if id != nil {
		m["id"] = id
	}
	return encode(m)
}

// Meta returns the _meta that a modern client sends with every request.
func Meta(capabilities map[string]any) map[string]any {
	return map[string]any{
		"io.modelcontextprotocol/protocolVersion":    string(Modern),
		"io.modelcontextprotocol/clientCapabilities": capabilities,
		"io.modelcontextprotocol/clientInfo":         clientInfo(),
	}
}

// Hello returns the params of initialize.
func Hello(revision string, capabilities map[string]any) map[string]any {
	return map[string]any{"protocolVersion": revision, "capabilities": capabilities, "clientInfo": clientInfo()}
}

func clientInfo() map[string]any { return map[string]any{"name": "test", "version": "1"} }

// Forms returns the capabilities of a client that can show forms.
func Forms() map[string]any { return map[string]any{"elicitation": map[string]any{}} }

// ToolCall returns the params of tools/call.
func ToolCall(tool string, arguments any) map[string]any {
	if arguments == nil {
		arguments = map[string]any{}
	}
	return map[string]any{"name": tool, "arguments": arguments}
}

// Response returns the answer to a request of the server.
func Response(id json.RawMessage, result any) []byte {
	return encode(map[string]any{"jsonrpc": "2.0", "id": id, "result": result})
}

// encode panics on what is no JSON, which is the test's own mistake.
func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
