package tools_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// FuzzArguments calls each tool with any arguments: every call ends in a result
// that passes the checks, none is an internal error, and a tool that takes ids sends
// nothing about an API user unless every id is a UUID.
func FuzzArguments(f *testing.F) {
	for i, tool := range allTools {
		f.Add(byte(i), string(mustJSON(validArguments(tool))))
	}
	for i := range allTools {
		for _, seed := range []string{
			`{}`, `null`, `[]`, `"x"`, `{"apiUserId":null}`, `{"apiUserId":"x693325c2-be31-4939-8e36-a82a27e4afd9y"}`, `{"apiUserId":"{693325C2-BE31-4939-8E36-A82A27E4AFD9}"}`,
			`{"apiUserId":"urn:uuid:693325c2-be31-4939-8e36-a82a27e4afd9","name":"\u0000\u202e","admin":true}`, `{"apiUserIds":"[\"693325c2be3149398e36a82a27e4afd9\"]"}`,
			`{"apiUserIds":"693325c2be3149398e36a82a27e4afd9,d9d6bb12-1690-4f61-ab52-babababdfcc3"}`, `{"apiUserIds":[[],{},1,null,true,"x"]}`,
			`{"limit":"1e2","adminOnly":"TRUE","createdBefore":"2025-01-01","cursor":"eyJm","text":"a","role":"User","client":"zapier"}`, `{"limit":-0.0}`, `{"limit":1e308}`, `{"limit":"0x1p-2"}`,
			`{"name":"N","roleId":"{ece73048-cab3-451e-a44b-206fb62ba0ee}","clientId":"Zapier","admin":false}`, `{"name":"N","admin":true}`, `{"includeWebhooks":"yes","includePermissions":1}`,
			`{"apiUserId":{"a":[{"b":[[[[1]]]]}]}}`, `{"":"","\u202e":1}`,
		} {
			f.Add(byte(i), seed)
		}
	}
	f.Fuzz(func(t *testing.T, which byte, arguments string) {
		if !json.Valid([]byte(arguments)) {
			t.Skip()
		}
		tool := allTools[int(which)%len(allTools)]
		d := open(t, setup{})
		d.wire.hook(func(r *http.Request) {
			if rest, ok := strings.CutPrefix(r.URL.Path, "/api/v1/apiusers/"); ok && (canonical(rest) != rest || rest == "") {
				t.Errorf("%s %s: sent %s", tool, arguments, r.URL.Path)
			}
		}, nil)
		r := d.rpc(t.Context(), "tools/call", map[string]any{"name": tool, "arguments": json.RawMessage(arguments)})
		if r.Error != nil {
			// Numbers that no float64 holds are refused with the request itself.
			if r.Error.Code != -32600 || len(d.seen()) > 0 {
				t.Fatalf("%s %s: %+v", tool, arguments, r.Error)
			}
			return
		}
		a := d.check(tool, json.RawMessage(arguments), r.Result)
		if strings.Contains(a.message(), "awork-mcp failed") {
			t.Fatalf("%s %s: %s\n%s", tool, arguments, a.text, d.log.String())
		}
		var given map[string]any
		_ = json.Unmarshal([]byte(arguments), &given)
		switch tool {
		case "get_api_user", "update_api_user", "delete_api_user":
			if id, _ := given["apiUserId"].(string); canonical(id) == "" {
				a.want("invalid_input")
				if sent := d.seen(); len(sent) > 0 {
					t.Errorf("%s %s: sent %v", tool, arguments, sent)
				}
			}
		}
		if !d.stands(sandbox.AdminUserID) {
			t.Errorf("%s %s: the server's own API user is gone", tool, arguments)
		}
	})
}
