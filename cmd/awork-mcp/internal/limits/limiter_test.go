package limits

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// soon bounds waits for what is about to happen; no test waits for it.
const soon = 20 * time.Second

func TestLimiter(t *testing.T) {
	t.Parallel()
	l := New(Shares{Total: 4, PerCaller: 2})
	acquire := func(caller string, n int64, want error) {
		t.Helper()
		if err := l.Acquire(t.Context(), caller, n); !errors.Is(err, want) {
			t.Errorf("%q, %d: %v", caller, n, err)
		}
	}
	acquire("a", 2, nil)
	acquire("a", 1, ErrCallerBusy)
	acquire("b", 1, nil)
	acquire("", 1, nil)
	acquire("c", 1, ErrBusy)
	acquire("", 1, ErrBusy)
	l.Release("a", 1)
	acquire("b", 2, ErrCallerBusy)
	acquire("", 2, ErrBusy)
	acquire("a", 1, nil)
	l.Release("a", 2)
	acquire("", 2, nil) // the nameless have no share
	l.Release("", 3)
	l.Release("b", 1)
	if n := l.InUse(); n != 0 || len(l.callers) != 0 || l.waiting.Len() != 0 {
		t.Errorf("%d in use, %d callers, %d waiting", n, len(l.callers), l.waiting.Len())
	}
}

// What waits for its caller's share keeps nobody else waiting; what waits for all
// is served in its order.
func TestLimiterQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := New(Shares{Total: 3, PerCaller: 2, MaxWaiting: 1, QueueTimeout: soon})
		done := make(chan string, 3)
		later := func(caller string, n int64) {
			t.Helper()
			waiting := l.Waiting(caller)
			go func() {
				if err := l.Acquire(t.Context(), caller, n); err != nil {
					t.Errorf("%s: %v", caller, err)
				}
				done <- caller
			}()
			synctest.Wait()
			if l.Waiting(caller) != waiting+1 {
				t.Fatalf("%s does not wait", caller)
			}
		}
		now := func(caller string, n int64) {
			t.Helper()
			if err := l.Acquire(t.Context(), caller, n); err != nil {
				t.Errorf("%s: %v", caller, err)
			}
		}
		now("a", 2)
		later("a", 1)
		if err := l.Acquire(t.Context(), "a", 1); !errors.Is(err, ErrCallerBusy) {
			t.Errorf("beyond the queue: %v", err)
		}
		now("b", 1)
		later("b", 1)
		later("c", 1)
		l.Release("a", 1) // for a, which waited longest
		if got := <-done; got != "a" {
			t.Errorf("%s was first", got)
		}
		l.Release("a", 1)
		if got := <-done; got != "b" {
			t.Errorf("%s was second", got)
		}
		l.Release("b", 1)
		if got := <-done; got != "c" {
			t.Errorf("%s was third", got)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := l.Acquire(gone, "d", 1); !errors.Is(err, ErrBusy) {
			t.Errorf("a caller that is gone: %v", err)
		}
	})
}

// A large acquisition that gives up lets those behind it go on.
func TestLimiterTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := New(Shares{Total: 2, PerCaller: 2, MaxWaiting: 1, QueueTimeout: soon})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if err := l.Acquire(t.Context(), "a", 1); err != nil {
			t.Fatal(err)
		}
		large, behind := make(chan error, 1), make(chan error, 1)
		go func() { large <- l.Acquire(ctx, "b", 2) }()
		synctest.Wait()
		go func() { behind <- l.Acquire(t.Context(), "c", 1) }()
		synctest.Wait()
		if b, c := l.Waiting("b"), l.Waiting("c"); b != 1 || c != 1 {
			t.Fatalf("%d of b and %d of c wait", b, c)
		}
		cancel()
		if err := <-behind; err != nil {
			t.Errorf("behind it: %v", err)
		}
		if err := <-large; !errors.Is(err, ErrBusy) {
			t.Errorf("the large one: %v", err)
		}
	})
}
