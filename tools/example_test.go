package tools_test

import (
	"context"
	"fmt"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// A server for one workspace, here one in memory, in which nobody makes admins.
func ExampleNew() {
	token, err := awork.ParseToken(sandbox.AdminToken)
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := awork.New(awork.Config{
		BaseURL: "http://localhost/api/v1", Tokens: awork.StaticToken(token),
		Transport: sandbox.New(sandbox.Options{}).RoundTripper(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	all, err := tools.New(tools.Options{Client: client, Policy: tools.Policy{ReadOnly: true, NoAdmin: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, tool := range all.List() {
		fmt.Println(tool.Name)
	}
	_ = all.Server("1.0.0").HandleMessage(context.Background(), []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
	// Output:
	// list_api_users
	// get_api_user
	// audit_api_users
	// list_roles
	// list_client_applications
	// check_access
}
