package tools

import (
	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
)

// Coverage is what one entry of --protect or --allow-roles names in a workspace.
type Coverage = policy.Coverage

// Coverage returns what each entry of the policy's settings names among the API
// users and roles of a workspace.
func (t *Tools) Coverage(users []awork.APIUser, roles []awork.Role) []Coverage {
	return t.server.Policy.Coverage(users, roles)
}
