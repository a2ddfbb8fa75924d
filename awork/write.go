package awork

import (
	"context"
	"time"
)

const (
	// finishWithin is how long a write on its way may go on, its read-back
	// included, once its call has ended.
	finishWithin = 10 * time.Second
	// readBackWithin is the part of it that is kept for the read-back.
	readBackWithin = 4 * time.Second
)

// writing holds the contexts of one write operation. A write that is on its way
// to awork is not given up when its call ends: its effect would stay unknown.
type writing struct {
	// call is the caller's: it ends waits and decides on sending again.
	call context.Context
	// sending is that of an attempt on its way.
	sending context.Context
	// finishing is that of the read-back, and ends last.
	finishing context.Context
}

// newWriting makes the contexts of a write; done releases them.
func newWriting(ctx context.Context) (w writing, done func()) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(defaultDeadline)
	}
	free := context.WithoutCancel(ctx)
	// At the deadline an attempt ends and is read back; a cancel gives it time.
	sending, endSending := context.WithDeadline(free, deadline)
	finishing, endFinishing := context.WithDeadline(free, deadline.Add(finishWithin))
	call, endCall := context.WithDeadline(ctx, deadline)
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(finishWithin-readBackWithin, endSending)
		time.AfterFunc(finishWithin, endFinishing)
	})
	return writing{call: call, sending: sending, finishing: finishing}, func() {
		stop()
		endCall()
		endSending()
		endFinishing()
	}
}

// write sends a write once; a cancel before it is on its way stops it.
func (c *Client) write(w writing, req request, r *retry) (*answer, *Error) {
	return c.once(w.call, w.sending, req, r)
}
