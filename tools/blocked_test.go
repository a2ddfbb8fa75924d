package tools_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// blockedSource is a token source that lets nothing go on.
type blockedSource struct{}

func (blockedSource) Token(context.Context) (awork.Token, error) {
	return awork.Token{}, tools.Blocked("The token is of another workspace.")
}

func (s blockedSource) Renew(ctx context.Context, _ awork.Token) (awork.Token, error) {
	return s.Token(ctx)
}

// Every call whose token is withheld is blocked, and sends nothing.
func TestBlockedByTheTokenSource(t *testing.T) {
	t.Parallel()
	d := open(t, setup{})
	client, err := awork.New(awork.Config{BaseURL: baseURL, Tokens: blockedSource{}, Transport: d.wire})
	if err != nil {
		t.Fatal(err)
	}
	if d.tools, err = tools.New(tools.Options{Client: client, Policy: tools.Policy{Confirm: "never"}}); err != nil {
		t.Fatal(err)
	}
	d.server = d.tools.Server("test")
	zapier := args{"apiUserId": sandbox.ZapierSyncID}
	for tool, arguments := range map[string]args{
		"list_api_users": nil, "get_api_user": zapier, "audit_api_users": nil, "list_roles": nil,
		"list_client_applications": nil, "check_access": nil, "delete_api_user": zapier,
		"update_api_user":  {"apiUserId": sandbox.ZapierSyncID, "name": "Other"},
		"create_api_user":  {"name": "Robot", "roleId": "Integration"},
		"delete_api_users": {"apiUserIds": []string{sandbox.ZapierSyncID}},
	} {
		r := d.rpc(t.Context(), "tools/call", map[string]any{"name": tool, "arguments": arguments})
		var answer struct {
			StructuredContent struct{ Outcome, Message string }
		}
		if err := json.Unmarshal(r.Result, &answer); err != nil {
			t.Fatalf("%s: %v in %s", tool, err, r.Result)
		}
		got := answer.StructuredContent
		if got.Outcome != "blocked" || !strings.Contains(got.Message, "of another workspace") {
			t.Errorf("%s: %+v", tool, got)
		}
	}
	if seen := d.seen(); len(seen) > 0 {
		t.Errorf("it sent %v", seen)
	}
}
