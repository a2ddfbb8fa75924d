package tools

import (
	"context"
	"fmt"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// bulkBatch is how many API users are deleted at once, and between two looks at
// what has changed.
const bulkBatch = 10

type bulkResult struct {
	result.Result
	Results []result.Item `json:"results"`
	// Summary counts the outcomes.
	Summary map[result.Outcome]int `json:"summary"`
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
				"confirmed: " + b.names.Differences(was, is) + "."
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
