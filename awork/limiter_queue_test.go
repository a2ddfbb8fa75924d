package awork

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// TestRaisedLimitCountsAtOnce: what waits goes on at once when awork's headers
// raise a limit, and later when they lower one.
func TestRaisedLimitCountsAtOnce(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		before, after http.Header
		from, to      time.Duration
	}{
		"per second, up":   {headers("x-ratelimit-limit-second", "1"), headers("x-ratelimit-limit-second", "1000"), time.Second, 1100 * time.Millisecond},
		"per minute, up":   {headers("x-ratelimit-limit-minute", "6"), headers("x-ratelimit-limit-minute", "60000"), time.Second, 1100 * time.Millisecond},
		"per second, down": {headers("x-ratelimit-limit-second", "20"), headers("x-ratelimit-limit-second", "2"), 9 * time.Second, 11 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter()
				l.learn(tc.before)
				timeFor(t, l, l.minute.Burst()*l.second.Burst()/max(l.minute.Burst(), l.second.Burst()))
				time.AfterFunc(time.Second, func() { l.learn(tc.after) })
				start := time.Now()
				var all sync.WaitGroup
				for range 40 {
					all.Go(func() {
						if _, tooLong, err := l.wait(t.Context(), time.Hour, false); tooLong != 0 || err != nil {
							t.Error(tooLong, err)
						}
					})
				}
				all.Wait()
				if took := time.Since(start); took < tc.from || took > tc.to {
					t.Errorf("40 took %v", took)
				}
			})
		})
	}
}

// TestWritesGoFirst: a write that comes after many reads has its turn next, and one
// that has no time is turned away without taking one.
func TestWritesGoFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter()
		l.learn(headers("x-ratelimit-limit-second", "10"))
		timeFor(t, l, 10)
		turns := make(chan bool, 100)
		wait := func(first bool) {
			if _, tooLong, err := l.wait(t.Context(), time.Minute, first); tooLong != 0 || err != nil {
				t.Error(tooLong, err)
			}
			turns <- first
		}
		for range 60 {
			go wait(false)
		}
		synctest.Wait()
		if _, tooLong, _ := l.wait(t.Context(), 50*time.Millisecond, true); tooLong != 100*time.Millisecond {
			t.Errorf("the first would wait %v", tooLong)
		}
		if _, tooLong, _ := l.wait(t.Context(), time.Second, false); tooLong != 6100*time.Millisecond {
			t.Errorf("another read would wait %v", tooLong)
		}
		time.Sleep(550 * time.Millisecond)
		for range 5 {
			go wait(true)
		}
		var order []bool
		for range 65 {
			order = append(order, <-turns)
		}
		if slices.Contains(order[:5], true) || slices.Contains(order[5:10], false) || slices.Contains(order[10:], true) {
			t.Errorf("the order of turns: %v", order)
		}
	})
}

// TestReadsDoNotHoldUpAWrite: sixty reads of one caller, and the delete of another,
// its reads included.
func TestReadsDoNotHoldUpAWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		backend := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{PerSecond: 10, PerMinute: 100_000}})
		c := clientWith(t, backend.RoundTripper(), sandbox.AdminToken)
		if _, err := c.Me(t.Context()); err != nil {
			t.Fatal(err)
		}
		var reads sync.WaitGroup
		for range 60 {
			reads.Go(func() {
				if _, err := c.GetAPIUser(t.Context(), zapierID); err != nil && !Is(err, KindNotFound) {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		start := time.Now() // each of its two requests waits for the next second at most
		other := uuid.MustParse(sandbox.DatevExportID)
		if _, err := c.Prioritized().GetAPIUser(t.Context(), other); err != nil {
			t.Error(err)
		}
		if _, err := c.DeleteAPIUser(t.Context(), other); err != nil || time.Since(start) > 2*time.Second {
			t.Errorf("deleted after %v: %v", time.Since(start), err)
		}
		reads.Wait()
	})
}

// TestWaitBudget: what awork asks to wait is waited for, 10 seconds at most in
// all, wherever it was asked for.
func TestWaitBudget(t *testing.T) {
	t.Parallel()
	limited := func(reset string) reply {
		return with(with(reply{status: 429}, "Ratelimit-Reset", reset), "Ratelimit-Remaining", "0")
	}
	for name, tc := range map[string]struct {
		replies []reply
		ok      bool
		from    time.Duration
		to      time.Duration
		after   int // seconds that the error names
	}{
		"twice 4":            {[]reply{limited("4"), limited("4"), recordReply(zapierID)}, true, 8 * time.Second, 9 * time.Second, 0},
		"10":                 {[]reply{limited("10"), recordReply(zapierID)}, true, 10 * time.Second, 11 * time.Second, 0},
		"11":                 {[]reply{limited("11"), recordReply(zapierID)}, false, 0, 0, 11},
		"6, then 5":          {[]reply{limited("6"), limited("5"), recordReply(zapierID)}, false, 6 * time.Second, 7 * time.Second, 5},
		"0":                  {[]reply{limited("0"), recordReply(zapierID)}, true, 0, time.Second, 0},
		"503 asks for 3":     {[]reply{with(reply{status: 503}, "Retry-After", "3"), recordReply(zapierID)}, true, 3 * time.Second, 4 * time.Second, 0},
		"6, then 503 with 5": {[]reply{limited("6"), with(reply{status: 503}, "Retry-After", "5"), recordReply(zapierID)}, false, 6 * time.Second, 7 * time.Second, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string][]reply{"GET " + apiUserPath(zapierID): tc.replies}}
				start := time.Now()
				_, err := clientWith(t, s, "canary-token").GetAPIUser(t.Context(), zapierID)
				if took := time.Since(start); (err == nil) != tc.ok || took < tc.from || took > tc.to {
					t.Fatalf("got %v after %v", err, took)
				}
				var e *Error
				if errors.As(err, &e); !tc.ok && !waits(tc.after)(e) {
					t.Errorf("got %+v", e)
				}
			})
		})
	}
}
