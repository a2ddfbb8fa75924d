package tools

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/confirm"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

const (
	maxBulk = 50
	// bulkBatch is how many API users are deleted at once, and between two looks at
	// what has changed.
	bulkBatch = 10
)

func deleteAPIUsersTool() *tool {
	return writing(spec{
		name: "delete_api_users", title: "Delete API users", destructive: true, idempotent: true,
		description: "Delete 1 to 50 API users for good, with one confirmation that names them all. Refuses protected " +
			"ones and the one whose key this server uses, and goes on with the rest. " +
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
	names := c.DecidingNames(ctx, c.Directory.NamesAmong(ctx, users, targets), targets...)
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

// bulk is one call's work on several API users.
type bulk struct {
	call   *call.Call
	names  directory.Names
	grants map[uuid.UUID]call.Grant

	mu       sync.Mutex
	items    []result.Item
	done     int
	warnings []string
	// lacking is the failure at which no other can succeed.
	lacking *result.Result
	// retryAfter is how many seconds awork wants to be left alone for.
	retryAfter int
}

// deleteAll deletes what is left to delete, ten at a time, and stops where the call
// is cancelled, out of time, or the token turns out to lack the permission. Before
// each ten but the first, which were read just now, it looks at what has changed.
func (b *bulk) deleteAll(ctx context.Context, found map[uuid.UUID]awork.APIUser) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var left []*result.Item
	for i := range b.items {
		if b.items[i].Outcome == result.NotAttempted {
			left = append(left, &b.items[i])
		}
	}
	b.done = len(b.items) - len(left)
	for start := 0; start < len(left) && ctx.Err() == nil; start += bulkBatch {
		batch := left[start:min(start+bulkBatch, len(left))]
		if start > 0 {
			batch = b.recheck(ctx, batch, found)
		}
		var g errgroup.Group
		for _, item := range batch {
			g.Go(func() error {
				deletion, err := b.deleteOne(ctx, found[item.APIUserID])
				if b.report(ctx, item, deletion, err) {
					stop()
				}
				return nil
			})
		}
		_ = g.Wait()
	}
}

// recheck reads the API users again and returns those of a batch that are still
// what was confirmed. The others are not deleted.
func (b *bulk) recheck(ctx context.Context, batch []*result.Item, found map[uuid.UUID]awork.APIUser) []*result.Item {
	var targets []awork.APIUser
	for _, item := range batch {
		targets = append(targets, found[item.APIUserID])
	}
	users, err := b.call.Directory.ReadUsers(ctx)
	var records []awork.APIUser
	if err == nil {
		records, err = b.call.Pick(ctx, users, targets)
	}
	now := directory.ByID(records)
	var same []*result.Item
	for _, item := range batch {
		was := found[item.APIUserID]
		is, ok := now[item.APIUserID]
		switch {
		case err != nil:
			item.Message = "It was not attempted: whether it had changed meanwhile could not be read."
		case !ok:
			item.Outcome, item.Message = result.NotFound, "It was gone before its turn, by somebody else."
		case is != was:
			item.Message = "It was not attempted: it has changed since it was " +
				"confirmed: " + confirm.UserDifferences(was, is) + "."
		default:
			same = append(same, item)
			continue
		}
		b.done++
	}
	return same
}

// report sets what became of one deletion and tells the client how far the call is.
// It reports whether no other deletion can succeed.
func (b *bulk) report(ctx context.Context, item *result.Item, deletion awork.Deletion, err error) (stop bool) {
	b.mu.Lock() // also over the progress, so that it only grows
	defer b.mu.Unlock()
	b.describe(item, deletion, err)
	b.done++
	b.call.Progress(ctx, b.done, len(b.items), fmt.Sprintf("%s: %s", text.Quote(item.Name), item.Outcome))
	return b.lacking != nil
}

func (b *bulk) deleteOne(ctx context.Context, u awork.APIUser) (deletion awork.Deletion, err error) {
	err = b.call.Write(
		ctx,
		b.grants[u.ID],
		call.About(b.names, u, result.Deleted),
		func(ctx context.Context, client *awork.Client, _ *journal.Entry) (err error) {
			deletion, err = client.DeleteAPIUser(ctx, u.ID)
			return err
		},
	)
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
	b.retryAfter = max(b.retryAfter, r.RetryAfterSeconds)
}
