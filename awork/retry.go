package awork

import (
	"context"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	maxTries = 3
	// maxWait bounds what one operation waits in all because awork asked it to.
	maxWait = 10 * time.Second
)

// retry counts the attempts of one operation and holds the one rule on which
// of them are sent again.
type retry struct {
	tries  int
	waited time.Duration
	pause  backoff.BackOff
}

func newRetry() *retry {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.Multiplier, b.MaxInterval = 100*time.Millisecond, 3, time.Second
	return &retry{pause: b}
}

// next decides whether an attempt that failed with err is sent again, and
// after which wait. noEffect says that the attempt was a write and that its
// effect was looked for and not found.
func (r *retry) next(err *Error, noEffect bool) (wait time.Duration, again bool) {
	r.tries++
	switch {
	case r.tries == maxTries:
		return 0, false
	case err.Kind == KindRateLimited: // surely refused
	case err.lost && !err.open: // no connection ever carried it
	case err.Method == http.MethodGet && err.Kind == KindUnavailable:
	case noEffect:
	default:
		return 0, false
	}
	wait = r.pause.NextBackOff() + err.RetryAfter
	r.waited += err.RetryAfter
	return wait, r.waited <= maxWait
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
