package httpfront

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// room is memory that is shared: so much in all, and less for one caller, who
// waits for its own before it waits for others. As at the gate, who has no name
// is not one caller.
type room struct {
	size, each int64
	all        *semaphore.Weighted

	mu sync.Mutex
	by map[string]*share
}

// share is what one caller may have.
type share struct {
	users int // that have some of it, or wait for it
	left  *semaphore.Weighted
}

func newRoom(size, each int64) *room {
	return &room{size: size, each: each, all: semaphore.NewWeighted(size), by: map[string]*share{}}
}

// take waits for n bytes, no more than each, until ctx ends. They are to be
// given back, at once or in parts.
func (r *room) take(ctx context.Context, caller string, n int64) (give func(int64), err error) {
	s := r.come(caller)
	if err = s.left.Acquire(ctx, n); err == nil {
		if err = r.all.Acquire(ctx, n); err == nil {
			return func(part int64) {
				r.all.Release(part)
				s.left.Release(part)
				if n -= part; n == 0 {
					r.leave(caller, s)
				}
			}, nil
		}
		s.left.Release(n)
	}
	r.leave(caller, s)
	return nil, err
}

func (r *room) come(caller string) *share {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.by[caller]
	if s == nil {
		size := r.each
		if caller == "" {
			size = r.size
		}
		s = &share{left: semaphore.NewWeighted(size)}
		r.by[caller] = s
	}
	s.users++
	return s
}

func (r *room) leave(caller string, s *share) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.users--; s.users == 0 {
		delete(r.by, caller)
	}
}
