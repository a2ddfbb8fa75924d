package directory

import (
	"context"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/awork-mcp/awork-mcp/awork"
)

// cache holds what one token was answered, by key, and reads each key at most
// once at a time.
type cache struct {
	client  *awork.Client
	reading singleflight.Group

	mu      sync.Mutex
	token   awork.Token
	entries map[string]entry
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
	return &cache{client: client, entries: map[string]entry{}}
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
// key at the same time share one reading, which goes on where one of them is
// cancelled.
func lookUp[T any](ctx context.Context, c *cache, key string, l lifetimes, read func(context.Context) (T, error)) (T, error) {
	token, err := c.client.TokenNow(ctx)
	if err != nil {
		return read(ctx) // the request's own error says what is wrong with the token
	}
	e, ok, generation := c.get(token, key)
	if !ok {
		shared := c.reading.DoChan(strconv.Itoa(generation)+" "+key, func() (any, error) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.timeout)
			defer cancel()
			v, err := read(ctx)
			ttl := cacheTTL
			if err != nil {
				ttl = l.errorTTL
			}
			// A token that changed meanwhile may have read something else.
			if now, tokenErr := c.client.TokenNow(ctx); tokenErr == nil && now.Equal(token) && ttl > 0 {
				c.put(key, entry{v, err, time.Now().Add(ttl)}, generation)
			}
			return v, err
		})
		select {
		case r := <-shared:
			e = entry{value: r.Val, err: r.Err}
		case <-ctx.Done():
			e = entry{err: context.Cause(ctx)}
		}
	}
	v, _ := e.value.(T)
	return v, e.err
}
