package main_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// One line a tool call, as JSON where no terminal is, and no word of the
// arguments in it.
func TestLogOfCalls(t *testing.T) {
	t.Parallel()
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		h := via.open(s, nil, w.env(s, w.admin))
		calls := []struct {
			tool      string
			arguments map[string]any
			outcome   string
		}{
			{"get_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}, "found"},
			{"get_api_user", map[string]any{"apiUserId": "quokka"}, "invalid_input"},
			{"list_api_users", map[string]any{"text": "quokka"}, "found"},
			{"create_api_user", map[string]any{"name": "quokka", "roleId": "Integration"}, "created"},
			{"create_api_user", map[string]any{"name": "Robot", "roleId": "quokka"}, "invalid_input"},
			{"update_api_user", map[string]any{"apiUserId": sandbox.HubSpotBridgeID, "name": "quokka"}, "updated"},
			{"list_roles", map[string]any{"quokka": "quokka"}, "invalid_input"},
			{"delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID}, "deleted"},
		}
		for _, c := range calls {
			if a := call(t, h, c.tool, c.arguments); a.Outcome != c.outcome {
				t.Errorf("%s: %s", c.tool, a.text)
			}
		}
		h.process().stderr.find(t, "the log of the last call", func(line string) (string, bool) {
			return line, strings.Contains(line, `"tool call"`) && strings.Contains(line, `"outcome":"deleted"`)
		})
		seen := 0
		for _, line := range h.process().logLines() {
			if line["time"] == nil || line["level"] == nil || line["msg"] == nil {
				t.Errorf("an odd line: %v", line)
			}
			if line["msg"] == "write" {
				delete(line, "name") // of the record, which a create may name
			}
			if text := fmt.Sprint(line); strings.Contains(text, "quokka") {
				t.Errorf("an argument is in the log: %s", text)
			}
			if line["msg"] != "tool call" {
				continue
			}
			if seen < len(calls) && (line["tool"] != calls[seen].tool || line["outcome"] != calls[seen].outcome) {
				t.Errorf("call %d is logged as %v", seen, line)
			}
			seen++
		}
		if seen != len(calls) {
			t.Errorf("%d calls, %d lines", len(calls), seen)
		}
	})
}

func TestLogSettings(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	logOf := func(env []string, args ...string) string {
		t.Helper()
		_, stderr, status := s.run(append(args, "--sandbox", "call", "list_roles"), env)
		if status != 0 {
			t.Errorf("%s: status %d: %s", args, status, stderr)
		}
		return stderr
	}
	if log := logOf(nil, "--log-level=warn"); log != "" {
		t.Errorf("warn: %q", log)
	}
	if log := logOf([]string{"AWORK_MCP_LOG_LEVEL=error"}); log != "" {
		t.Errorf("error, by variable: %q", log)
	}
	if log := logOf([]string{"AWORK_MCP_LOG_LEVEL=error"}, "--log-level=info"); !strings.Contains(log, `"tool":"list_roles"`) {
		t.Errorf("the flag does not win: %q", log)
	}
	if log := logOf(nil, "--log-level=info", "--log-format=text"); strings.Contains(log, "{") || strings.Contains(log, "\x1b") || !strings.Contains(log, "list_roles") {
		t.Errorf("text: %q", log)
	}
	if log := logOf([]string{"AWORK_MCP_LOG_FORMAT=text"}, "--log-level=info", "--log-format=json"); !strings.HasPrefix(log, "{") {
		t.Errorf("json: %q", log)
	}
}
