// Package directory looks up what the ids in awork's records stand for: roles and
// what they may do, client applications, people, API users, and who the token is.
// An id is looked up where a result, a question or a rule needs it, and at most
// once at a time; what was read is cached for a minute, for one token. A cached
// answer is shown and never decides a write: what decides is read fresh, with
// [Directory.ReadRole] and [Directory.ReadUsers].
//
//	names := dir.Names(ctx, user)
//	shown := names.Show(user)
package directory

import (
	"context"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
)

const (
	cacheTTL = time.Minute
	// errorTTL is how long what could not be read is not asked for again.
	errorTTL = 10 * time.Second
	// lookupTimeout bounds how long a call waits for names.
	lookupTimeout = 5 * time.Second
	// identityTimeout bounds how long a call waits for who the token is, without
	// which no write goes on.
	identityTimeout = 30 * time.Second
	// parallel is awork's number of requests a second.
	parallel = 50
)

// Directory looks up what ids stand for, as one awork client sees them.
type Directory struct {
	client *awork.Client
	cache  *cache
}

// New makes a directory that asks awork with client.
func New(client *awork.Client) *Directory {
	return &Directory{client: client, cache: newCache(client)}
}

// Me returns who the token is. A failure is not cached.
func (d *Directory) Me(ctx context.Context) (*awork.Identity, error) {
	return lookUp(ctx, d.cache, "me", lifetimes{timeout: identityTimeout}, d.client.Me)
}

// CachedMe returns who the token is as far as that is known without asking; nil
// where it is not.
func (d *Directory) CachedMe(ctx context.Context) *awork.Identity {
	me, _ := cached[*awork.Identity](ctx, d.cache, "me")
	return me
}

// Webhooks returns the webhooks of the workspace, at most a minute old.
func (d *Directory) Webhooks(ctx context.Context) ([]awork.Webhook, error) {
	return lookUp(ctx, d.cache, "webhooks", lifetimes{lookupTimeout, errorTTL}, d.client.ListWebhooks)
}

// Forget drops what was read, for what must not go by names of a minute ago.
func (d *Directory) Forget() { d.cache.forgetAll("me") }

// ForgetUsers drops the list of API users, after a write to one.
func (d *Directory) ForgetUsers() { d.cache.forget("apiusers") }

// ForgetClients drops the list of client applications, after a write to one.
func (d *Directory) ForgetClients() { d.cache.forget("clients") }

// ForgetRole drops the list of roles and what one of them may do, after a write to
// it.
func (d *Directory) ForgetRole(id uuid.UUID) {
	d.cache.forget("roles")
	d.cache.forget(permissionsKey(id))
}

// Prefetch reads what the names of any record need, all at once, and returns when
// it is there or ctx ends.
func (d *Directory) Prefetch(ctx context.Context) {
	var g errgroup.Group
	if _, known := cached[people](ctx, d.cache, "people"); !known {
		g.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
			defer cancel()
			_, err := d.Users(ctx)
			return err
		})
	}
	g.Go(func() error { d.PrefetchOthers(ctx); return nil })
	_ = g.Wait() // what could not be read is named by Names
}

// PrefetchOthers is Prefetch for a call that reads the list of API users itself.
func (d *Directory) PrefetchOthers(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	var g errgroup.Group
	g.Go(func() error { _, err := d.roles(ctx); return err })
	g.Go(func() error { _, err := d.clients(ctx); return err })
	g.Go(func() error { _, err := d.people(ctx); return err })
	_ = g.Wait() // what could not be read is named by Names
}
