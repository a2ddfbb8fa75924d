package directory

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

// changing is a token source that can be set.
type changing struct{ token atomic.Pointer[awork.Token] }

func (c *changing) Token(context.Context) (awork.Token, error) { return *c.token.Load(), nil }

func (c *changing) Renew(context.Context, awork.Token) (awork.Token, error) {
	return *c.token.Load(), nil
}

func token(t *testing.T, s string) *awork.Token {
	t.Helper()
	token, err := awork.ParseToken(s)
	if err != nil {
		t.Fatal(err)
	}
	return &token
}

func newTestCache(t *testing.T) (*cache, *changing) {
	t.Helper()
	source := &changing{}
	source.token.Store(token(t, "the-token-of-one"))
	client, err := awork.New(awork.Config{Tokens: source})
	if err != nil {
		t.Fatal(err)
	}
	return newCache(client), source
}

var lookupLifetimes = lifetimes{lookupTimeout, errorTTL}

// What was read from before it was forgotten, or while the token became another,
// is returned and not cached.
func TestWhatIsCached(t *testing.T) {
	t.Parallel()
	another := token(t, "the-token-of-another")
	for name, tc := range map[string]struct {
		meanwhile func(*cache, *changing)
		cached    bool
	}{
		"nothing":       {func(*cache, *changing) {}, true},
		"forgotten":     {func(c *cache, _ *changing) { c.forget("key") }, false},
		"all forgotten": {func(c *cache, _ *changing) { c.forgetAll("other") }, false},
		"another token": {func(_ *cache, s *changing) { s.token.Store(another) }, false},
	} {
		c, source := newTestCache(t)
		one := source.token.Load()
		v, err := lookUp(t.Context(), c, "key", lookupLifetimes, func(context.Context) (int, error) {
			tc.meanwhile(c, source)
			return 7, nil
		})
		if err != nil || v != 7 {
			t.Errorf("%s: %d, %v", name, v, err)
		}
		source.token.Store(another)
		if _, ok := cached[int](t.Context(), c, "key"); ok {
			t.Errorf("%s: cached for another token", name)
		}
		c2, source := newTestCache(t)
		source.token.Store(one)
		_, _ = lookUp(t.Context(), c2, "key", lookupLifetimes, func(context.Context) (int, error) {
			tc.meanwhile(c2, source)
			return 7, nil
		})
		source.token.Store(one)
		if _, ok := cached[int](t.Context(), c2, "key"); ok != tc.cached {
			t.Errorf("%s: cached is %t", name, ok)
		}
	}
}

// A value is cached for a minute, a failure for ten seconds.
func TestLifetimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTestCache(t)
		reads := 0
		var failure error
		get := func() (int, error) {
			return lookUp(t.Context(), c, "key", lookupLifetimes, func(context.Context) (int, error) { reads++; return 7, failure })
		}
		for _, step := range []struct {
			after time.Duration
			fails bool
			reads int
		}{{0, true, 1}, {9 * time.Second, false, 1}, {time.Second, false, 2}, {59 * time.Second, true, 2}, {time.Second, true, 3}} {
			time.Sleep(step.after)
			if failure = nil; step.fails {
				failure = errors.New("no")
			}
			_, _ = get()
			if reads != step.reads {
				t.Errorf("after %s: %d readings, want %d", step.after, reads, step.reads)
			}
		}
	})
}

// Many callers share one reading, and one that gives up does not end it for the
// others.
func TestOneReadingAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTestCache(t)
		var reads atomic.Int32
		read := func(ctx context.Context) (int, error) {
			reads.Add(1)
			time.Sleep(time.Second)
			return 7, ctx.Err()
		}
		impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		answers := make(chan int, 64)
		go func() { _, _ = lookUp(impatient, c, "key", lookupLifetimes, read) }()
		synctest.Wait()
		for range 64 {
			go func() { v, _ := lookUp(t.Context(), c, "key", lookupLifetimes, read); answers <- v }()
		}
		for range 64 {
			if v := <-answers; v != 7 {
				t.Errorf("got %d", v)
			}
		}
		if n := reads.Load(); n != 1 {
			t.Errorf("%d readings", n)
		}
	})
}

// A reading that takes too long ends.
func TestLookupTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTestCache(t)
		start := time.Now()
		_, err := lookUp(t.Context(), c, "key", lookupLifetimes, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != lookupTimeout {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}
