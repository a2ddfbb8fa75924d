package awork

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"
)

// longestPause bounds what a header may ask to wait: one that asks for more is not
// in seconds, or a clock is wrong.
const longestPause = time.Hour

// headerNumber reads a header that holds an integer of 0 or more, and no more than
// can be counted in seconds.
func headerNumber(h http.Header, name string) (int, bool) {
	n, err := strconv.Atoi(h.Get(name))
	return n, err == nil && n >= 0 && n <= math.MaxInt32
}

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

// nothingRemains reports whether headers say that a limit is used up.
func nothingRemains(h http.Header) bool {
	for _, name := range []string{"Ratelimit-Remaining", "X-Ratelimit-Remaining-Second", "X-Ratelimit-Remaining-Minute"} {
		if left, ok := headerNumber(h, name); ok && left == 0 {
			return true
		}
	}
	return false
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
