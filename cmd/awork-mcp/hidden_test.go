package main_test

import (
	"encoding/json"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

func listed(t *testing.T, h host) map[string]bool {
	t.Helper()
	r := ask(t, h, "tools/list", nil)
	var list struct {
		Tools []struct{ Name string }
	}
	if err := json.Unmarshal(r.Result, &list); err != nil {
		t.Fatalf("tools/list: %+v", r)
	}
	names := map[string]bool{}
	for _, tool := range list.Tools {
		names[tool.Name] = true
	}
	return names
}

// A tool that the settings hide does not exist, however it is called.
func TestHiddenToolsDoNotExist(t *testing.T) {
	t.Parallel()
	overAll(t, func(t *testing.T, via transport) {
		s := newFixture(t)
		w := s.workspace(sandbox.Options{})
		for name, args := range map[string][]string{
			"--read-only":          {"--read-only"},
			"--tools":              {"--tools", "get_*,list_*"},
			"both":                 {"--read-only", "--tools", "*_api_user"},
			"--tools by family":    {"--read-only", "--tools", "default"},
			"--tools of a command": {"--tools", "create_api_user"},
		} {
			h := via.open(s, args, w.env(s, w.admin))
			here := listed(t, h)
			if len(here) == 0 {
				t.Errorf("%s: no tool is left", name)
			}
			for _, tool := range []string{"delete_api_user", "delete_api_users", "update_api_user", "erase_everything"} {
				if here[tool] {
					t.Errorf("%s: %s is listed", name, tool)
				}
				r := ask(t, h, "tools/call", mcptest.ToolCall(tool, map[string]any{"apiUserId": sandbox.ZapierSyncID, "apiUserIds": []string{sandbox.ZapierSyncID}, "name": "x"}))
				if r.Error == nil || r.Error.Code != -32602 {
					t.Errorf("%s: %s: %+v %s", name, tool, r.Error, r.Result)
				}
			}
		}
		if n := len(w.Requests()); n > 0 {
			t.Errorf("awork saw %d requests", n)
		}
	})
}
