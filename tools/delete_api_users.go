package tools

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
)

const (
	maxBulk      = 50
	bulkParallel = 8
)

type bulkInput struct{ ids []uuid.UUID }

// itemResult is what became of one API user of a bulk call.
type itemResult struct {
	APIUserID uuid.UUID `json:"apiUserId"`
	Name      string    `json:"name,omitempty"`
	Outcome   Outcome   `json:"outcome"`
	Message   string    `json:"message"`
}

type bulkResult struct {
	Result
	Results []itemResult `json:"results"`
	// Summary counts the outcomes.
	Summary map[Outcome]int `json:"summary"`
}

func deleteAPIUsers() *tool {
	return writing(spec{
		name: "delete_api_users", title: "Delete API users", destructive: true, idempotent: true,
		description: "Delete 1 to 50 API users for good, with one confirmation that names them all. Refuses protected ones and the one whose key this server uses, and goes on with the rest. " +
			"`partial` when not all are gone by this call: read `results`.",
		output: []property{{"workspace", "string"}, {"results", "array"}, {"summary", "object"}, {"error", "object"}},
	}, func(in *bulkInput) []field {
		return []field{uuidsField("apiUserIds", "ids of the API users to delete", maxBulk, &in.ids).must()}
	}, planDeleteMany)
}

func planDeleteMany(ctx context.Context, c *call, in bulkInput) (*change, error) {
	c.doing = fmt.Sprintf("delete %d API users", len(in.ids))
	users, err := c.account.roster(ctx)
	if err != nil {
		return nil, err
	}
	if !users.whole() {
		if err := c.account.readMissing(ctx, users.byID, in.ids); err != nil {
			return nil, err
		}
	}
	b := &bulk{call: c, found: users.byID, items: make([]itemResult, len(in.ids))}
	c.notDone = "No API user was deleted."
	ch := &change{decided: []any{slices.SortedFunc(slices.Values(in.ids), compareIDs)}, deletes: true, perTarget: true, spare: b.spare, commit: b.commit}
	for i, id := range in.ids {
		u, ok := b.found[id]
		b.items[i] = itemResult{APIUserID: id, Name: clean(u.Name), Outcome: NotAttempted, Message: "It was not attempted."}
		if !ok {
			b.items[i].Outcome, b.items[i].Message = NotFound, "awork knows no API user with this id."
			continue
		}
		ch.targets = append(ch.targets, u)
	}
	b.names = c.account.directory.names(ctx, users)
	ch.question = func(ctx context.Context) string { return c.deleteQuestion(ctx, b.names, ch.targets) }
	return ch, nil
}

// readMissing reads those API users by id that are not in found.
func (a *Account) readMissing(ctx context.Context, found map[uuid.UUID]awork.APIUser, ids []uuid.UUID) error {
	read := make([]*awork.APIUser, len(ids))
	var g errgroup.Group
	g.SetLimit(bulkParallel)
	for i, id := range ids {
		if _, ok := found[id]; ok {
			continue
		}
		g.Go(func() (err error) {
			if read[i], err = a.client.GetAPIUser(ctx, id); awork.Is(err, awork.KindNotFound) {
				return nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, u := range read {
		if u != nil {
			found[u.ID] = *u
		}
	}
	return nil
}

// bulk is one call's work on several API users.
type bulk struct {
	call  *call
	found map[uuid.UUID]awork.APIUser
	names names
	items []itemResult
}

// spare takes an API user out that policy forbids to delete.
func (b *bulk) spare(u awork.APIUser, why error) {
	for i := range b.items {
		if b.items[i].APIUserID == u.ID {
			b.items[i].Outcome, b.items[i].Message = Blocked, why.Error()
		}
	}
}

// commit deletes what is left to delete, several at a time, and stops where the
// call is cancelled, out of time, or the token turns out to lack the permission.
func (b *bulk) commit(ctx context.Context) (reply, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var done atomic.Int64
	var mu sync.Mutex // of reports, so that progress only grows
	var lacking *Result
	var g errgroup.Group
	g.SetLimit(bulkParallel)
	for i := range b.items {
		item := &b.items[i]
		if item.Outcome != NotAttempted {
			done.Add(1)
			continue
		}
		g.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			_, err := b.call.writeUser(ctx, b.names, b.found[item.APIUserID], Deleted, func(ctx context.Context) (*awork.APIUser, error) {
				_, err := b.call.account.client.DeleteAPIUser(ctx, item.APIUserID)
				return nil, err
			})
			result := b.describe(item, err)
			mu.Lock()
			defer mu.Unlock()
			if o := item.Outcome; o == PermissionDenied || o == Unauthenticated {
				lacking = result
				stop()
			}
			b.call.progress(ctx, int(done.Add(1)), len(b.items), fmt.Sprintf("%s: %s", quoted(item.Name), item.Outcome))
			return nil
		})
	}
	_ = g.Wait()
	return b.result(lacking), nil
}

// describe sets what became of one deletion. One that was given up before it was
// sent stays not attempted.
func (b *bulk) describe(item *itemResult, err error) *Result {
	if err == nil {
		item.Outcome, item.Message = Deleted, "It is deleted."
		return nil
	}
	c := *b.call
	c.doing, c.notDone = "delete API user "+quoted(item.Name), "It was not deleted."
	r := c.failure(err).result()
	if awork.NotSent(err) {
		item.Message = "It was not attempted: the call ended before its turn."
		return r
	}
	item.Outcome, item.Message = r.Outcome, r.Message
	return r
}

func (b *bulk) result(lacking *Result) reply {
	r := &bulkResult{Results: b.items, Summary: map[Outcome]int{}}
	for _, item := range b.items {
		r.Summary[item.Outcome]++
	}
	var counts []string
	for _, o := range slices.Sorted(maps.Keys(r.Summary)) {
		counts = append(counts, fmt.Sprintf("%d %s", r.Summary[o], o))
	}
	r.Outcome = Partial
	r.Message = fmt.Sprintf("Of %s, not all are gone by this call: %s. See results for each.", count(len(b.items), "API user"), strings.Join(counts, ", "))
	if r.Summary[Deleted] == len(b.items) {
		r.Outcome, r.Message = Deleted, fmt.Sprintf("Deleted, all of %s. Making one again gives a new id and no keys.", count(len(b.items), "API user"))
	}
	if lacking != nil {
		r.RequiredPermission, r.Error = lacking.RequiredPermission, lacking.Error
		r.Message += " It stopped there: " + strings.TrimSuffix(lacking.Message, " It was not deleted.")
	}
	return r
}
