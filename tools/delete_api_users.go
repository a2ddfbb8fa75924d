package tools

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

const (
	maxBulk      = 50
	bulkParallel = 8
)

func deleteAPIUsersTool() *tool {
	return writing(spec{
		name: "delete_api_users", title: "Delete API users", destructive: true, idempotent: true,
		description: "Delete 1 to 50 API users for good, with one confirmation that names them all. Refuses protected ones and the one whose key this server uses, and goes on with the rest. " +
			"`partial` when not all are gone by this call: read `results`.",
		output: []property{{"workspace", "string"}, {"results", "array"}, {"summary", "object"}, {"error", "object"}},
	}, (*bulkInput).fields, deleteAPIUsers)
}

type bulkInput struct{ ids []uuid.UUID }

func (in *bulkInput) fields() []args.Field {
	return []args.Field{args.UUIDs("apiUserIds", "ids of the API users to delete", maxBulk, &in.ids).Require()}
}

type bulkResult struct {
	result.Result
	Results []result.Item `json:"results"`
	// Summary counts the outcomes.
	Summary map[result.Outcome]int `json:"summary"`
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
	names := c.Directory.NamesAmong(ctx, users, targets)
	ctx, grants, forbidden, err := c.AuthorizeEach(ctx, call.Change{
		Kind: policy.Delete, Action: fmt.Sprintf("delete %d API users", len(in.ids)), Unchanged: "No API user was deleted.",
		Targets: targets, Names: names, Decided: []any{slices.SortedFunc(slices.Values(in.ids), text.CompareUUIDs)},
		Question: func(ctx context.Context, users []awork.APIUser) string { return deleteQuestion(ctx, c, names, users) },
	}, describeDeletion)
	if err != nil {
		return nil, err
	}
	b := &bulk{call: c, names: names, grants: grants, items: make([]result.Item, len(in.ids))}
	found := directory.ByID(targets)
	for i, id := range in.ids {
		b.items[i] = firstItem(id, found, forbidden)
	}
	b.deleteAll(ctx, found)
	return b.result(), nil
}

// describeDeletion returns what is done to one API user, and what a failure leaves
// as it was.
func describeDeletion(u awork.APIUser) (action, unchanged string) {
	return "delete API user " + text.Quote(u.Name), "It was not deleted."
}

// firstItem is what is known of one API user before any is deleted.
func firstItem(id uuid.UUID, found map[uuid.UUID]awork.APIUser, forbidden map[uuid.UUID]error) result.Item {
	u, ok := found[id]
	item := result.Item{APIUserID: id, Name: text.Clean(u.Name), Outcome: result.NotAttempted, Message: "It was not attempted."}
	if !ok {
		item.Outcome, item.Message = result.NotFound, "awork knows no API user with this id."
	} else if err := forbidden[id]; err != nil {
		item.Outcome, item.Message = result.Blocked, err.Error()
	}
	return item
}

// bulk is one call's work on several API users.
type bulk struct {
	call   *call.Call
	names  directory.Names
	grants map[uuid.UUID]call.Grant

	mu       sync.Mutex
	items    []result.Item
	warnings []string
	// lacking is the failure at which no other can succeed.
	lacking *result.Result
}

// deleteAll deletes what is left to delete, several at a time, and stops where the
// call is cancelled, out of time, or the token turns out to lack the permission.
func (b *bulk) deleteAll(ctx context.Context, found map[uuid.UUID]awork.APIUser) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	done := 0
	var g errgroup.Group
	g.SetLimit(bulkParallel)
	for i := range b.items {
		item := &b.items[i]
		if item.Outcome != result.NotAttempted {
			b.mu.Lock()
			done++
			b.mu.Unlock()
			continue
		}
		g.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			deletion, err := b.deleteOne(ctx, found[item.APIUserID])
			b.mu.Lock() // also over the report, so that progress only grows
			defer b.mu.Unlock()
			if b.describe(item, deletion, err); b.lacking != nil {
				stop()
			}
			done++
			b.call.Progress(ctx, done, len(b.items), fmt.Sprintf("%s: %s", text.Quote(item.Name), item.Outcome))
			return nil
		})
	}
	_ = g.Wait()
}

func (b *bulk) deleteOne(ctx context.Context, u awork.APIUser) (deletion awork.Deletion, err error) {
	err = b.call.Write(ctx, b.grants[u.ID], call.About(b.names, u, result.Deleted), func(ctx context.Context, client *awork.Client, _ *journal.Entry) (err error) {
		deletion, err = client.DeleteAPIUser(ctx, u.ID)
		return err
	})
	return deletion, err
}

// describe sets what became of one deletion. One that was given up before it was
// sent stays not attempted.
func (b *bulk) describe(item *result.Item, deletion awork.Deletion, err error) {
	if err == nil {
		item.Outcome, item.Message = result.Deleted, "It was deleted."
		for _, w := range inferred(deletion) {
			b.warnings = append(b.warnings, fmt.Sprintf("API user %s: %s", text.Quote(item.Name), w))
		}
		return
	}
	r := b.call.Describe(err).Base()
	if r.Outcome == result.PermissionDenied || r.Outcome == result.Unauthenticated {
		b.lacking = b.call.DescribeAlone(err).Base()
	}
	if awork.NotSent(err) {
		item.Message = "It was not attempted: the call ended before its turn."
		return
	}
	item.Outcome, item.Message = r.Outcome, r.Message
}

func (b *bulk) result() result.Reply {
	r := &bulkResult{Results: b.items, Summary: map[result.Outcome]int{}}
	for _, item := range b.items {
		r.Summary[item.Outcome]++
	}
	var counts []string
	for _, o := range slices.Sorted(maps.Keys(r.Summary)) {
		counts = append(counts, fmt.Sprintf("%d %s", r.Summary[o], o))
	}
	r.Outcome, r.Warnings = result.Partial, b.warnings
	r.Message = fmt.Sprintf("Of %s, not all are gone by this call: %s. See results for each.", text.Count(len(b.items), "API user"), strings.Join(counts, ", "))
	if r.Summary[result.Deleted] == len(b.items) {
		r.Outcome = result.Deleted
		r.Message = fmt.Sprintf("Deleted all of %s. An API user made again gets a new id and has no keys.", text.Count(len(b.items), "API user"))
	}
	if b.lacking != nil {
		r.RequiredPermission, r.Error = b.lacking.RequiredPermission, b.lacking.Error
		r.Message += " It stopped there: " + b.lacking.Message
	}
	return r
}
