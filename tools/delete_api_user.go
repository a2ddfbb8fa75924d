package tools

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

func deleteAPIUserTool() *tool {
	return writing(spec{
		name:        "delete_api_user",
		title:       "Delete API user",
		destructive: true,
		idempotent:  true,
		description: "Delete one API user for good, to revoke its access; it can't be undone, and making it again " +
			"gives a new id and no keys. " +
			"Refuses the API user whose key this server uses and protected ones. Look at it with get_api_user first. " +
			"`deleted` alone means that it is gone by this call. Several at once: delete_api_users.",
		output: []property{
			{"workspace", "string"},
			{"apiUserId", "string"},
			{"apiUser", "object"},
			{"requiredPermission", "string"},
			{"error", "object"},
		},
	}, (*deleteInput).fields, deleteAPIUser)
}

type deleteInput struct{ id uuid.UUID }

func (in *deleteInput) fields() []args.Field {
	return []args.Field{args.APIUserID("id of the API user to delete", &in.id).Require()}
}

func (in *deleteInput) target() uuid.UUID { return in.id }

func deleteAPIUser(ctx context.Context, c *call.Call, in deleteInput) (result.Reply, error) {
	user, names, err := c.ReadAPIUser(ctx, in.id, c.PrefetchQuestion)
	if err != nil {
		return nil, err
	}
	name := text.Quote(user.Name)
	ctx, grant, err := c.Authorize(ctx, call.Change{
		Kind: policy.Delete, Action: "delete API user " + name, Unchanged: "API user " + name + " was not deleted.",
		Targets: []awork.APIUser{*user}, Names: names, Decided: []any{in.id},
		Question: func(ctx context.Context, users []awork.APIUser) string { return deleteQuestion(ctx, c, names, users) },
	})
	if err != nil {
		return nil, err
	}
	var deletion awork.Deletion
	err = c.Write(
		ctx,
		grant,
		call.About(names, *user, result.Deleted),
		func(ctx context.Context, client *awork.Client, _ *journal.Entry) (err error) {
			deletion, err = client.DeleteAPIUser(ctx, user.ID)
			return err
		},
	)
	if err != nil {
		return nil, err
	}
	return &result.Result{
		Outcome:  result.Deleted,
		APIUser:  names.Show(*user),
		Warnings: append(inferred(deletion), names.Warnings(*user)...),
		Message:  fmt.Sprintf("API user %s was deleted. An API user made again gets a new id and has no keys.", name),
	}, nil
}

// inferred warns of a deletion that awork did not confirm.
func inferred(d awork.Deletion) []string {
	if !d.Inferred {
		return nil
	}
	return []string{
		"awork did not confirm the deletion, but the record is gone: it may have been somebody else's doing.",
	}
}
