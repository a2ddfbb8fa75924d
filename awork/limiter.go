package awork

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// awork's documented limits for most plans; its headers correct them at once.
// See https://developers.awork.com/rate-limits.
const (
	burst            = 50
	defaultPerSecond = 50
	defaultPerMinute = 1000
)

// limiter holds the requests of one token within awork's limits. The limits are
// shared by every client of the workspace, so awork's headers have the last word:
// they set the rates, at once for what waits already too, and a remaining count of
// 0 stops everything until the reset they name. Requests of writes go first.
type limiter struct {
	mu             sync.Mutex
	second, minute *rate.Limiter
	resumes        time.Time
	// limit and left are what awork last reported of the minute; 0 and 0 before.
	limit, left int
	// first and others are those that wait, the next one in front.
	first, others []*waiter
	timer         *time.Timer // calls dispatch when the next one may go
}

// waiter is a request that waits for its turn.
type waiter struct {
	// latest is when it gives up.
	latest time.Time
	// turn receives 0 when it may be sent, and how long that would take where that
	// is after latest.
	turn chan time.Duration
}

func newLimiter() *limiter {
	return &limiter{
		second: rate.NewLimiter(defaultPerSecond, burst),
		minute: rate.NewLimiter(defaultPerMinute/60.0, burst),
	}
}

// wait waits until a request may be sent, before those that are not first where it
// is, and returns how long that took. Where it would take longer than budget or
// than ctx has time, it returns as soon as that is known, with how long it would
// take in tooLong.
func (l *limiter) wait(ctx context.Context, budget time.Duration, first bool) (
	waited, tooLong time.Duration, err error) {
	if ctx.Err() != nil {
		return 0, 0, ctx.Err()
	}
	start := time.Now()
	w := l.enqueue(ctx, start, budget, first)
	if w == nil {
		return 0, 0, nil
	}
	select {
	case tooLong = <-w.turn:
		return time.Since(start), tooLong, ctx.Err()
	case <-ctx.Done():
		l.leave(w)
		return time.Since(start), 0, ctx.Err()
	}
}

// enqueue returns nil where nothing has to be waited for.
func (l *limiter) enqueue(ctx context.Context, now time.Time, budget time.Duration, first bool) *waiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.first)+len(l.others) == 0 && l.delay(now, 1) <= 0 {
		l.take(now)
		return nil
	}
	w := &waiter{latest: now.Add(budget), turn: make(chan time.Duration, 1)}
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(w.latest) {
		w.latest = deadline
	}
	if first {
		l.first = append(l.first, w)
	} else {
		l.others = append(l.others, w)
	}
	l.dispatch(now)
	return w
}

func (l *limiter) leave(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.first = remove(l.first, w)
	l.others = remove(l.others, w)
}

func remove(all []*waiter, w *waiter) []*waiter {
	if i := slices.Index(all, w); i >= 0 {
		return slices.Delete(all, i, i+1)
	}
	return all
}

// dispatch lets those go that may, turns those away who would wait too long, and
// comes back when the next one may go.
func (l *limiter) dispatch(now time.Time) {
	ahead := 0
	l.first = l.serve(l.first, now, &ahead)
	l.others = l.serve(l.others, now, &ahead)
	switch next := l.delay(now, 1); {
	case ahead == 0 && l.timer != nil:
		l.timer.Stop()
	case ahead > 0 && l.timer == nil:
		l.timer = time.AfterFunc(next, l.wake)
	case ahead > 0:
		l.timer.Reset(next)
	}
}

// serve returns those of a queue that still wait, and adds their number to ahead.
func (l *limiter) serve(queue []*waiter, now time.Time, ahead *int) []*waiter {
	waiting := queue[:0]
	for _, w := range queue {
		delay := l.delay(now, *ahead+1)
		switch {
		case delay <= 0:
			l.take(now)
			w.turn <- 0
		case now.Add(delay).After(w.latest):
			w.turn <- delay
		default:
			*ahead++
			waiting = append(waiting, w)
		}
	}
	clear(queue[len(waiting):])
	return waiting
}

func (l *limiter) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dispatch(time.Now())
}

// delay is how long the n-th request from now on has to wait.
func (l *limiter) delay(now time.Time, n int) time.Duration {
	return max(l.resumes.Sub(now), delay(l.second, now, n), delay(l.minute, now, n))
}

func delay(l *rate.Limiter, now time.Time, n int) time.Duration {
	missing := float64(n) - l.TokensAt(now)
	if missing < 1e-6 { // what rounding leaves
		return 0
	}
	return time.Duration(missing / float64(l.Limit()) * float64(time.Second))
}

func (l *limiter) take(now time.Time) {
	// Reserved, since rounding may leave a little less than one.
	l.second.ReserveN(now, 1)
	l.minute.ReserveN(now, 1)
}

// learn takes over what the headers of an answer say of the limits.
func (l *limiter) learn(h http.Header) {
	reset, hasReset := headerSeconds(h, "Ratelimit-Reset")
	perSecond, hasSecond := headerNumber(h, "X-Ratelimit-Limit-Second")
	perMinute, hasMinute := headerNumber(h, "X-Ratelimit-Limit-Minute")
	if general, ok := headerNumber(h, "Ratelimit-Limit"); ok && !hasSecond && !hasMinute {
		if hasReset && reset > time.Second {
			perMinute, hasMinute = general, true
		} else {
			perSecond, hasSecond = general, true
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	changed := false
	if hasSecond {
		changed = adjust(l.second, now, rate.Limit(perSecond), perSecond)
	}
	if hasMinute {
		size := min(perMinute, max(burst, perMinute/20))
		changed = adjust(l.minute, now, rate.Limit(float64(perMinute)/60), size) || changed
	}
	if left, ok := headerNumber(h, "X-Ratelimit-Remaining-Minute"); ok && hasMinute {
		l.limit, l.left = perMinute, left
	}
	if hasReset && nothingRemains(h) && now.Add(reset).After(l.resumes) {
		l.resumes, changed = now.Add(reset), true
	}
	if changed {
		l.dispatch(now)
	}
}

// adjust sets a limiter, but never to nothing: a limit of 0 would wait for ever on
// what may be a header in error. It reports whether that is a change.
func adjust(l *rate.Limiter, now time.Time, limit rate.Limit, burst int) bool {
	if limit <= 0 || limit == l.Limit() && burst == l.Burst() {
		return false
	}
	l.SetLimitAt(now, limit)
	l.SetBurstAt(now, max(1, burst))
	return true
}

// lastMinute returns what awork last reported of the minute: its limit and how
// many requests were left.
func (l *limiter) lastMinute() (limit, left int, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.limit, l.left, l.limit > 0
}
