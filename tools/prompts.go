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
	promptReview     = "review_api_users"
	promptOffboard   = "offboard_integration"
	promptPerson     = "offboard_person"
	promptLimitedKey = "issue_limited_key"
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
	t.addLimitedKeyPrompt(s)
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

// addLimitedKeyPrompt offers a key that can do its job and nothing beyond.
func (t *Tools) addLimitedKeyPrompt(s *server.MCPServer) {
	for _, needed := range []string{"suggest_role", createRoleName, "issue_api_key"} {
		if t.find(needed) == nil {
			return
		}
	}
	s.AddPrompt(
		mcp.NewPrompt(
			promptLimitedKey,
			mcp.WithPromptTitle("Issue a limited key"),
			mcp.WithPromptDescription(
				"An API key that can do its job and nothing beyond: from what a program needs to a key in its place.",
			),
			mcp.WithArgument(
				"job",
				mcp.ArgumentTitle("Job"),
				mcp.ArgumentDescription("What the key is for, such as: the nightly export reads projects and time entries."),
			),
		),
		func(_ context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			job := "a job that I describe (ask me what the program has to read and to change)"
			if given := strings.TrimSpace(req.Params.Arguments["job"]); given != "" {
				job = "this job: " + text.Quote(given)
			}
			return prompt("Issue a limited key",
				"I need an API key for "+job+". Work out which of awork's features it has to read and which to change, and ask "+
					"me where that is not clear; leave out what is only convenient. "+
					"Call suggest_role with these needs. Where a role fits exactly, propose it; where one covers more, tell me "+
					"what it may do beyond and ask whether to take it or to make a role of its own. "+
					"For a role of its own, call create_role with the draft, under a name that says what the job is. "+
					"Then call issue_api_key with a name for the API user and that role, never with admin. "+
					"You are never shown the key: tell me where it was saved, what it may do, what to watch for when it is first "+
					"used, and how to take it away again. Report every outcome as it is.")
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
