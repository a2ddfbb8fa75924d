package tools

import (
	"context"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

const (
	promptReview   = "review_api_users"
	promptOffboard = "offboard_integration"
	promptPerson   = "offboard_person"
)

// addPrompts offers the jobs that people have, where their tools exist.
func (t *Tools) addPrompts(s *server.MCPServer) {
	if t.find("audit_api_users") != nil {
		s.AddPrompt(
			mcp.NewPrompt(
				promptReview,
				mcp.WithPromptTitle("Review API users"),
				mcp.WithPromptDescription("Who can do what through the API here, and what should go?"),
			),
			func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
				return prompt("Review the API users of the workspace",
					"Review the API users of our awork workspace. Call check_access, then audit_api_users. Tell me in a short "+
						"table who can do what, "+
						"the gravest findings first, and what you would change. Propose the fixes one by one and wait for my "+
						"decision on each before you call anything that changes something. "+
						"awork keeps no date of last use, so never call an API user unused; ask me instead.")
			},
		)
	}
	if t.find("delete_api_user") != nil && t.find("get_api_user") != nil {
		s.AddPrompt(
			mcp.NewPrompt(
				promptOffboard,
				mcp.WithPromptTitle("Offboard an integration"),
				mcp.WithPromptDescription("Take an integration's access away, knowing what depends on it."),
				mcp.WithArgument("apiUserId", mcp.ArgumentTitle("API user"), mcp.ArgumentDescription("The API user of the "+
					"integration; its name finds its id.")),
			),
			func(_ context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
				which := "the integration that I name (ask me which)"
				if id := strings.TrimSpace(req.Params.Arguments["apiUserId"]); id != "" {
					which = "the integration whose API user is " + text.Quote(id)
				}
				return prompt("Offboard an integration",
					"I want to offboard "+which+". Find its API user with list_api_users, read it with get_api_user and "+
						"includeWebhooks, and tell me what it is, "+
						"what it may do, what it made and what may stop working. Call it with includeTraces too where I don't know "+
						"whether it is still used. Say what awork's API can't tell. When I agree, delete it with delete_api_user "+
						"and report the outcome as it is.")
			},
		)
	}
	t.addPersonPrompt(s)
}

// addPersonPrompt offers to see to the API users of somebody who leaves.
func (t *Tools) addPersonPrompt(s *server.MCPServer) {
	for _, needed := range []string{"list_api_users", "get_api_user", "delete_api_users"} {
		if t.find(needed) == nil {
			return
		}
	}
	s.AddPrompt(
		mcp.NewPrompt(
			promptPerson,
			mcp.WithPromptTitle("Offboard a person"),
			mcp.WithPromptDescription(
				"Somebody left or leaves: see to the API users they made, whose keys they may still hold.",
			),
			mcp.WithArgument(
				"person",
				mcp.ArgumentTitle("Person"),
				mcp.ArgumentDescription("Name, e-mail or id of the person."),
			),
		),
		func(_ context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			who := "a person that I name (ask me who)"
			if person := strings.TrimSpace(req.Params.Arguments["person"]); person != "" {
				who = text.Quote(person)
			}
			return prompt("Offboard a person",
				"I want to offboard "+who+". Find the API users that this person made with list_api_users and createdBy; if "+
					"the name is ambiguous, ask me which of the candidates. "+
					"Read each with get_api_user, includeWebhooks and includeTraces. Show me a short table: name, role, admin "+
					"or not, last trace, webhooks, what may stop working. "+
					"A last trace of these days means that something depends on it; no trace proves nothing, so ask me. "+
					"Then propose for each: keep it with a new key in other hands (a successor made with create_api_user, or a "+
					"rotated key where such a tool is offered), or delete it. "+
					"Wait for my decision. Delete what I agree to in one call of delete_api_users, and report every outcome as "+
					"it is, with what is left to do.")
		},
	)
}

// filterPrompts leaves the prompts whose jobs the caller may do.
func (t *Tools) filterPrompts(ctx context.Context, list []mcp.Prompt) []mcp.Prompt {
	caller := call.CallerFrom(ctx)
	return slices.DeleteFunc(
		list,
		func(p mcp.Prompt) bool { return !caller.Read || p.Name != promptReview && !caller.Write },
	)
}

func prompt(description, text string) (*mcp.GetPromptResult, error) {
	return mcp.NewGetPromptResult(
		description,
		[]mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(text))},
	), nil
}
