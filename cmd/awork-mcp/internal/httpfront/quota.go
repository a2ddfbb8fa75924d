package httpfront

import "sync"

const (
	maxStreams       = 1500
	streamsPerCaller = 500
)

// quota bounds what stays open: so much in all, and less of one caller. As at
// the gate, who has no name is not one caller.
type quota struct {
	all, each int

	mu    sync.Mutex
	taken int
	by    map[string]int
}

func newQuota(all, each int) *quota { return &quota{all: all, each: each, by: map[string]int{}} }

func (q *quota) take(caller string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.taken >= q.all || caller != "" && q.by[caller] >= q.each {
		return false
	}
	q.taken++
	q.by[caller]++
	return true
}

func (q *quota) give(caller string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken--
	if q.by[caller]--; q.by[caller] == 0 {
		delete(q.by, caller)
	}
}

func (q *quota) count() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.taken
}
