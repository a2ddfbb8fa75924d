package tools

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

const maxBulk = 50

func deleteAPIUsersTool() *tool {
	return writing(spec{
		name: "delete_api_users", title: "Delete API users", destructive: true, idempotent: true,
		description: "Delete 1 to 50 API users for good, with one confirmation that names them all. Refuses protected " +
			"ones and the one whose key this server uses, and goes on with the rest. " +
			"`partial` when not all are gone by this call: read `results`. Just one: delete_api_user.",
		output: []property{{"workspace", "string"}, {"results", "array"}, {"summary", "object"}, {"error", "object"}},
	}, (*bulkInput).fields, deleteAPIUsers)
}

type bulkInput struct{ ids []uuid.UUID }

func (in *bulkInput) fields() []args.Field {
	return []args.Field{args.UUIDs("apiUserIds", "ids of the API users to delete", maxBulk, &in.ids).Require()}
}

func deleteAPIUsers(ctx context.Context, c *call.Call, in bulkInput) (result.Reply, error) {
	users, err := c.Directory.ReadUsers(ctx)
	if err != nil {
		return nil, err
	}
	var wanted []awork.APIUser
	for _, id := range in.ids {
		wanted = append(wanted, awork.APIUser{ID: id})
	}
	targets, err := c.Pick(ctx, users, wanted)
	if err != nil {
		return nil, err
	}
	names := c.DecidingNames(ctx, c.Directory.NamesAmong(ctx, users, targets), targets...)
	found := directory.ByID(targets)
	ctx, grants, forbidden, err := c.AuthorizeEach(ctx, call.Change{
		Kind: policy.Delete, Action: "delete " + text.Count(len(in.ids), "API user"), Unchanged: "No API user was deleted.",
		Targets: targets, Missing: missingOf(in.ids, found), Names: names,
		Decided:  []any{slices.SortedFunc(slices.Values(in.ids), text.CompareUUIDs)},
		Question: func(ctx context.Context, users []awork.APIUser) string { return deleteQuestion(ctx, c, names, users) },
	}, describeDeletion)
	if err != nil {
		return nil, err
	}
	b := &bulk{call: c, names: names, grants: grants, items: make([]result.Item, len(in.ids))}
	for i, id := range in.ids {
		b.items[i] = firstItem(id, found, forbidden)
	}
	b.deleteAll(ctx, found)
	return b.result(), nil
}

// missingOf returns the ids that are none of those found.
func missingOf(ids []uuid.UUID, found map[uuid.UUID]awork.APIUser) []uuid.UUID {
	return slices.DeleteFunc(slices.Clone(ids), func(id uuid.UUID) bool {
		_, ok := found[id]
		return ok
	})
}

// describeDeletion returns what is done to one API user, and what a failure leaves
// as it was.
func describeDeletion(u awork.APIUser) (action, unchanged string) {
	return "delete API user " + text.Quote(u.Name), "It was not deleted."
}

// firstItem is what is known of one API user before any is deleted.
func firstItem(id uuid.UUID, found map[uuid.UUID]awork.APIUser, forbidden map[uuid.UUID]error) result.Item {
	u, ok := found[id]
	item := result.Item{
		APIUserID: id,
		Name:      text.Clean(u.Name),
		Outcome:   result.NotAttempted,
		Message:   "It was not attempted.",
	}
	if !ok {
		item.Outcome, item.Message = result.NotFound, "awork knows no API user with this id."
	} else if err := forbidden[id]; err != nil {
		item.Outcome, item.Message = result.Blocked, err.Error()
	}
	return item
}
