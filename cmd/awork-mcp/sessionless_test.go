package main_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// Where there is no session, or no forms, nobody is ever asked: a question would
// hang, since there is no way for its answer.
func TestNobodyIsAskedWhoCannotAnswer(t *testing.T) {
	t.Parallel()
	deletion := mcptest.ToolCall("delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID})
	inForms := mcptest.Options{Era: legacy, Forms: true}
	without := mcptest.Options{Era: legacy}
	for _, c := range []struct {
		name    string
		confirm string
		open    func(s *fixture, args, env []string) host
		outcome string
	}{
		{"SSE with forms", "auto", sseWith(inForms), "confirmation_required"},
		{"SSE with forms", "human", sseWith(inForms), "blocked"},
		{"stdio without forms", "auto", stdioWith(without), "deleted"},
		{"stdio without forms", "strict", stdioWith(without), "confirmation_required"},
		{"a session without forms", "auto", httpWith(without), "deleted"},
		{"a session without forms", "strict", httpWith(without), "confirmation_required"},
	} {
		t.Run(c.name+" "+c.confirm, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			w := s.workspace(sandbox.Options{})
			h := c.open(s, []string{"--confirm", c.confirm}, w.env(s, w.admin))
			if a := answered(t, ask(t, h, "tools/call", deletion)); a.Outcome != c.outcome {
				t.Errorf("got %s", a.text)
			}
			for len(h.Notes()) > 0 {
				if n := <-h.Notes(); n.Method == "elicitation/create" {
					t.Errorf("asked: %s", n.Params)
				}
			}
			if sent := len(w.writes()); sent > 0 != (c.outcome == "deleted") {
				t.Errorf("%d writes were sent", sent)
			}
		})
	}
	for confirm, outcome := range map[string]string{
		"auto": "confirmation_required", "strict": "confirmation_required", "human": "blocked",
	} {
		t.Run("no session "+confirm, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			w := s.workspace(sandbox.Options{})
			x := s.web([]string{"--confirm", confirm}, w.env(s, w.admin))
			hello := mcptest.Hello(string(legacy), mcptest.Forms())
			_, _, _ = x.get(t, "POST", "/mcp", mcptest.Message(legacy, 0, "initialize", hello))
			status, text, _ := x.get(t, "POST", "/mcp", mcptest.Message(legacy, 1, "tools/call", deletion))
			if status != http.StatusOK || strings.Contains(text, "elicitation/create") ||
				!strings.Contains(text, fmt.Sprintf(`"outcome":%q`, outcome)) {
				t.Errorf("%d %s", status, text)
			}
			if sent := w.writes(); len(sent) > 0 {
				t.Errorf("sent %v", sent)
			}
		})
	}
}

func stdioWith(o mcptest.Options) func(s *fixture, args, env []string) host {
	return func(s *fixture, args, env []string) host { return s.launch(o, args, env) }
}

func httpWith(o mcptest.Options) func(s *fixture, args, env []string) host {
	return func(s *fixture, args, env []string) host { return s.web(args, env).open(o) }
}

func sseWith(o mcptest.Options) func(s *fixture, args, env []string) host {
	return func(s *fixture, args, env []string) host { return s.web(args, env).sseWith(o) }
}
