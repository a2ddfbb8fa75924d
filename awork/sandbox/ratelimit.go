package sandbox

import (
	"cmp"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// RateLimit is how many requests the workspace takes, whoever sends them. A
// zero number means awork's own: 50 a second, 1,000 a minute
// (https://developers.awork.com/rate-limits). Windows are fixed: they turn with
// the clock's second and minute. A refused request is not counted, nor is one
// with a bad token or one that a fault answers.
type RateLimit struct {
	PerSecond, PerMinute int
	// Off refuses nothing. The headers then speak of limits so high that a
	// client steered by them never waits.
	Off bool
}

// window counts the requests of the current second or minute.
type window struct {
	span  int64 // seconds
	limit int
	start int64 // Unix seconds
	used  int
}

func (w *window) turn(unix int64) {
	if start := unix - unix%w.span; start != w.start {
		w.start, w.used = start, 0
	}
}

func (w *window) left() int { return w.limit - w.used }

type limiter struct {
	off    bool
	mu     sync.Mutex
	second window
	minute window
}

func newLimiter(r RateLimit) *limiter {
	if r.Off {
		r.PerSecond, r.PerMinute = 1_000_000, 60_000_000
	}
	return &limiter{
		off:    r.Off,
		second: window{span: 1, limit: cmp.Or(r.PerSecond, 50)},
		minute: window{span: 60, limit: cmp.Or(r.PerMinute, 1000)},
	}
}

// take counts one request, or reports that it is one too many.
func (l *limiter) take(now time.Time) bool {
	if l.off {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn(now)
	if l.second.left() <= 0 || l.minute.left() <= 0 {
		return false
	}
	l.second.used++
	l.minute.used++
	return true
}

func (l *limiter) turn(now time.Time) {
	l.second.turn(now.Unix())
	l.minute.turn(now.Unix())
}

// describe sets awork's seven headers. The three without a prefix speak of the
// window that has the least left.
func (l *limiter) describe(h http.Header, now time.Time) {
	l.mu.Lock()
	l.turn(now)
	second, minute := l.second, l.minute
	l.mu.Unlock()
	least := second
	if minute.left() < second.left() {
		least = minute
	}
	for name, n := range map[string]int{
		"Ratelimit-Limit":              least.limit,
		"Ratelimit-Remaining":          least.left(),
		"Ratelimit-Reset":              int(least.start + least.span - now.Unix()),
		"X-Ratelimit-Limit-Second":     second.limit,
		"X-Ratelimit-Remaining-Second": second.left(),
		"X-Ratelimit-Limit-Minute":     minute.limit,
		"X-Ratelimit-Remaining-Minute": minute.left(),
	} {
		h.Set(name, strconv.Itoa(n))
	}
}
