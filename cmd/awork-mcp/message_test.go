package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"
)

// The two eras of the protocol.
const (
	modern = "2026-07-28"
	legacy = "2025-11-25"
)

// reply is a message from the server.
type reply struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`

	status int // of HTTP
}

// parseReply takes nothing but a JSON-RPC message.
func parseReply(text []byte) (reply, error) {
	var r reply
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&r); err != nil {
		return r, err
	}
	switch {
	case d.More():
		return r, errors.New("more than one value")
	case r.JSONRPC != "2.0":
		return r, errors.New("no jsonrpc 2.0")
	case r.Method == "" && (r.ID == nil || (r.Result == nil) == (r.Error == nil)):
		return r, errors.New("neither a request nor a response")
	}
	return r, nil
}

// message makes a request, or a notification where id is nil.
func message(era string, id any, method string, params map[string]any) []byte {
	p := maps.Clone(params)
	if p == nil {
		p = map[string]any{}
	}
	if era == modern {
		meta := map[string]any{
			"io.modelcontextprotocol/protocolVersion":    modern,
			"io.modelcontextprotocol/clientCapabilities": map[string]any{},
			"io.modelcontextprotocol/clientInfo":         map[string]any{"name": "test", "version": "1"},
		}
		if given, ok := p["_meta"].(map[string]any); ok {
			maps.Copy(meta, given)
		}
		p["_meta"] = meta
	}
	m := map[string]any{"jsonrpc": "2.0", "method": method, "params": p}
	if id != nil {
		m["id"] = id
	}
	text, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return text
}

func hello(version string) map[string]any {
	return map[string]any{
		"protocolVersion": version, "capabilities": map[string]any{},
		"clientInfo": map[string]any{"name": "test", "version": "1"},
	}
}

func toolCall(tool string, arguments map[string]any) map[string]any {
	if arguments == nil {
		arguments = map[string]any{}
	}
	return map[string]any{"name": tool, "arguments": arguments}
}

// answer is the result of a tool call.
type answer struct {
	Outcome            string           `json:"outcome"`
	Message            string           `json:"message"`
	Workspace          string           `json:"workspace"`
	APIUserID          string           `json:"apiUserId"`
	APIUser            *record          `json:"apiUser"`
	Before             *record          `json:"before"`
	APIUsers           []record         `json:"apiUsers"`
	RequiredPermission string           `json:"requiredPermission"`
	Findings           []finding        `json:"findings"`
	Results            []answer         `json:"results"`
	CanWrite           bool             `json:"canWrite"`
	Roles              []map[string]any `json:"roles"`

	isError bool
	text    string
}

type record struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	RoleID   string `json:"roleId"`
	RoleName string `json:"roleName"`
	Admin    bool   `json:"admin"`
}

type finding struct {
	Rule       string   `json:"rule"`
	APIUserIDs []string `json:"apiUserIds"`
	Fix        struct {
		Tool      string         `json:"tool"`
		Arguments map[string]any `json:"arguments"`
	} `json:"fix"`
}

var successes = []string{"deleted", "created", "updated", "unchanged", "found"}

// answered takes a reply for the result of a tool call, in the form that every
// one has.
func answered(t *testing.T, r reply) answer {
	t.Helper()
	if r.Error != nil {
		t.Fatalf("a protocol error: %+v", *r.Error)
	}
	var result struct {
		IsError           bool            `json:"isError"`
		StructuredContent json.RawMessage `json:"structuredContent"`
		Content           []struct {
			Type, Text string
		} `json:"content"`
	}
	if err := json.Unmarshal(r.Result, &result); err != nil {
		t.Fatalf("%s: %v", r.Result, err)
	}
	var a answer
	if err := json.Unmarshal(result.StructuredContent, &a); err != nil {
		t.Fatalf("%s: %v", r.Result, err)
	}
	a.isError, a.text = result.IsError, string(result.StructuredContent)
	var structured, mirrored any
	if len(result.Content) != 1 || result.Content[0].Type != "text" ||
		json.Unmarshal(result.StructuredContent, &structured) != nil ||
		json.Unmarshal([]byte(result.Content[0].Text), &mirrored) != nil || !reflect.DeepEqual(structured, mirrored) {
		t.Errorf("the text does not mirror the structured content: %s", r.Result)
	}
	if a.Outcome == "" || a.Message == "" || a.isError == slices.Contains(successes, a.Outcome) {
		t.Errorf("not a proper outcome: %s", r.Result)
	}
	return a
}
