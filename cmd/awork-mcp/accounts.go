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
// ever shown to the holder of another. Where there are too many, the one that
// was used least lately goes; a caller that has brought half of them pays with
// one of its own, so that none who makes up tokens costs others theirs.
type accounts struct {
	open func(awork.Token) (*tools.Account, error)

	mu sync.Mutex
	by map[[sha256.Size]byte]*account
}

type account struct {
	*tools.Account
	caller string // who brought the token first; "" for nobody in particular
	used   time.Time
}

func newAccounts(open func(awork.Token) (*tools.Account, error)) *accounts {
	return &accounts{open: open, by: map[[sha256.Size]byte]*account{}}
}

// get is the account of a token, as its header came from a caller.
func (a *accounts) get(caller, header string) (*tools.Account, error) {
	token, err := awork.ParseToken(header)
	if err != nil {
		return nil, err
	}
	key := sha256.Sum256([]byte(header))
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if known, ok := a.by[key]; ok && now.Sub(known.used) <= accountsKept {
		known.used = now
		return known.Account, nil
	}
	opened, err := a.open(token)
	if err != nil {
		return nil, err
	}
	a.makeRoom(caller, now)
	a.by[key] = &account{Account: opened, caller: caller, used: now}
	return opened, nil
}

// makeRoom drops the accounts that were not used for a while, and one more if
// there are too many.
func (a *accounts) makeRoom(caller string, now time.Time) {
	own := 0
	for key, known := range a.by {
		switch {
		case now.Sub(known.used) > accountsKept:
			delete(a.by, key)
		case caller != "" && known.caller == caller:
			own++
		}
	}
	if own < maxAccounts/2 && len(a.by) < maxAccounts {
		return
	}
	var victim [sha256.Size]byte
	var oldest time.Time
	for key, known := range a.by {
		if (own < maxAccounts/2 || known.caller == caller) && (oldest.IsZero() || known.used.Before(oldest)) {
			victim, oldest = key, known.used
		}
	}
	delete(a.by, victim)
}
