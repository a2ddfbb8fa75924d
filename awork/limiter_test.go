package awork

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func headers(kv ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(kv); i += 2 {
		h.Set(kv[i], kv[i+1])
	}
	return h
}

// pause has awork say that nothing remains for d.
func pause(l *limiter, d time.Duration) {
	l.learn(headers("ratelimit-remaining", "0", "ratelimit-reset", strconv.Itoa(int(d/time.Second))))
}

// timeFor is how long n requests wait for their turn, one after the other.
func timeFor(t *testing.T, l *limiter, n int) time.Duration {
	t.Helper()
	start := time.Now()
	for range n {
		if _, tooLong, err := l.wait(t.Context(), time.Hour, false); err != nil || tooLong != 0 {
			t.Fatal(tooLong, err)
		}
	}
	return time.Since(start)
}

// TestLimits: so many requests go at once, and so many more take so long, after
// awork's headers have reported this.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		learn   []http.Header
		atOnce  int
		more    int
		seconds float64
	}{
		"awork's documented limits":      {nil, 50, 100, 6},
		"a lower limit per second":       {[]http.Header{headers("x-ratelimit-limit-second", "2")}, 2, 10, 5},
		"a lower limit per minute":       {[]http.Header{headers("x-ratelimit-limit-minute", "60")}, 50, 5, 5},
		"a very low limit per minute":    {[]http.Header{headers("x-ratelimit-limit-minute", "6")}, 6, 2, 20},
		"a higher limit per minute":      {[]http.Header{headers("x-ratelimit-limit-minute", "3000")}, 50, 100, 2},
		"the sandbox without limits":     {[]http.Header{headers("x-ratelimit-limit-second", "1000000", "x-ratelimit-limit-minute", "60000000")}, 50, 1000, 0.001},
		"down and up again":              {[]http.Header{headers("x-ratelimit-limit-second", "1"), headers("x-ratelimit-limit-second", "50")}, 1, 50, 1},
		"general alone, no reset":        {[]http.Header{headers("ratelimit-limit", "5")}, 5, 10, 2},
		"general alone, reset in second": {[]http.Header{headers("ratelimit-limit", "5", "ratelimit-reset", "1")}, 5, 10, 2},
		"general alone, reset in minute": {[]http.Header{headers("ratelimit-limit", "30", "ratelimit-reset", "44")}, 30, 10, 20},
		"the exact ones outrank it":      {[]http.Header{headers("ratelimit-limit", "5", "x-ratelimit-limit-second", "2")}, 2, 10, 5},
		"zero is no limit":               {[]http.Header{headers("x-ratelimit-limit-second", "0", "x-ratelimit-limit-minute", "0")}, 50, 100, 6},
		"nonsense is none":               {[]http.Header{headers("x-ratelimit-limit-second", "-3", "x-ratelimit-limit-minute", "1e9", "ratelimit-limit", "99999999999999999999")}, 50, 100, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter()
				for _, h := range tc.learn {
					l.learn(h)
				}
				if d := timeFor(t, l, tc.atOnce); d != 0 {
					t.Errorf("the first %d took %v", tc.atOnce, d)
				}
				got, want := timeFor(t, l, tc.more).Seconds(), tc.seconds
				if got < want*0.98 || got > want*1.02 {
					t.Errorf("%d more took %.3f s, want %.3f", tc.more, got, want)
				}
			})
		})
	}
}

// TestSteering: limits that awork's headers change count at once, for what
// comes after a busy time too.
func TestSteering(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter()
		timeFor(t, l, 50)
		l.learn(headers("x-ratelimit-limit-second", "500", "x-ratelimit-limit-minute", "30000"))
		if d := timeFor(t, l, 500); d > 1100*time.Millisecond {
			t.Errorf("up: 500 took %v", d)
		}
		time.Sleep(time.Minute)
		l.learn(headers("x-ratelimit-limit-second", "1"))
		if d := timeFor(t, l, 4); d != 3*time.Second {
			t.Errorf("down: 4 took %v", d)
		}
	})
}

func TestRemainingZeroWaitsForReset(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ratelimit-remaining", "x-ratelimit-remaining-second", "x-ratelimit-remaining-minute"} {
		synctest.Test(t, func(t *testing.T) {
			l := newLimiter()
			l.learn(headers(name, "1", "ratelimit-reset", "9"))
			if d := timeFor(t, l, 1); d != 0 {
				t.Errorf("%s 1: waited %v", name, d)
			}
			l.learn(headers(name, "0"))
			if d := timeFor(t, l, 1); d != 0 {
				t.Errorf("%s 0 without a reset: waited %v", name, d)
			}
			l.learn(headers(name, "0", "ratelimit-reset", "3"))
			l.learn(headers(name, "0", "ratelimit-reset", "1")) // must not shorten it
			if d := timeFor(t, l, 1); d != 3*time.Second {
				t.Errorf("%s 0: waited %v", name, d)
			}
		})
	}
}

// TestWaitGivesUp: a wait that would take longer than there is time does not
// begin, and takes no request from those who come later.
func TestWaitGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter()
		start := time.Now()
		pause(l, 20*time.Second)
		if _, tooLong, err := l.wait(t.Context(), 10*time.Second, false); tooLong != 20*time.Second || err != nil {
			t.Errorf("budget: got %v, %v", tooLong, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 19*time.Second)
		defer cancel()
		if _, tooLong, err := l.wait(ctx, time.Hour, false); tooLong != 20*time.Second || err != nil {
			t.Errorf("deadline: got %v, %v", tooLong, err)
		}
		if time.Since(start) != 0 {
			t.Errorf("waited %v", time.Since(start))
		}
		l = newLimiter()
		l.learn(headers("x-ratelimit-limit-second", "1"))
		timeFor(t, l, 1)
		for range 100 {
			if _, tooLong, _ := l.wait(t.Context(), 500*time.Millisecond, false); tooLong != time.Second {
				t.Fatalf("a refused one counts: %v", tooLong)
			}
		}
		ended, end := context.WithCancel(t.Context())
		end()
		if _, _, err := l.wait(ended, time.Hour, false); err == nil {
			t.Error("no error after a cancel")
		}
		if d := timeFor(t, l, 1); d != time.Second {
			t.Errorf("the next waited %v", d)
		}
		l = newLimiter()
		if _, _, err := l.wait(ended, time.Hour, false); err == nil {
			t.Error("no error after a cancel")
		}
		if d := timeFor(t, l, burst); d != 0 {
			t.Errorf("a cancelled one counts: %v", d)
		}
	})
}

// TestPauseLearnedWhileWaiting: who waits already waits for a new pause too.
func TestPauseLearnedWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter()
		pause(l, 2*time.Second)
		time.AfterFunc(time.Second, func() { pause(l, 4*time.Second) })
		if d := timeFor(t, l, 1); d != 5*time.Second {
			t.Errorf("waited %v, want 5s", d)
		}
		pause(l, 2*time.Second)
		time.AfterFunc(time.Second, func() { pause(l, 10*time.Second) })
		waited, tooLong, err := l.wait(t.Context(), 5*time.Second, false)
		if waited != time.Second || tooLong != 10*time.Second || err != nil {
			t.Errorf("got %v, %v, %v", waited, tooLong, err)
		}
	})
}

// TestWithinTheWorkspacesLimit: a hundred reads at once never meet a 429,
// though the sandbox takes but 20 a second, once the client has heard so.
func TestWithinTheWorkspacesLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		backend := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{PerSecond: 20, PerMinute: 100_000}})
		c := clientWith(t, backend.RoundTripper(), sandbox.AdminToken)
		if _, err := c.Me(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // of the fake clock: what Me took of the first second is past
		failed := make(chan error, 100)
		for range cap(failed) {
			go func() {
				_, err := c.GetAPIUser(t.Context(), zapierID)
				failed <- err
			}()
		}
		for range cap(failed) {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		for _, r := range backend.Requests() {
			if r.Status != http.StatusOK {
				t.Errorf("answered %d", r.Status)
			}
		}
	})
}
