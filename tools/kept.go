package tools

import (
	"context"
	"sync"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

// namesFor is how long names are kept. They are shown, and never decide a write.
const namesFor = time.Minute

// kept holds one thing read from awork for namesFor, for one token, and reads it
// at most once at a time.
type kept[T any] struct {
	once  chan struct{} // capacity 1: held while reading
	mu    sync.Mutex
	value T
	// forgotten counts how often that happened: a reading from before is not kept.
	forgotten int
	token     awork.Token
	until     time.Time
}

func newKept[T any]() *kept[T] { return &kept[T]{once: make(chan struct{}, 1)} }

// peek returns what is kept and still good for token.
func (k *kept[T]) peek(token awork.Token) (T, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if time.Now().Before(k.until) && k.token.Equal(token) {
		return k.value, true
	}
	var none T
	return none, false
}

// forget drops what is kept.
func (k *kept[T]) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.until = time.Time{}
	k.forgotten++
}

// get returns what is kept, or reads it. What read says is not whole, and
// failures, are not kept.
func (k *kept[T]) get(ctx context.Context, client *awork.Client, read func(context.Context) (v T, whole bool, err error)) (T, error) {
	var none T
	token, err := client.TokenNow(ctx)
	if err != nil {
		// The request itself tells a missing token properly.
		v, _, err := read(ctx)
		return v, err
	}
	if v, ok := k.peek(token); ok {
		return v, nil
	}
	select {
	case k.once <- struct{}{}:
		defer func() { <-k.once }()
	case <-ctx.Done():
		return none, context.Cause(ctx)
	}
	if v, ok := k.peek(token); ok {
		return v, nil
	}
	k.mu.Lock()
	forgotten := k.forgotten
	k.mu.Unlock()
	v, whole, err := read(ctx)
	if err != nil || !whole {
		return v, err
	}
	if now, err := client.TokenNow(ctx); err != nil || !now.Equal(token) {
		return v, nil // it may be what another's token sees
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.forgotten != forgotten {
		return v, nil
	}
	k.value, k.token, k.until = v, token, time.Now().Add(namesFor)
	return v, nil
}

// whole makes a reading for kept of one that is whole where it does not fail.
func whole[T any](read func(context.Context) (T, error)) func(context.Context) (T, bool, error) {
	return func(ctx context.Context) (T, bool, error) {
		v, err := read(ctx)
		return v, err == nil, err
	}
}

// pause keeps names that could not be read from being asked for again at once:
// for as long as names are kept where the token may not read them, and for a
// little where awork did not answer.
type pause struct {
	mu    sync.Mutex
	err   error
	token awork.Token
	until time.Time
}

// unansweredFor is how long names are not asked for that awork did not give.
const unansweredFor = 10 * time.Second

// over runs read, unless it failed with this token not long ago.
func (p *pause) over(ctx context.Context, client *awork.Client, read func() error) error {
	token, err := client.TokenNow(ctx)
	if err != nil {
		return err
	}
	p.mu.Lock()
	paused := time.Now().Before(p.until) && p.token.Equal(token)
	err = p.err
	p.mu.Unlock()
	if paused {
		return err
	}
	err = read()
	lasts := time.Duration(0)
	switch {
	case awork.Is(err, awork.KindPermissionDenied):
		lasts = namesFor
	case err != nil && !awork.IsCancelled(err):
		lasts = unansweredFor
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err, p.token, p.until = err, token, time.Now().Add(lasts)
	return err
}
