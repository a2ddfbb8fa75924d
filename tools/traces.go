package tools

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
)

const (
	// traceParallel is how many requests a look for traces makes at once.
	traceParallel = 4
	// requestsSpared is how many requests of awork's limit a look leaves to the
	// integrations of the workspace.
	requestsSpared = 200
	// answerTime is what a look leaves of the call's time for the answer.
	answerTime = time.Second
)

// seenTraces is what was seen of one API user in one area.
type seenTraces struct {
	// created is how many records it created that still exist; 0 with a lastCreatedOn
	// where the number is not known.
	created                      int
	lastCreatedOn, lastUpdatedOn awork.Timestamp
}

// add takes a record into account.
func (s *seenTraces) add(kind awork.TraceKind, on awork.Timestamp) {
	if kind == awork.Created {
		s.created++
		s.lastCreatedOn = newer(s.lastCreatedOn, on)
		return
	}
	s.lastUpdatedOn = newer(s.lastUpdatedOn, on)
}

func newer(a, b awork.Timestamp) awork.Timestamp {
	at, ok := a.Time()
	bt, known := b.Time()
	if !known || ok && !bt.After(at) {
		return a
	}
	return b
}

// areaTraces is what came of looking at one area.
type areaTraces struct {
	name string
	seen map[uuid.UUID]*seenTraces
	// missed says for whom it was not looked at, or not completely, and why.
	missed map[uuid.UUID]string
}

func (a *areaTraces) of(id uuid.UUID) *seenTraces {
	if a.seen[id] == nil {
		a.seen[id] = &seenTraces{}
	}
	return a.seen[id]
}

// traceLook is a look for the traces of some API users. What an area does not show
// for certain counts as not looked at: it is never taken for no trace.
type traceLook struct {
	call  *call.Call
	users directory.UserList
	ids   []uuid.UUID
	slots chan struct{} // of traceParallel

	mu    sync.Mutex
	areas []*areaTraces
	// partial: the token is not known to be an admin's, so awork may hide records.
	partial bool
	// webhooks are those that the API users made, with the last delivery where it
	// could be read.
	webhooks     []madeWebhook
	webhooksRead bool // the list of them
	done, total  int
}

// lookForTraces looks for the last traces of API users among users. It ends before
// the call's time does.
func lookForTraces(ctx context.Context, c *call.Call, users directory.UserList, ids []uuid.UUID) *traceLook {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-answerTime))
		defer cancel()
	}
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	l := &traceLook{call: c, users: users, ids: ids, slots: make(chan struct{}, traceParallel), partial: true}
	var steps []func(context.Context)
	for _, area := range awork.Areas() {
		found := l.addArea(area.Name)
		steps = append(steps, func(ctx context.Context) { l.lookAtArea(ctx, area, found) })
	}
	for _, list := range traceLists() {
		found := l.addArea(list.name)
		steps = append(steps, func(ctx context.Context) { list.look(ctx, l, found) })
	}
	steps = append(steps, l.checkAdmin)
	l.total = len(steps)
	var wg sync.WaitGroup
	for _, step := range steps {
		wg.Go(func() {
			step(ctx)
			l.stepDone(ctx)
		})
	}
	wg.Wait()
	for _, id := range ids {
		if latest := l.latest(id); latest != nil {
			c.Directory.RememberTrace(ctx, id, *latest)
		}
	}
	return l
}

func (l *traceLook) addArea(name string) *areaTraces {
	a := &areaTraces{name: name, seen: map[uuid.UUID]*seenTraces{}, missed: map[uuid.UUID]string{}}
	l.areas = append(l.areas, a)
	return a
}

func (l *traceLook) stepDone(ctx context.Context) {
	l.mu.Lock() // also over the report, so that progress only grows
	defer l.mu.Unlock()
	l.done++
	l.call.Progress(ctx, l.done, l.total, fmt.Sprintf("Looked for traces in %d of %d places.", l.done, l.total))
}

// acquire waits until a request may be sent; why says why none may be.
func (l *traceLook) acquire(ctx context.Context) (why string) {
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return timeIsUp
	}
	if _, left, known := l.call.Awork.RateLimit(); known && left < requestsSpared {
		l.release()
		return fewRequestsLeft
	}
	return ""
}

func (l *traceLook) release() { <-l.slots }

// miss notes that an area was not looked at for some.
func (l *traceLook) miss(a *areaTraces, ids []uuid.UUID, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		a.missed[id] = why
	}
}

// checkAdmin finds out whether awork shows the token everything.
func (l *traceLook) checkAdmin(ctx context.Context) {
	if l.acquire(ctx) != "" {
		return
	}
	defer l.release()
	p, err := l.call.Awork.MyPermissions(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.partial = err != nil || !p.IsAdmin
}

// latest returns the last trace of an API user; nil where none was seen.
func (l *traceLook) latest(id uuid.UUID) *directory.Trace {
	var latest *directory.Trace
	for _, a := range l.areas {
		s := a.seen[id]
		if s == nil {
			continue
		}
		latest = later(latest, directory.Trace{Area: a.name, Kind: awork.Created, On: s.lastCreatedOn})
		latest = later(latest, directory.Trace{Area: a.name, Kind: awork.Updated, On: s.lastUpdatedOn})
	}
	return latest
}

// later returns t where it has a time after that of latest.
func later(latest *directory.Trace, t directory.Trace) *directory.Trace {
	at, ok := t.On.Time()
	if !ok {
		return latest
	}
	if latest != nil {
		if before, _ := latest.On.Time(); !at.After(before) {
			return latest
		}
	}
	return &t
}
