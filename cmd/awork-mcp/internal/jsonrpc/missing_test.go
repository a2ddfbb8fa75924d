package jsonrpc

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	const read = `{"jsonrpc":"2.0","id":"a","method":"resources/read","params":{"uri":"awork://api-users/7"}}`
	for _, test := range []struct {
		request string
		code    int
		want    string
	}{
		{read, mcp.RESOURCE_NOT_FOUND, `there is no resource "awork://api-users/7"`},
		{read, mcp.INVALID_PARAMS, `there is no resource "awork://api-users/7"`},
		{read, mcp.INTERNAL_ERROR, "as it was "},
		{strings.Replace(read, "resources/read", "tools/call", 1), mcp.INVALID_PARAMS, "as it was "},
	} {
		m, refused := Parse([]byte(test.request))
		if refused != nil {
			t.Fatalf("%+v", refused)
		}
		failure := Failure(m.ID, test.code, "as it was ")
		if got := m.Explain(failure).(mcp.JSONRPCError); got.Error.Message != test.want || got.Error.Code != test.code {
			t.Errorf("%s: %+v", test.request, got.Error)
		}
		text, err := json.Marshal(failure)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			ID    string
			Error struct {
				Code    int
				Message string
			}
		}
		err = json.Unmarshal(m.ExplainJSON(text), &got)
		if err != nil || got.ID != "a" || got.Error.Code != test.code || got.Error.Message != test.want {
			t.Errorf("%s as JSON: %+v, %v", test.request, got, err)
		}
	}
	m, _ := Parse([]byte(read))
	for _, answer := range []string{`{"jsonrpc":"2.0","id":"a","result":{"contents":[]}}`, `no JSON`} {
		if got := string(m.ExplainJSON([]byte(answer))); got != answer {
			t.Errorf("%s became %s", answer, got)
		}
	}
	if got := m.Explain(mcp.JSONRPCResponse{}); got != (mcp.JSONRPCResponse{}) {
		t.Errorf("%+v", got)
	}
}
