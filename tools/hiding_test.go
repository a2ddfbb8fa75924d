package tools_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

func names(list *tools.Tools) []string {
	var out []string
	for _, t := range list.List() {
		out = append(out, t.Name)
	}
	return out
}

func TestWhichToolsExist(t *testing.T) {
	t.Parallel()
	reads := []string{"list_api_users", "get_api_user", "audit_api_users", "list_roles", "list_client_applications", "check_access"}
	for _, c := range []struct {
		policy tools.Policy
		want   []string
		err    string
	}{
		{tools.Policy{}, allTools, ""},
		{tools.Policy{Tools: []string{"default"}}, allTools, ""},
		{tools.Policy{ReadOnly: true}, reads, ""},
		{tools.Policy{ReadOnly: true, Tools: []string{"default"}}, reads, ""},
		{tools.Policy{Tools: []string{"*"}}, allTools, ""},
		{tools.Policy{Tools: []string{"delete_api_user"}}, []string{"delete_api_user"}, ""},
		{tools.Policy{Tools: []string{"delete_*"}}, []string{"delete_api_user", "delete_api_users"}, ""},
		{tools.Policy{Tools: []string{"check_access", " list_* ", "list_roles"}}, []string{"list_api_users", "list_roles", "list_client_applications", "check_access"}, ""},
		{tools.Policy{ReadOnly: true, Tools: []string{"*_api_user"}}, []string{"get_api_user"}, ""},
		{tools.Policy{Tools: []string{"delet_api_user"}}, nil, "delet_api_user"},
		{tools.Policy{Tools: []string{"default", "nope*"}}, nil, "nope*"},
		{tools.Policy{Tools: []string{""}}, nil, "empty"},
		{tools.Policy{Tools: []string{"check_access", " "}}, nil, "empty"},
		{tools.Policy{Tools: []string{"[a"}}, nil, "[a"},
		{tools.Policy{Tools: []string{"LIST_ROLES"}}, nil, "LIST_ROLES"},
		{tools.Policy{ReadOnly: true, Tools: []string{"delete_api_user"}}, nil, "--read-only"},
		{tools.Policy{ReadOnly: true, Tools: []string{"list_roles", "delete_*"}}, nil, "--read-only"},
	} {
		t.Run(fmt.Sprintf("%+v", c.policy), func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				made, err := newTools(t, c.policy)
				if c.err != "" {
					if err == nil || !strings.Contains(err.Error(), c.err) || !strings.Contains(err.Error(), "--tools") || strings.Contains(err.Error(), "\n") {
						t.Fatalf("error %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := names(made); !slices.Equal(got, c.want) {
					t.Errorf("got %v", got)
				}
			})
		})
	}
	t.Run("no client and no account", func(t *testing.T) {
		parallelSynctest(t, func(t *testing.T) {
			none, err := tools.New(tools.Options{})
			if err != nil {
				t.Fatal(err)
			}
			d := open(t, setup{})
			d.server = none.Server("test")
			d.call("list_api_users", nil).want("unauthenticated")
		})
	})
	t.Run("no such mode", func(t *testing.T) {
		if _, err := newTools(t, tools.Policy{Confirm: "sometimes"}); err == nil || !strings.Contains(err.Error(), "--confirm") {
			t.Error(err)
		}
	})
}

// A tool that policy hides does not exist, however it is called.
func TestAHiddenToolDoesNotExist(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]tools.Policy{
		"read-only": {ReadOnly: true}, "tools": {Tools: []string{"list_*", "check_access"}}, "both": {ReadOnly: true, Tools: []string{"get_api_user"}},
	} {
		bothEras(t, name, setup{policy: policy}, func(t *testing.T, d *fixture) {
			shown := names(d.tools)
			if r := d.rpc(t.Context(), "tools/list", map[string]any{}); strings.Contains(string(r.Result), "delete_api_user") {
				t.Errorf("listed: %s", r.Result)
			}
			for _, tool := range append(slices.Clone(allTools), "no_such_tool", "", "DELETE_API_USER", "delete_api_user ") {
				if slices.Contains(shown, tool) {
					continue
				}
				for _, arguments := range []any{validArguments(tool), nil, args{"apiUserId": sandbox.ZapierSyncID}, []int{}} {
					if r := d.rpc(t.Context(), "tools/call", map[string]any{"name": tool, "arguments": arguments}); r.Error == nil || r.Error.Code != -32602 {
						t.Errorf("%q: %s %+v", tool, r.Result, r.Error)
					}
				}
			}
			if sent := d.seen(); len(sent) > 0 {
				t.Errorf("sent %v", sent)
			}
			if log := d.log.String(); strings.Contains(log, `"tool":"delete_api_user"`) {
				t.Errorf("it ran: %s", log)
			}
		})
		// Go's JSON folds the case of members: a hidden tool must not come in
		// under another spelling of one.
		bothEras(t, "folded members "+name, setup{policy: policy}, func(t *testing.T, d *fixture) {
			m := ""
			if d.era == modern {
				m = `,"_meta":` + string(mustJSON(meta(modern)))
			}
			arguments := `"arguments":{"apiUserId":"` + sandbox.ZapierSyncID + `"}`
			call := `{"name":"delete_api_user",` + arguments + m + `}`
			for _, raw := range []string{
				`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"check_access","Name":"delete_api_user",` + arguments + m + `}}`,
				`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"Name":"delete_api_user","name":"check_access",` + arguments + m + `}}`,
				`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"NAME":"delete_api_user",` + arguments + m + `}}`,
				`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"check_access","name":"delete_api_user",` + arguments + m + `}}`,
				`{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call","params":` + call + `}`,
				`{"jsonrpc":"2.0","id":1,"Method":"tools/call","method":"tools/list","params":` + call + `}`,
				`{"jsonrpc":"2.0","id":1,"METHOD":"tools/call","params":` + call + `}`,
				`{"jsonrpc":"2.0","id":1,"method":"tools/call","Params":` + call + `}`,
				`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"check_access"` + m + `},"Params":` + call + `}`,
			} {
				d.send(t.Context(), []byte(raw))
				if !d.stands(sandbox.ZapierSyncID) {
					t.Fatalf("deleted by %s", raw)
				}
				if log := d.log.String(); strings.Contains(log, `"tool":"delete_api_user"`) {
					t.Fatalf("it ran: %s", raw)
				}
			}
			d.nothingWritten()
		})
	}
}

func TestCheckAccessUnderAPolicy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy tools.Policy
		works  []string
		word   string
	}{
		"read-only": {tools.Policy{ReadOnly: true}, []string{"list_api_users", "get_api_user", "audit_api_users", "list_roles", "list_client_applications", "check_access"}, "read-only"},
		"tools":     {tools.Policy{Tools: []string{"delete_api_user", "check_access"}}, []string{"delete_api_user", "check_access"}, "--tools"},
	} {
		bothEras(t, name, setup{policy: c.policy}, func(t *testing.T, d *fixture) {
			a := d.call("check_access", nil).want("found")
			works(a, c.works)
			for _, tool := range a.list("tools") {
				if at(tool, "works") == false && slices.Contains(allTools, fmt.Sprint(at(tool, "name"))) && !strings.Contains(fmt.Sprint(at(tool, "why")), c.word) {
					t.Errorf("%v", tool)
				}
			}
		})
	}
}

// Without a client that can show a form, the mode human blocks every delete.
func TestHumanWithoutAForm(t *testing.T) {
	t.Parallel()
	bothEras(t, "deletes", setup{policy: tools.Policy{Confirm: "human"}}, func(_ *testing.T, d *fixture) {
		d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("blocked", "human")
		d.call("delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID}}).want("blocked", "human")
		d.call("create_api_user", args{"name": "X", "admin": true}).want("blocked", "human")
		d.call("update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "admin": true}).want("blocked", "human")
		d.nothingWritten()
		// What nobody is asked about goes on.
		d.call("create_api_user", args{"name": "X", "roleId": "User"}).want("created")
		d.call("update_api_user", args{"apiUserId": sandbox.PowerBIReportID, "name": "P", "roleId": "User"}).want("updated")
	})
	for _, mode := range []tools.ConfirmMode{"auto", "never"} {
		bothEras(t, "goes on in "+string(mode), setup{policy: tools.Policy{Confirm: mode}}, func(_ *testing.T, d *fixture) {
			d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("deleted")
		})
	}
}

// What a caller's scope hides does not exist for it, resources and completion
// included.
func TestACallersScope(t *testing.T) {
	t.Parallel()
	bothEras(t, "read", setup{}, func(t *testing.T, d *fixture) {
		ctx := tools.WithCaller(t.Context(), tools.Caller{Name: "reader", Read: true})
		if r := d.rpc(ctx, "tools/list", map[string]any{}); strings.Contains(string(r.Result), "delete_api_user") || !strings.Contains(string(r.Result), "get_api_user") {
			t.Errorf("%s", r.Result)
		}
		for _, tool := range writeTools {
			if r := d.rpc(ctx, "tools/call", map[string]any{"name": tool, "arguments": validArguments(tool)}); r.Error == nil || r.Error.Code != -32602 {
				t.Errorf("%s: %s %+v", tool, r.Result, r.Error)
			}
		}
		if sent := d.seen(); len(sent) > 0 {
			t.Errorf("sent %v", sent)
		}
		d.callCtx(ctx, "get_api_user", validArguments("get_api_user")).want("found")
	})
	for name, c := range map[string]tools.Caller{"write": {Name: "w", Write: true}, "none": {Name: "n"}} {
		bothEras(t, name, setup{}, func(t *testing.T, d *fixture) {
			ctx := tools.WithCaller(t.Context(), c)
			for _, uri := range []string{"awork://api-users", "awork://api-users/" + sandbox.ZapierSyncID} {
				if r := d.rpc(ctx, "resources/read", map[string]any{"uri": uri}); r.Error == nil {
					t.Errorf("%s: %s", uri, r.Result)
				}
			}
			r := d.rpc(ctx, "completion/complete", map[string]any{"ref": map[string]any{"type": "ref/resource", "uri": "awork://api-users/{apiUserId}"}, "argument": map[string]any{"name": "apiUserId", "value": "zap"}})
			if strings.Contains(string(r.Result), sandbox.ZapierSyncID) {
				t.Errorf("%s", r.Result)
			}
			if sent := d.seen(); len(sent) > 0 {
				t.Errorf("sent %v", sent)
			}
		})
	}
}
