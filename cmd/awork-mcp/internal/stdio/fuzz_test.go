package stdio

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"
)

// FuzzServe feeds lines of any kind. Whatever they are, Serve returns and
// each line it writes is one JSON-RPC message.
func FuzzServe(f *testing.F) {
	for _, lines := range []string{
		initialize + "\n" + call("legacy", "1", "ask", `{}`) + "\n" +
			`{"jsonrpc":"2.0","id":"elicit-1","result":{"action":"accept"}}`,
		call("legacy", "1", "bridge", `{}`) + "\r\n\r\n" +
			`{"jsonrpc":"2.0","id":"elicit-1","error":{"code":1,"message":"x"}}` + "\n",
		call("modern", `"a"`, "progress", `{"token":"t","n":3}`) + "\n" + cancelOf(`"a"`),
		call("modern", "1", "panic", `{}`) + "\n[]\nnull\n\xff\n{}\n" + call("legacy", "1", "unencodable", `{}`),
		`{"jsonrpc":"2.0","id":1,"method":"tools/list"}` + "\n" +
			`{"jsonrpc":"2.0","id":1e400,"method":"server/discover","params":{` + meta + `}}`,
		listen,
		`{"id":null,"method":"x"}` + "\n" + `{"ID":"1","Method":"ping","JSONRPC":"2.0"}` + "\n" +
			strings.Repeat("[", 11_000),
		"\ufeff" + strings.Replace(initialize, `{"elicitation":{}}`, "[]", 1) + "\n" +
			`{"jsonrpc":"2.0","id":1,"method":"ping","paramſ":{},"id":2}`,
	} {
		f.Add([]byte(lines))
	}
	s := newHost(nil).server()
	f.Fuzz(func(t *testing.T, input []byte) {
		if bytes.Contains(input, []byte("block")) || bytes.Contains(input, []byte("deaf")) {
			t.Skip("waits for its test")
		}
		out := new(messages)
		began := time.Now()
		if err := Serve(t.Context(), s, bytes.NewReader(input), out, Options{}); err != nil {
			t.Errorf("Serve: %v", err)
		}
		if took := time.Since(began); took > drain/2 {
			t.Errorf("took %v", took)
		}
		out.check(t)
	})
}

// messages keeps what is written.
type messages struct {
	mu  sync.Mutex
	all [][]byte
}

func (m *messages) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, bytes.Clone(p))
	return len(p), nil
}

func (m *messages) check(t *testing.T) {
	for _, line := range m.all {
		var r struct {
			JSONRPC               string
			ID                    json.RawMessage
			Method                *string
			Params, Result, Error map[string]any
		}
		err := json.Unmarshal(line, &r)
		kinds := 0
		for _, is := range []bool{r.Method != nil, r.Result != nil, r.Error != nil} {
			if is {
				kinds++
			}
		}
		if err != nil || r.JSONRPC != "2.0" || kinds != 1 || r.Result != nil && r.ID == nil ||
			bytes.IndexByte(line, '\n') != len(line)-1 {
			t.Errorf("not one message on one line: %q (%v)", line, err)
		}
	}
}
