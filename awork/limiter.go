package awork

import (
	"context"
	"math"
	"net/http"
	"strconv"
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
// shared by every client of the workspace, so awork's headers have the last
// word: they set the rates, and a remaining count of 0 stops everything until
// the reset they name.
type limiter struct {
	second, minute *rate.Limiter

	mu      sync.Mutex
	resumes time.Time
	// limit and left are what awork last reported of the minute; 0 and 0 before.
	limit, left int
}

func newLimiter() *limiter {
	return &limiter{
		second: rate.NewLimiter(defaultPerSecond, burst),
		minute: rate.NewLimiter(defaultPerMinute/60.0, burst),
	}
}

// wait waits until a request may be sent, and says how long that took. Where it
// would take longer than budget or than ctx has time, it returns at once with
// how long it would take in tooLong.
func (l *limiter) wait(ctx context.Context, budget time.Duration) (waited, tooLong time.Duration, err error) {
	start := time.Now()
	if ctx.Err() != nil {
		return 0, 0, ctx.Err()
	}
	second, minute := l.second.ReserveN(start, 1), l.minute.ReserveN(start, 1)
	delay := max(second.DelayFrom(start), minute.DelayFrom(start), l.pausedFor(start))
	for delay > 0 {
		now := time.Now()
		if deadline, ok := ctx.Deadline(); now.Sub(start)+delay > budget || ok && now.Add(delay).After(deadline) {
			second.Cancel()
			minute.Cancel()
			return now.Sub(start), delay, nil
		}
		if err := sleep(ctx, delay); err != nil {
			second.Cancel()
			minute.Cancel()
			return time.Since(start), 0, err
		}
		// Another request may have learnt of a pause meanwhile.
		delay = l.pausedFor(time.Now())
	}
	return time.Since(start), 0, ctx.Err()
}

func (l *limiter) pausedFor(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, l.resumes.Sub(now))
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
	if hasSecond {
		adjust(l.second, rate.Limit(perSecond), perSecond)
	}
	if hasMinute {
		adjust(l.minute, rate.Limit(float64(perMinute)/60), min(perMinute, max(burst, perMinute/20)))
	}
	if left, ok := headerNumber(h, "X-Ratelimit-Remaining-Minute"); ok && hasMinute {
		l.mu.Lock()
		l.limit, l.left = perMinute, left
		l.mu.Unlock()
	}
	for _, name := range []string{"Ratelimit-Remaining", "X-Ratelimit-Remaining-Second", "X-Ratelimit-Remaining-Minute"} {
		if left, ok := headerNumber(h, name); ok && left == 0 && hasReset {
			l.pause(reset)
			return
		}
	}
}

func (l *limiter) pause(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := time.Now().Add(d); until.After(l.resumes) {
		l.resumes = until
	}
}

// adjust sets a limiter, but never to nothing: a limit of 0 would wait for ever
// on what may be a header in error.
func adjust(l *rate.Limiter, limit rate.Limit, burst int) {
	if limit <= 0 || limit == l.Limit() && burst == l.Burst() {
		return
	}
	l.SetLimit(limit)
	l.SetBurst(max(1, burst))
}

// headerNumber reads a header that holds an integer of 0 or more, and no
// more than can be counted in seconds.
func headerNumber(h http.Header, name string) (int, bool) {
	n, err := strconv.Atoi(h.Get(name))
	return n, err == nil && n >= 0 && n <= math.MaxInt32
}

// longestPause bounds what a header may ask to wait: one that asks for more is
// not in seconds, or a clock is wrong.
const longestPause = time.Hour

// headerSeconds reads a header that holds a number of seconds, cut at
// longestPause.
func headerSeconds(h http.Header, name string) (time.Duration, bool) {
	n, ok := headerNumber(h, name)
	return min(time.Duration(n)*time.Second, longestPause), ok
}

// retryAfter is how long the headers of an answer ask to wait: awork's
// ratelimit-reset, in seconds, else Retry-After, in seconds or as a date; cut at
// longestPause.
func retryAfter(h http.Header) (time.Duration, bool) {
	for _, name := range []string{"Ratelimit-Reset", "Retry-After"} {
		if d, ok := headerSeconds(h, name); ok {
			return d, true
		}
	}
	if at, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		return min(max(0, time.Until(at)), longestPause), true
	}
	return 0, false
}

// lastMinute returns what awork last reported of the minute: its limit and how many
// requests were left.
func (l *limiter) lastMinute() (limit, left int, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.limit, l.left, l.limit > 0
}

// sleep waits for d or until ctx ends, and returns ctx's error then. Where ctx
// would end before, it does not wait at all.
func sleep(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return context.DeadlineExceeded
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
