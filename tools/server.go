package tools

import (
	"context"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// instructions is what the server tells a model about itself.
const instructions = "Manages the API users of one awork workspace; an awork API key is the token of an API user, and an API user without a role is an admin. " +
	"Find ids with list_api_users before you change anything, and read outcome and message of every result: deleted, created and updated mean that it is done, partial and unknown that something may have changed. " +
	"Never ask for, show or pass on tokens or keys."

// Server makes an MCP server of the given version that offers the tools, and
// the resources and prompts that go with them.
func (t *Tools) Server(version string) *server.MCPServer {
	hooks := &server.Hooks{}
	hooks.AddBeforeReadResource(t.markMissing)
	hooks.AddAfterListTools(t.describe)
	s := server.NewMCPServer("awork-mcp", version,
		server.WithInstructions(instructions),
		// The lists never change while the server runs.
		server.WithToolCapabilities(false), server.WithResourceCapabilities(false, false), server.WithPromptCapabilities(false),
		server.WithCompletions(), server.WithPromptCompletionProvider(completion{t}), server.WithResourceCompletionProvider(completion{t}),
		server.WithToolFilter(t.filterTools), server.WithPromptFilter(t.filterPrompts),
		server.WithHooks(hooks))
	for _, tool := range t.chosen {
		s.AddTool(mcp.Tool{Name: tool.name}, t.handler(tool)) // describe has the rest
	}
	t.addResources(s)
	t.addPrompts(s)
	return s
}

// describe fills in the tools that a client lists. Schemas are made then and not
// at the start, which most hosts wait for.
func (t *Tools) describe(_ context.Context, _ any, _ *mcp.ListToolsRequest, result *mcp.ListToolsResult) {
	for i, listed := range result.Tools {
		result.Tools[i] = t.find(listed.Name).described()
	}
}

// find is the tool of that name that exists under the policy; nil where none
// does.
func (t *Tools) find(name string) *tool {
	if i := slices.IndexFunc(t.chosen, func(tool *tool) bool { return tool.name == name }); i >= 0 {
		return t.chosen[i]
	}
	return nil
}

// filterTools leaves the tools that the caller may use; mcp-go asks it for lists
// and for calls.
func (t *Tools) filterTools(ctx context.Context, list []mcp.Tool) []mcp.Tool {
	caller := callerFrom(ctx)
	return slices.DeleteFunc(list, func(listed mcp.Tool) bool {
		tool := t.find(listed.Name)
		return tool == nil || !caller.may(tool)
	})
}

// filterPrompts leaves the prompts whose jobs the caller may do.
func (t *Tools) filterPrompts(ctx context.Context, list []mcp.Prompt) []mcp.Prompt {
	caller := callerFrom(ctx)
	return slices.DeleteFunc(list, func(p mcp.Prompt) bool { return !caller.Read || p.Name == promptOffboard && !caller.Write })
}
