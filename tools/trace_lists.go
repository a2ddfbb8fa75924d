package tools

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// maxDeliveries bounds the webhooks of which the last delivery is read.
const maxDeliveries = 20

// traceList is an area that is read as a list and not filtered.
type traceList struct {
	name string
	look func(context.Context, *traceLook, *areaTraces)
}

func traceLists() []traceList {
	return []traceList{
		{"webhooks", lookAtWebhooks}, {"people", lookAtPeople}, {"API users", lookAtAPIUsers}, {"roles", lookAtRoles},
	}
}

// match notes a record of a list, if it is of one of those who are looked for.
func (l *traceLook) match(found *areaTraces, createdBy, updatedBy uuid.UUID, createdOn, updatedOn awork.Timestamp) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wants(createdBy) {
		found.of(createdBy).add(awork.Created, createdOn)
	}
	if l.wants(updatedBy) {
		found.of(updatedBy).add(awork.Updated, updatedOn)
	}
}

func (l *traceLook) wants(id uuid.UUID) bool {
	_, found := slices.BinarySearchFunc(l.ids, id, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return found && id != uuid.Nil
}

// madeWebhook is a webhook that an API user made, with its last delivery; nil where
// there was none or it could not be read.
type madeWebhook struct {
	awork.Webhook
	last *awork.Delivery
	// unread says why its deliveries were not read; empty where they were.
	unread string
}

// deliveriesRead reports whether the last delivery of every webhook is known.
func (l *traceLook) deliveriesRead() bool { return l.webhooksRead && len(l.deliveriesMissed()) == 0 }

// deliveriesMissed says for whose webhooks the last delivery was not read, and why.
func (l *traceLook) deliveriesMissed() map[uuid.UUID]string {
	missed := map[uuid.UUID]string{}
	for _, w := range l.webhooks {
		if w.unread != "" {
			missed[w.CreatedBy] = w.unread
		}
	}
	return missed
}

func lookAtWebhooks(ctx context.Context, l *traceLook, found *areaTraces) {
	list, why := l.listWebhooks(ctx)
	l.webhooksRead = why == ""
	if why == "" && len(list) == 0 {
		why = nothingThere
	}
	if why != "" {
		l.miss(found, l.ids, why)
		return
	}
	var made []madeWebhook
	for _, w := range list {
		l.match(found, w.CreatedBy, w.UpdatedBy, w.CreatedOn, w.UpdatedOn)
		if l.wants(w.CreatedBy) {
			made = append(made, madeWebhook{Webhook: w, unread: manyWebhooks})
		}
	}
	slices.SortFunc(made, func(a, b madeWebhook) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	var wg sync.WaitGroup
	for i := range made[:min(maxDeliveries, len(made))] {
		wg.Go(func() { l.lastDelivery(ctx, &made[i]) })
	}
	wg.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.webhooks = made
}

func (l *traceLook) listWebhooks(ctx context.Context) ([]awork.Webhook, string) {
	if why := l.acquire(ctx); why != "" {
		return nil, why
	}
	defer l.release()
	list, err := l.call.Awork.ListWebhooks(ctx)
	return list, whyNot(ctx, awork.ReadManageConfig, err)
}

func (l *traceLook) lastDelivery(ctx context.Context, w *madeWebhook) {
	if w.unread = l.acquire(ctx); w.unread != "" {
		return
	}
	defer l.release()
	d, err := l.call.Awork.LastDelivery(ctx, w.ID)
	if w.unread = whyNot(ctx, awork.ReadManageConfig, err); err == nil {
		w.last = d
	}
}

// lookAtPeople looks at who made or changed people. awork lists API users among
// them, which have an area of their own.
func lookAtPeople(ctx context.Context, l *traceLook, found *areaTraces) {
	why := usersIncomplete
	// A list that lacks who is looked for can't tell API users and people apart.
	if l.users.Complete() && !slices.ContainsFunc(l.ids, l.isUnlisted) {
		why = l.acquire(ctx)
	}
	if why == "" {
		defer l.release()
		people, complete, err := l.call.Directory.People(ctx)
		for _, p := range people {
			if _, isAPIUser := l.users.ByID[p.ID]; !isAPIUser {
				l.match(found, p.CreatedBy, p.UpdatedBy, p.CreatedOn, p.UpdatedOn)
			}
		}
		if why = whyNot(ctx, "user-master-data:read", err); why == "" && !complete {
			why = "this token sees a part of them, or there are more than one page of awork's"
		}
	}
	if why != "" {
		l.miss(found, l.ids, why)
	}
}

// lookAtAPIUsers looks at who made or changed API users: that list was read.
func lookAtAPIUsers(_ context.Context, l *traceLook, found *areaTraces) {
	for _, u := range l.users.All {
		l.match(found, u.CreatedBy, u.UpdatedBy, u.CreatedOn, u.UpdatedOn)
	}
	if !l.users.Complete() || slices.ContainsFunc(l.ids, l.isUnlisted) {
		l.miss(found, l.ids, usersIncomplete)
	}
}

func (l *traceLook) isUnlisted(id uuid.UUID) bool {
	_, listed := l.users.ByID[id]
	return !listed
}

func lookAtRoles(ctx context.Context, l *traceLook, found *areaTraces) {
	why := l.acquire(ctx)
	if why == "" {
		defer l.release()
		roles, err := l.call.Awork.ListRoles(ctx)
		for _, r := range roles {
			l.match(found, r.CreatedBy, r.UpdatedBy, r.CreatedOn, r.UpdatedOn)
		}
		if why = whyNot(ctx, awork.ReadManageConfig, err); why == "" && len(roles) == 0 {
			why = nothingThere
		}
	}
	if why != "" {
		l.miss(found, l.ids, why)
	}
}
