package directory

import (
	"context"
	"sync"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
)

// cache holds what one token was answered, by key, and reads each key at most
// once at a time.
type cache struct {
	client *awork.Client

	mu      sync.Mutex
	token   awork.Token
	entries map[string]entry
	// readings are those in flight.
	readings map[readingKey]*reading
	// generation changes when entries are dropped: a reading that began before is
	// returned and not cached.
	generation int
}

type entry struct {
	value any
	err   error
	until time.Time
}

// lifetimes are how long a reading may take, and how long its failure is cached.
type lifetimes struct{ timeout, errorTTL time.Duration }

func newCache(client *awork.Client) *cache {
	return &cache{client: client, entries: map[string]entry{}, readings: map[readingKey]*reading{}}
}

// get returns what is cached of key for token, and the generation of the cache.
func (c *cache) get(token awork.Token, key string) (e entry, ok bool, generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.token.Equal(token) {
		c.token, c.entries = token, map[string]entry{}
		c.generation++
	}
	e, ok = c.entries[key]
	if !ok || !time.Now().Before(e.until) {
		return entry{}, false, c.generation
	}
	return e, true, c.generation
}

// put caches e, unless entries were dropped since generation.
func (c *cache) put(key string, e entry, generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation == generation {
		c.entries[key] = e
	}
}

func (c *cache) forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, key)
	c.generation++
}

// forgetAll drops every entry but one.
func (c *cache) forgetAll(but string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.entries {
		if key != but {
			delete(c.entries, key)
		}
	}
	c.generation++
}

// cached returns what is cached of key, without reading it.
func cached[T any](ctx context.Context, c *cache, key string) (v T, ok bool) {
	token, err := c.client.TokenNow(ctx)
	if err != nil {
		return v, false
	}
	e, ok, _ := c.get(token, key)
	if !ok || e.err != nil {
		return v, false
	}
	v, ok = e.value.(T)
	return v, ok
}

// store caches v as if it had been read now.
func store[T any](ctx context.Context, c *cache, key string, v T) {
	token, err := c.client.TokenNow(ctx)
	if err != nil {
		return
	}
	_, _, generation := c.get(token, key)
	c.put(key, entry{value: v, until: time.Now().Add(cacheTTL)}, generation)
}

// lookUp returns what is cached of key, or reads it. Calls that ask for the same
// key at the same time share one reading, which ends when the last of them is
// cancelled.
func lookUp[T any](
	ctx context.Context,
	c *cache,
	key string,
	l lifetimes,
	read func(context.Context) (T, error),
) (T, error) {
	token, err := c.client.TokenNow(ctx)
	if err != nil {
		return read(ctx) // the request's own error says what is wrong with the token
	}
	e, ok, generation := c.get(token, key)
	if !ok {
		r, reads := c.join(ctx, readingKey{key, generation}, l.timeout)
		if reads {
			go func() {
				v, err := read(r.ctx)
				c.finish(r, entry{value: v, err: err}, token, l.errorTTL)
			}()
		}
		e = c.wait(ctx, r)
	}
	v, _ := e.value.(T)
	return v, e.err
}

// readingKey names a reading: one that began before entries were dropped is not
// shared with calls that came after.
type readingKey struct {
	key        string
	generation int
}

// reading is a request that is in flight.
type reading struct {
	key     readingKey
	ctx     context.Context
	cancel  context.CancelFunc
	waiters int
	done    chan struct{} // closed when result is set
	result  entry
}

// join returns the reading of a key that is in flight, or a new one, which the
// caller has to start.
func (c *cache) join(ctx context.Context, key readingKey, timeout time.Duration) (r *reading, reads bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r, ok := c.readings[key]; ok {
		r.waiters++
		return r, false
	}
	r = &reading{key: key, waiters: 1, done: make(chan struct{})}
	r.ctx, r.cancel = context.WithTimeout(context.WithoutCancel(ctx), timeout)
	c.readings[key] = r
	return r, true
}

// wait returns the result of a reading, or leaves it where ctx ends first.
func (c *cache) wait(ctx context.Context, r *reading) entry {
	select {
	case <-r.done:
		return r.result
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.waiters--; r.waiters == 0 {
		delete(c.readings, r.key)
		r.cancel()
	}
	return entry{err: context.Cause(ctx)}
}

// finish hands out the result of a reading, and caches it unless nobody waits for
// it any more, or the token changed meanwhile.
func (c *cache) finish(r *reading, e entry, token awork.Token, errorTTL time.Duration) {
	ttl := cacheTTL
	if e.err != nil {
		ttl = errorTTL
	}
	now, err := c.client.TokenNow(r.ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.waiters > 0 && err == nil && now.Equal(token) && c.generation == r.key.generation && ttl > 0 {
		e.until = time.Now().Add(ttl)
		c.entries[r.key.key] = e
	}
	if c.readings[r.key] == r {
		delete(c.readings, r.key)
	}
	r.result = e
	close(r.done)
	r.cancel()
}
