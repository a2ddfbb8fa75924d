package tools

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// lookAtArea looks at an area that awork filters, once its control has shown that
// the filter works there.
func (l *traceLook) lookAtArea(ctx context.Context, area awork.Area, found *areaTraces) {
	empty, why := l.checkFilter(ctx, area)
	if empty {
		why = nothingThere
	}
	if why != "" {
		l.miss(found, l.ids, why)
		return
	}
	var wg sync.WaitGroup
	for group := range slices.Chunk(l.ids, awork.MaxTraceIDs) {
		for _, kind := range []awork.TraceKind{awork.Created, awork.Updated} {
			wg.Go(func() { l.sift(ctx, area, kind, group, found) })
		}
	}
	wg.Wait()
}

func (l *traceLook) checkFilter(ctx context.Context, area awork.Area) (empty bool, why string) {
	if why := l.acquire(ctx); why != "" {
		return false, why
	}
	defer l.release()
	empty, err := l.call.Awork.CheckFilter(ctx, area)
	return empty, whyNot(ctx, area.Needs, err)
}

// sift finds the newest record of each of a group. It asks for the newest of all,
// takes out whose that is, and asks for those who are left until there is none: a
// group without a record costs one request. How many records one has is by how much
// the total falls.
func (l *traceLook) sift(
	ctx context.Context, area awork.Area, kind awork.TraceKind, group []uuid.UUID, found *areaTraces,
) {
	left := slices.Clone(group)
	var last uuid.UUID
	before := 0
	for len(left) > 0 {
		trace, why := l.newest(ctx, area, kind, left)
		if why != "" {
			l.miss(found, left, why)
			return
		}
		l.count(found, kind, last, before-trace.Total)
		if trace.Total == 0 {
			return
		}
		l.note(found, kind, trace)
		last, before = trace.By, trace.Total
		left = slices.DeleteFunc(left, func(id uuid.UUID) bool { return id == last })
	}
	l.count(found, kind, last, before)
}

func (l *traceLook) newest(
	ctx context.Context, area awork.Area, kind awork.TraceKind, ids []uuid.UUID,
) (latest awork.Trace, why string) {
	if why := l.acquire(ctx); why != "" {
		return awork.Trace{}, why
	}
	defer l.release()
	trace, err := l.call.Awork.LatestTrace(ctx, area, kind, ids...)
	return trace, whyNot(ctx, area.Needs, err)
}

func (l *traceLook) note(found *areaTraces, kind awork.TraceKind, t awork.Trace) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := found.of(t.By)
	if kind == awork.Created {
		s.lastCreatedOn = t.On
	} else {
		s.lastUpdatedOn = t.On
	}
}

func (l *traceLook) count(found *areaTraces, kind awork.TraceKind, id uuid.UUID, n int) {
	if kind != awork.Created || id == uuid.Nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	found.of(id).created = max(0, n)
}

// Why an area was not looked at.
const (
	timeIsUp        = "the time of the call was up"
	fewRequestsLeft = "few requests are left of awork's limit, which the workspace's integrations need"
	nothingThere    = "awork shows no record there"
	filterIgnored   = "awork does not filter and order there as asked"
	noControl       = "no record there can show that awork's filter works"
	filterRefused   = "awork refuses the filter there"
	notAllowed      = "this token may not look there"
	notAnswered     = "awork did not answer as it should"
	sentInPart      = "awork sent a part of them"
	usersIncomplete = "the list of API users is not complete"
	manyWebhooks    = "there are many webhooks"
)

// whyNot says why nothing is known after a failed request; empty where it did not
// fail. needs is the permission that looking takes.
func whyNot(ctx context.Context, needs string, err error) string {
	switch {
	case err == nil:
		return ""
	case ctx.Err() != nil:
		return timeIsUp
	case errors.Is(err, awork.ErrFilterIgnored), errors.Is(err, awork.ErrOrderIgnored):
		return filterIgnored
	case errors.Is(err, awork.ErrIncomplete):
		return sentInPart
	case errors.Is(err, awork.ErrNoControl):
		return noControl
	case awork.Is(err, awork.KindInvalid):
		return filterRefused
	case awork.Is(err, awork.KindPermissionDenied) && needs != "":
		return notAllowed + ": it lacks " + needs
	case awork.Is(err, awork.KindPermissionDenied):
		return notAllowed
	case awork.Is(err, awork.KindRateLimited):
		return fewRequestsLeft
	}
	return notAnswered
}
