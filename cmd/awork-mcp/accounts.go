package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/credentials"
	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/limits"
	"github.com/awork-mcp/awork-mcp/tools"
)

const (
	maxAccounts = 1000
	accountTTL  = 15 * time.Minute
)

// accounts caches, for callers that bring their own awork tokens, one client with
// its limiter and its names for each token: nothing learned with one token is
// ever shown to the holder of another. Where there are too many, the one that
// was used least lately is dropped; for a caller that has brought half of them one
// of its own, so that none who makes up tokens costs others theirs.
type accounts struct {
	open    func(awork.Token) (*tools.Account, error)
	limiter *limits.Limiter

	mu sync.Mutex
	by map[[sha256.Size]byte]*account
}

type account struct {
	*tools.Account
	caller string // who brought the token first; "" for nobody in particular
	used   time.Time
}

func newAccounts(open func(awork.Token) (*tools.Account, error)) *accounts {
	return &accounts{
		open:    open,
		limiter: limits.New(limits.Shares{Total: maxAccounts, PerCaller: maxAccounts / 2}),
		by:      map[[sha256.Size]byte]*account{},
	}
}

// get returns the account of a token, as its header came from a caller. An error
// says what is wrong with the token, and does not quote it.
func (a *accounts) get(caller, header string) (*tools.Account, error) {
	token, err := credentials.Parse(header)
	if err != nil {
		return nil, err
	}
	key := sha256.Sum256([]byte(header))
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if known, ok := a.by[key]; ok && now.Sub(known.used) <= accountTTL {
		known.used = now
		return known.Account, nil
	}
	opened, err := a.open(token)
	if err != nil {
		return nil, err
	}
	a.dropExpired(now)
	for {
		err := a.limiter.Acquire(context.Background(), caller, 1)
		if err == nil {
			break
		}
		a.dropOldest(caller, errors.Is(err, limits.ErrCallerBusy))
	}
	a.by[key] = &account{Account: opened, caller: caller, used: now}
	return opened, nil
}

func (a *accounts) dropExpired(now time.Time) {
	for key, known := range a.by {
		if now.Sub(known.used) > accountTTL {
			a.drop(key)
		}
	}
}

// dropOldest drops the account that was used least lately, of all or of those that
// the caller brought.
func (a *accounts) dropOldest(caller string, ofCaller bool) {
	var found [sha256.Size]byte
	var oldest time.Time
	for key, known := range a.by {
		if (!ofCaller || known.caller == caller) && (oldest.IsZero() || known.used.Before(oldest)) {
			found, oldest = key, known.used
		}
	}
	a.drop(found)
}

func (a *accounts) drop(key [sha256.Size]byte) {
	a.limiter.Release(a.by[key].caller, 1)
	delete(a.by, key)
}
