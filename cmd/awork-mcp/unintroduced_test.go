package main_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// A client that calls without an initialize has not declared whether it has forms: it
// gets a code, and the code works. One without a name has declared it.
func TestStdioWithAnUnknownClient(t *testing.T) {
	t.Parallel()
	nameless := mcptest.Hello(string(legacy), nil)
	nameless["clientInfo"] = map[string]any{}
	for name, first := range map[string][]byte{
		"no initialize": nil,
		"no name":       mcptest.Message(legacy, 1, "initialize", nameless),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			s.secret(sandbox.AdminToken)
			p := s.start([]string{"--sandbox"}, nil)
			send := func(message []byte) {
				if _, err := p.stdin.Write(append(message, '\n')); err != nil {
					t.Fatal(err)
				}
			}
			call := func(id int, arguments map[string]any) (outcome, code string) {
				send(mcptest.Message(legacy, id, "tools/call", mcptest.ToolCall("delete_api_user", arguments)))
				var r struct{ Outcome, ConfirmationCode string }
				p.stdout.find(t, "the answer", func(line string) (string, bool) {
					reply, err := mcptest.ParseReply([]byte(line))
					if err != nil || string(reply.ID) != string(rune('0'+id)) {
						return "", false
					}
					result, err := reply.ToolResult()
					if err != nil || json.Unmarshal(result.StructuredContent, &r) != nil {
						t.Fatalf("%v: %s", err, line)
					}
					return line, true
				})
				return r.Outcome, r.ConfirmationCode
			}
			if first != nil {
				send(first)
				p.stdout.find(t, "initialize", func(line string) (string, bool) { return line, strings.Contains(line, "serverInfo") })
			}
			id := map[string]any{"apiUserId": sandbox.ZapierSyncID}
			outcome, code := call(2, id)
			if first != nil {
				if outcome != "deleted" {
					t.Errorf("without a name: %s", outcome)
				}
				return
			}
			if outcome != "confirmation_required" || code == "" {
				t.Fatalf("%s, code %q", outcome, code)
			}
			id["confirmationCode"] = code
			if outcome, _ := call(3, id); outcome != "deleted" {
				t.Errorf("with the code: %s", outcome)
			}
		})
	}
}
