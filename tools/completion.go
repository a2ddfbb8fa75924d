package tools

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// maxCompletions is the protocol's bound.
const maxCompletions = 100

// completionTimeout bounds how long a client waits for ids while somebody types.
const completionTimeout = 5 * time.Second

// completion finds the ids of API users by what is typed of their names.
type completion struct{ tools *Tools }

// CompletePromptArgument implements [server.PromptCompletionProvider].
func (c completion) CompletePromptArgument(
	ctx context.Context,
	_ string,
	arg mcp.CompleteArgument,
	_ mcp.CompleteContext,
) (*mcp.Completion, error) {
	return c.complete(ctx, arg)
}

// CompleteResourceArgument implements [server.ResourceCompletionProvider].
func (c completion) CompleteResourceArgument(
	ctx context.Context,
	_ string,
	arg mcp.CompleteArgument,
	_ mcp.CompleteContext,
) (*mcp.Completion, error) {
	return c.complete(ctx, arg)
}

func (c completion) complete(ctx context.Context, arg mcp.CompleteArgument) (*mcp.Completion, error) {
	found := &mcp.Completion{Values: []string{}}
	if arg.Name != "apiUserId" || c.tools.find("list_api_users") == nil {
		return found, nil
	}
	ctx, cancel := context.WithTimeout(ctx, completionTimeout)
	defer cancel()
	account := call.AccountFrom(ctx, c.tools.account)
	if account == nil || !call.CallerFrom(ctx).Read {
		return found, nil
	}
	users, err := account.Directory().Users(ctx)
	if err != nil {
		return found, nil
	}
	var sorted []awork.APIUser
	typed := strings.ToLower(strings.TrimSpace(arg.Value))
	for _, u := range users.All {
		if strings.Contains(strings.ToLower(text.Clean(u.Name)), typed) || strings.HasPrefix(u.ID.String(), typed) {
			sorted = append(sorted, u)
		}
	}
	slices.SortFunc(sorted, byName)
	found.Total, found.HasMore = len(sorted), len(sorted) > maxCompletions
	for _, u := range sorted[:min(maxCompletions, len(sorted))] {
		found.Values = append(found.Values, u.ID.String())
	}
	return found, nil
}
