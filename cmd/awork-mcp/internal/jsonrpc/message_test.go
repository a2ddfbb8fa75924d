package jsonrpc

import (
	"encoding/json"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const modern = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}`
	for data, want := range map[string]struct {
		code     int
		id       string
		isModern bool
	}{
		``:                                  {mcp.PARSE_ERROR, "", false},
		` `:                                 {mcp.PARSE_ERROR, "", false},
		`[{]`:                               {mcp.PARSE_ERROR, "", false},
		"{\"id\":1,\"method\":\"\xff\"}":    {mcp.PARSE_ERROR, "", false},
		`{"id":1,"method":"x"}{}`:           {mcp.PARSE_ERROR, "", false},
		"\ufeff" + `{"id":1,"method":"x"}`:  {0, "1", false},
		"\ufeff\ufeff" + `{"id":1}`:         {mcp.PARSE_ERROR, "", false},
		"\ufeff":                            {mcp.PARSE_ERROR, "", false},
		` [{"id":1,"method":"x"}]`:          {mcp.INVALID_REQUEST, "", false},
		`null`:                              {mcp.INVALID_REQUEST, "", false},
		`{}`:                                {mcp.INVALID_REQUEST, "", false},
		`{"id":1}`:                          {mcp.INVALID_REQUEST, "1", false},
		`{"id":"a","method":5}`:             {mcp.INVALID_REQUEST, `"a"`, false},
		`{"id":1,"method":"x","result":{}}`: {mcp.INVALID_REQUEST, "1", false},
		`{"id":null,"method":"x"}`:          {mcp.INVALID_REQUEST, "", false},
		`{"id":null,"method":"notifications/initialized"}`: {0, "", false},
		`{"id":true,"method":"x"}`:                         {mcp.INVALID_REQUEST, "", false},
		`{"id":{},"method":"x"}`:                           {mcp.INVALID_REQUEST, "", false},
		`{"id":[1],"method":"x"}`:                          {mcp.INVALID_REQUEST, "", false},
		`{"id":1,"method":"x","params":[]}`:                {0, "1", false},
		`{"id":1,"method":"x","params":[1]}`:               {mcp.INVALID_REQUEST, "1", false},
		`{"id":1,"method":"x","params":{"_meta":5}}`:       {mcp.INVALID_REQUEST, "1", false},
		`{"id":1,"method":"x"}`:                            {0, "1", false},
		"\r\n" + `{"id":1,"method":"x"} `:                  {0, "1", false},
		`{"id":1.50,"method":"x","params":null}`:           {0, "1.50", false},
		`{"id":"1","method":"x","result":null}`:            {0, `"1"`, false},
		`{"method":"x","params":{"_meta":null}}`:           {0, "", false},
		`{"id":{},"result":{}}`:                            {0, "{}", false},
		`{"id":1,"method":"x","params":{` + modern + `}}`:  {0, "1", true},
	} {
		m, refused := Parse([]byte(data))
		code, id := 0, string(m.ID)
		if refused != nil {
			code = refused.Error.Code
			if raw, _ := json.Marshal(refused.ID); string(raw) != "null" {
				id = string(raw)
			}
		}
		if code != want.code || id != want.id || m.IsModern() != want.isModern {
			t.Errorf("%s: code %d, id %s, modern %t", data, code, id, m.IsModern())
		}
		if refused != nil {
			continue
		}
		var theirs struct {
			Params struct {
				Meta *mcp.Meta `json:"_meta"`
			} `json:"params"`
		}
		err := json.Unmarshal(m.Raw, &theirs)
		if err != nil || theirs.Params.Meta.ProtocolVersion() != m.Params.Meta.ProtocolVersion() {
			t.Errorf("%s: mcp-go reads it otherwise, %v", data, err)
		}
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]struct {
		request, response bool
		cancels           string
	}{
		`{"id":1,"method":"x"}`: {true, false, ""},
		`{"method":"x"}`:        {false, false, ""},
		`{"id":1,"result":{}}`:  {false, true, ""},
		`{"error":{}}`:          {false, true, ""},
		`{"method":"notifications/cancelled","params":{"requestId":7}}`:        {false, false, "7"},
		`{"method":"notifications/cancelled"}`:                                 {false, false, ""},
		`{"method":"x","params":{"requestId":7}}`:                              {false, false, ""},
		`{"id":1,"method":"notifications/cancelled","params":{"requestId":7}}`: {true, false, ""},
	} {
		m, refused := Parse([]byte(data))
		if refused != nil || m.IsRequest() != want.request || m.IsResponse() != want.response ||
			string(m.Cancels()) != want.cancels {
			t.Errorf("%s: %+v, %+v", data, m, refused)
		}
	}
}
