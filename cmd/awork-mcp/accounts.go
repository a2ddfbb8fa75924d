package main

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools"
)

const (
	maxAccounts  = 1000
	accountsKept = 15 * time.Minute
)

// accounts keeps, for callers that bring their own awork tokens, one client with
// its limiter and its names for each token: nothing learnt with one token is
// ever shown to the holder of another.
type accounts struct {
	open func(awork.Token) (*tools.Account, error)

	mu sync.Mutex
	by map[[sha256.Size]byte]*account
}

type account struct {
	*tools.Account
	used time.Time
}

func newAccounts(open func(awork.Token) (*tools.Account, error)) *accounts {
	return &accounts{open: open, by: map[[sha256.Size]byte]*account{}}
}

// get is the account of a token, as its header came.
func (a *accounts) get(header string) (*tools.Account, error) {
	token, err := awork.ParseToken(header)
	if err != nil {
		return nil, err
	}
	key := sha256.Sum256([]byte(header))
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	oldest := a.forget(now)
	if known, ok := a.by[key]; ok {
		known.used = now
		return known.Account, nil
	}
	opened, err := a.open(token)
	if err != nil {
		return nil, err
	}
	if len(a.by) >= maxAccounts {
		delete(a.by, oldest)
	}
	a.by[key] = &account{Account: opened, used: now}
	return opened, nil
}

// forget drops the accounts that were not used for a while, and gives the one
// that was used least lately.
func (a *accounts) forget(now time.Time) (oldest [sha256.Size]byte) {
	var oldestUsed time.Time
	for key, known := range a.by {
		if now.Sub(known.used) > accountsKept {
			delete(a.by, key)
			continue
		}
		if oldestUsed.IsZero() || known.used.Before(oldestUsed) {
			oldest, oldestUsed = key, known.used
		}
	}
	return oldest
}
