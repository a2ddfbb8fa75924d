// Package limits bounds what callers and strangers may use at a time: a Limiter
// what is shared among callers, a Listener the connections.
package limits

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// Errors of Acquire.
var (
	// ErrBusy: everything is in use.
	ErrBusy = errors.New("too much is in use")
	// ErrCallerBusy: the caller has its share in use.
	ErrCallerBusy = errors.New("the caller has its share in use")
)

// Shares say how much there is, in whatever unit: calls, streams, bytes.
type Shares struct {
	Total     int64
	PerCaller int64
	// MaxWaiting is how many acquisitions of one caller may wait, and QueueTimeout
	// for how long. With 0, none waits.
	MaxWaiting   int
	QueueTimeout time.Duration
}

// Limiter bounds what is in use: so much in all, and less by one caller. Callers
// without a name are not one caller: they share what there is in all. What waits
// for its caller's share keeps no other caller waiting.
type Limiter struct {
	shares Shares

	mu      sync.Mutex
	used    int64
	callers map[string]*usage
	waiting list.List // of *waiter, the longest waiting first
}

// usage is what one caller has and waits for.
type usage struct {
	used    int64
	waiting int
}

type waiter struct {
	caller string
	n      int64
	ready  chan struct{} // closed once n is acquired
}

// New returns a Limiter of which nothing is in use.
func New(s Shares) *Limiter { return &Limiter{shares: s, callers: map[string]*usage{}} }

// Acquire acquires n for a caller, at once or within QueueTimeout, as long as ctx
// lasts. What is acquired has to be released, at once or in parts.
func (l *Limiter) Acquire(ctx context.Context, caller string, n int64) error {
	w := &waiter{caller, n, make(chan struct{})}
	l.mu.Lock()
	u := l.callers[caller]
	if u == nil {
		u = &usage{}
		l.callers[caller] = u
	}
	place := l.waiting.PushBack(w)
	u.waiting++
	l.admit()
	if !w.admitted() && u.waiting > l.shares.MaxWaiting {
		defer l.mu.Unlock()
		return l.giveUp(place)
	}
	l.mu.Unlock()

	timer := time.NewTimer(l.shares.QueueTimeout)
	defer timer.Stop()
	select {
	case <-w.ready:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.admitted() {
		return nil
	}
	return l.giveUp(place)
}

// Release gives n of a caller back.
func (l *Limiter) Release(caller string, n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used -= n
	l.callers[caller].used -= n
	l.forget(caller)
	l.admit()
}

// InUse returns how much is in use.
func (l *Limiter) InUse() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.used
}

// Waiting returns how many acquisitions of a caller wait.
func (l *Limiter) Waiting(caller string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if u := l.callers[caller]; u != nil {
		return u.waiting
	}
	return 0
}

// admit gives those who wait, in their order, what there is.
func (l *Limiter) admit() {
	for place := l.waiting.Front(); place != nil; {
		w := place.Value.(*waiter)
		u := l.callers[w.caller]
		following := place.Next()
		switch {
		case l.exceedsShare(w):
		case l.used+w.n > l.shares.Total:
			return
		default:
			l.waiting.Remove(place)
			u.waiting--
			u.used += w.n
			l.used += w.n
			close(w.ready)
		}
		place = following
	}
}

func (l *Limiter) exceedsShare(w *waiter) bool {
	return w.caller != "" && l.callers[w.caller].used+w.n > l.shares.PerCaller
}

func (l *Limiter) giveUp(place *list.Element) error {
	w := l.waiting.Remove(place).(*waiter)
	err := ErrBusy
	if l.exceedsShare(w) {
		err = ErrCallerBusy
	}
	l.callers[w.caller].waiting--
	l.forget(w.caller)
	l.admit()
	return err
}

// forget drops a caller that has nothing and waits for nothing.
func (l *Limiter) forget(caller string) {
	if *l.callers[caller] == (usage{}) {
		delete(l.callers, caller)
	}
}

func (w *waiter) admitted() bool {
	select {
	case <-w.ready:
		return true
	default:
		return false
	}
}
