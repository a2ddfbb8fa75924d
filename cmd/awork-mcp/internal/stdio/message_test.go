package stdio

import (
	"strings"
	"testing"
)

func TestWhatIsNoMessageIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	long := `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"pad":"` + strings.Repeat("x", maxLine) + `"}}`
	tests := []struct {
		name, line string
		code       int
		id         string
	}{
		{"not JSON", `{"jsonrpc":`, -32700, "null"},
		{"text", `hello`, -32700, "null"},
		{"two messages", `{"jsonrpc":"2.0","id":1,"method":"ping"}{}`, -32700, "null"},
		{"not UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", -32700, "null"},
		{"batch", `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]`, -32600, "null"},
		{"broken batch", `[{]`, -32700, "null"},
		{"empty batch", `[]`, -32600, "null"},
		{"null", `null`, -32600, "null"},
		{"number", `5`, -32600, "null"},
		{"empty object", `{}`, -32600, "null"},
		{"no method", `{"jsonrpc":"2.0","id":5}`, -32600, "5"},
		{"method a number", `{"jsonrpc":"2.0","id":"a","method":5}`, -32600, `"a"`},
		{"id null", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, -32600, "null"},
		{"id an object", `{"jsonrpc":"2.0","id":{},"method":"tools/list"}`, -32600, "null"},
		{"request and response", `{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}`, -32600, "1"},
		{"another JSON-RPC", `{"jsonrpc":"1.0","id":1,"method":"ping"}`, -32600, "1"},
		{"params a list", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[1]}`, -32600, "1"},
		{"request that looks like a cancel", `{"jsonrpc":"2.0","id":3,"method":"notifications/cancelled",` +
			`"params":{"requestId":3}}`, -32601, "3"},
		{"a name in another case", `{"jsonrpc":"2.0","id":1,"method":"ping","Params":{}}`, -32600, "1"},
		{"a name folded", `{"jsonrpc":"2.0","id":1,"method":"tools/call","paramſ":{}}`, -32600, "1"},
		{"an argument twice", `{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"echo",` +
			`"arguments":{"text":"x","text":"y"}}}`, -32600, `"a"`},
		{"the id twice", `{"jsonrpc":"2.0","id":1,"method":"ping","id":2}`, -32600, "null"},
		{"the id in another case", `{"jsonrpc":"2.0","id":1,"method":"ping","ID":2}`, -32600, "null"},
		{"unknown method", `{"jsonrpc":"2.0","id":1,"method":"nope"}`, -32601, "1"},
		{"too long", long, -32600, "null"},
		{"too long by one", strings.Repeat(" ", maxLine+1), -32600, "null"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := start(t)
			h.send(tt.line)
			if r := h.next(); r.Error == nil || r.Error.Code != tt.code || orNull(r.ID) != tt.id {
				t.Errorf("%+v %+v", r, r.Error)
			}
			h.ping()
			if rest := h.end(); rest != nil {
				t.Errorf("more was written: %+v", rest)
			}
		})
	}
}

func orNull(id []byte) string {
	if id == nil {
		return "null"
	}
	return string(id)
}

func TestWhatIsIgnored(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.send("", "\r", " \t ", "\r\n\r", "\ufeff", `{"jsonrpc":"2.0","method":"notifications/unknown","params":{"a":1}}`,
		` {"jsonrpc":"2.0","id":1,"method":"ping","error":null,"result":null} `+"\r")
	if r := h.next(); string(r.ID) != "1" || r.Error != nil {
		t.Errorf("%+v", r)
	}
	if rest := h.end(); rest != nil {
		t.Errorf("written: %+v", rest)
	}
}

func TestIDsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	h := start(t)
	ids := []string{"0", "-1", "9007199254740993", "1.50", `"a\/b"`, `""`, `"7"`, "7"}
	for _, id := range ids {
		for _, era := range eras {
			h.send(call(era, id, "echo", `{"text":"x"}`))
			if r := h.next(); string(r.ID) != id || r.text() != "x" {
				t.Errorf("%s: %+v", id, r)
			}
			h.send(call(era, id, "nope", `{}`))
			if r := h.next(); string(r.ID) != id || r.Error == nil {
				t.Errorf("%s: %+v", id, r)
			}
		}
	}
	h.end()
}

// A client on Windows may begin with a byte order mark, and one in PHP writes [] for
// an object without members.
func TestHarmlessHabits(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.send("\ufeff" + strings.Replace(initialize, `{"elicitation":{}}`, `{"roots":[],"elicitation":[]}`, 1))
	if r := h.next(); r.Error != nil || r.Result["protocolVersion"] != "2025-11-25" {
		t.Errorf("initialize: %+v %+v", r, r.Error)
	}
	for _, line := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"client","arguments":[],"_meta":[]}}`,
		strings.Replace(call("modern", "1", "client", "[]"), `Capabilities":{}`, `Capabilities":[]`, 1),
	} {
		h.send("\ufeff" + line)
		if r := h.next(); string(r.ID) != "1" || r.Error != nil || strings.HasSuffix(r.text(), "true") {
			t.Errorf("%s: %+v %+v", line, r, r.Error)
		}
	}
	h.end()
}
