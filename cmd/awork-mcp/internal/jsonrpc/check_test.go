package jsonrpc

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

// Names are refused with the message's id, or with none where the id is in doubt.
func TestNamesAreExact(t *testing.T) {
	t.Parallel()
	const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":`
	for data, id := range map[string]string{
		// In another case, by Unicode's folding too.
		`{"jsonrpc":"2.0","id":1,"Method":"tools/call"}`:                        "1",
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","PARAMS":{}}`:            "1",
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","paramſ":{}}`:            "1",
		`{"jſonrpc":"2.0","id":"a","method":"x"}`:                               `"a"`,
		`{"JSONRPC":"2.0","id":1,"method":"x"}`:                                 "1",
		`{"jsonrpc":"2.0","id":1,"method":"x","\u0050arams":{}}`:                "1",
		`{"jsonrpc":"2.0","ID":1,"method":"x"}`:                                 "null",
		`{"jsonrpc":"2.0","id":1,"Id":2,"method":"x"}`:                          "null",
		`{"jsonrpc":"2.0","id":1,"METHOD":"y","iD":2}`:                          "null",
		`{"jsonrpc":"2.0","id":1,"method":"x","params":{},"Result":{}}`:         "1",
		`{"jsonrpc":"2.0","id":"elicit-1","result":{"Action":"accept"}}`:        `"elicit-1"`,
		`{"jsonrpc":"2.0","method":"notifications/x","params":{"RequestId":1}}`: "null",

		call + `{"Name":"a"}}`:                                                                "1",
		call + `{"name":"a","Arguments":{}}}`:                                                 "1",
		call + `{"name":"a","argumentſ":{}}}`:                                                 "1",
		call + `{"_META":{}}}`:                                                                "1",
		call + `{"_meta":{"ProgressToken":1}}}`:                                               "1",
		call + `{"_meta":{"io.modelcontextprotocol/protocolversion":"2026-07-28"}}}`:          "1",
		call + `{"_meta":{"io.modelcontextprotocol/clientCapabilities":{"Elicitation":{}}}}}`: "1",
		call + `{"capabilities":{"elicitation":{"Form":{}}}}}`:                                "1",
		call + `{"clientInfo":{"Name":"x"}}}`:                                                 "1",
		call + `{"requeſtState":"x"}}`:                                                        "1",
		call + `{"inputResponses":{"q":{"ACTION":"accept"}}}}`:                                "1",

		// Twice.
		`{"jsonrpc":"2.0","id":1,"method":"x","method":"x"}`:              "1",
		`{"jsonrpc":"2.0","id":1,"method":"x","\u006dethod":"y"}`:         "1",
		`{"jsonrpc":"2.0","id":1,"id":1,"method":"x"}`:                    "null",
		`{"jsonrpc":"2.0","method":"x","a":1,"a":1,"id":1,"id":"1"}`:      "null",
		`{"jsonrpc":"2.0","id":"a","method":"x","params":{},"params":{}}`: `"a"`,
		call + `{"name":"a","name":"b"}}`:                                 "1",
		call + `{"arguments":{"apiUserId":"x","apiUserId":"y"}}}`:         "1",
		call + `{"arguments":{"a":[{"b":{"c":1,"c":2}}]}}}`:               "1",
		call + `{"arguments":{"":1,"":2}}}`:                               "1",
		call + `{"arguments":{"é":1,"\u00e9":2}}}`:                        "1",
		call + `{"arguments":{` + manyNames(40) + `,"n7":1}}}`:            "1",
		call + `{"x":[1,[{"y":1,"y":2}]]}}`:                               "1",
		call + `{"inputResponses":{"q":{},"q":{}}}}`:                      "1",
	} {
		_, refused := Parse([]byte(data))
		if refused == nil {
			t.Errorf("%s is accepted", data)
			continue
		}
		got, _ := json.Marshal(refused.ID)
		if refused.Error.Code != mcp.INVALID_REQUEST || string(got) != id {
			t.Errorf("%s: %d with id %s", data, refused.Error.Code, got)
		}
	}
}

func manyNames(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf(`"n%d":0`, i)
	}
	return strings.Join(names, ",")
}

// What belongs to tools and to clients is theirs to name.
func TestOtherNamesAreFree(t *testing.T) {
	t.Parallel()
	for _, params := range []string{
		`{"arguments":{"Name":1,"name":2,"ID":3,"id":4,"_META":5}}`,
		`{"arguments":{` + manyNames(100) + `}}`,
		`{"arguments":{"a":[{"b":1},{"b":1}],"b":1}}`,
		`{"_meta":{"example.com/Name":1,"Name":2}}`,
		`{"capabilities":{"experimental":{"Roots":{"Name":1}},"extensions":{"a/b":{"Form":1}}}}`,
		`{"inputResponses":{"Action":{"action":"accept","content":{"Confirm":true,"Action":1}}}}`,
		`{"arguments":{"text":"\"a\":1,\"a\":2 \\","more":"}{]["}}`,
	} {
		data := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":` + params + `}`
		if m, refused := Parse([]byte(data)); refused != nil || string(m.Raw) != data {
			t.Errorf("%s: %+v, %s", data, refused, m.Raw)
		}
	}
}

// PHP writes an empty object as an array.
func TestEmptyArraysCountAsLeftOut(t *testing.T) {
	t.Parallel()
	const caps = `"io.modelcontextprotocol/clientCapabilities":`
	for params, want := range map[string]string{
		`[]`:                                   `{}`,
		`[ ]`:                                  `{}`,
		`{"arguments":[]}`:                     `{"arguments":{}}`,
		`{"name":"x","arguments":[ ]}`:         `{"name":"x","arguments":{}}`,
		`{"_meta":[],"arguments":[]}`:          `{"_meta":{},"arguments":{}}`,
		`{"capabilities":[]}`:                  `{"capabilities":{}}`,
		`{"capabilities":{"roots":[],"x":[]}}`: `{"capabilities":{"roots":null,"x":null}}`,
		`{"capabilities":{"elicitation":[]}}`:  `{"capabilities":{"elicitation":null}}`,
		`{"capabilities":{"elicitation":{"form":[]}}}`: `{"capabilities":{"elicitation":{"form":null}}}`,
		`{"capabilities":{"experimental":[]}}`:         `{"capabilities":{"experimental":null}}`,
		`{"capabilities":{"extensions":{"a":[]}}}`:     `{"capabilities":{"extensions":{"a":null}}}`,
		`{"_meta":{` + caps + `[]}}`:                   `{"_meta":{` + caps + `{}}}`,
		`{"_meta":{` + caps + `{"sampling":[]}}}`:      `{"_meta":{` + caps + `{"sampling":null}}}`,
		`{"inputResponses":{"q":{"content":[]}}}`:      `{"inputResponses":{"q":{"content":{}}}}`,

		// An array that belongs there, or that has something in it, stays.
		`{"arguments":{"ids":[]}}`:                       `{"arguments":{"ids":[]}}`,
		`{"arguments":[1]}`:                              `{"arguments":[1]}`,
		`{"arguments":[[]]}`:                             `{"arguments":[[]]}`,
		`{"other":[]}`:                                   `{"other":[]}`,
		`{"capabilities":{"extensions":{"u":{"m":[]}}}}`: `{"capabilities":{"extensions":{"u":{"m":[]}}}}`,
	} {
		frame := `{"jsonrpc":"2.0","id":1,"method":"x","params":%s}`
		m, refused := Parse(fmt.Appendf(nil, frame, params))
		if refused != nil || string(m.Raw) != fmt.Sprintf(frame, want) {
			t.Errorf("%s: %+v, %s", params, refused, m.Raw)
		}
	}
	m, refused := Parse([]byte(`{"jsonrpc":"2.0","id":"elicit-1","result":[]}`))
	if refused != nil || string(m.Result) != "{}" {
		t.Errorf("a result: %+v, %s", refused, m.Result)
	}
}

// Everything that mcp-go reads of a client's message is among the known names.
func TestAllNamesAreKnown(t *testing.T) {
	t.Parallel()
	params := clientMessage.member("params")
	for _, all := range []struct {
		o *object
		v any
	}{
		{clientMessage, mcp.JSONRPCRequest{}}, {clientMessage, mcp.JSONRPCNotification{}},
		{clientMessage, mcp.JSONRPCResponse{}}, {clientMessage, mcp.JSONRPCError{}},
		{params, mcp.InitializeParams{}}, {params, mcp.CallToolParams{}}, {params, mcp.GetPromptParams{}},
		{params, mcp.ReadResourceParams{}}, {params, mcp.SubscribeParams{}}, {params, mcp.UnsubscribeParams{}},
		{params, mcp.PaginatedParams{}}, {params, mcp.SetLevelParams{}}, {params, mcp.CompleteParams{}},
		{params, mcp.CancelledNotificationParams{}}, {params, mcp.ProgressNotificationParams{}},
		{params, mcp.DiscoverParams{}}, {params, mcp.SubscriptionsListenParams{}},
		{params, mcp.GetTaskParams{}}, {params, mcp.TaskResultParams{}},
		{params, mcp.CancelTaskParams{}}, {params, mcp.TaskStatusNotificationParams{}},
		{params.member("inputResponses").member("x"), mcp.ElicitationResult{}},
		{clientMessage.member("result"), mcp.ElicitationResult{}},
	} {
		unknownNames(t, all.o, reflect.TypeOf(all.v))
	}
}

// unknownNames fails the test for each name of a type that o does not know.
func unknownNames(t *testing.T, o *object, typ reflect.Type) {
	t.Helper()
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || o == nil || typ == reflect.TypeFor[mcp.Meta]() {
		return
	}
	for i := range typ.NumField() {
		field := typ.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case !field.IsExported() || name == "-":
		case field.Anonymous && name == "":
			unknownNames(t, o, field.Type)
		default:
			if name == "" {
				name = field.Name
			}
			member, ok := o.members[name]
			if !ok {
				t.Errorf("%s reads %q", typ, name)
			}
			unknownNames(t, member, field.Type)
		}
	}
}
