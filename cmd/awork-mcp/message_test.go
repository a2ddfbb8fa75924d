package main_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// The two eras of the protocol.
const (
	modern = mcptest.Modern
	legacy = mcptest.Legacy
)

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
func answered(t *testing.T, r mcptest.Reply) answer {
	t.Helper()
	if r.Error != nil {
		t.Fatalf("a protocol error: %+v", *r.Error)
	}
	result, err := r.ToolResult()
	if err != nil {
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
