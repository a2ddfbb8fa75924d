package awork

import (
	"context"
	"net/http"
	"time"
)

const (
	// FinishWithin is how long a write on its way may go on, its read-back
	// included, once its call has ended.
	FinishWithin = 10 * time.Second
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
	finishing, endFinishing := context.WithDeadline(free, deadline.Add(FinishWithin))
	call, endCall := context.WithDeadline(ctx, deadline)
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(FinishWithin-readBackWithin, endSending)
		time.AfterFunc(FinishWithin, endFinishing)
	})
	return writing{call: call, sending: sending, finishing: finishing}, func() {
		stop()
		endCall()
		endSending()
		endFinishing()
	}
}

// writeOp is a write and how to tell its effect.
type writeOp struct {
	request request
	// repeatable: a write that had no effect may be sent again.
	repeatable bool
	// accept reads a 2xx answer; an error with open set leaves the effect open.
	accept func(*answer) *Error
	// happened looks whether an open attempt had its effect; false without an
	// error says that the record stands as before.
	happened func(context.Context) (bool, error)
}

// settle sends a write until it is known what it did, as far as that can be
// known: see [Client.DeleteAPIUser] for what its results mean.
func (c *Client) settle(ctx context.Context, op writeOp) error {
	c, err := c.pinForWrite(ctx, op.request)
	if err != nil {
		return err
	}
	w, done := newWriting(ctx)
	defer done()
	r := newRetry()
	opened := false
	for {
		ans, failure := c.once(w.call, w.sending, op.request, r)
		if failure == nil {
			failure = op.accept(ans)
		}
		if failure == nil {
			return nil
		}
		// A refusal after an attempt that was seen to have no effect says no more
		// than itself; a 404 does: that attempt may have had its effect late.
		if failure.open || opened && failure.Status == http.StatusNotFound {
			opened = true
			happened, err := op.happened(w.finishing)
			if happened {
				return nil
			}
			if err != nil {
				return &EffectError{Attempt: failure, ReadBack: err}
			}
			if !failure.open {
				failure.Kind, failure.Reason = KindUpstream, "a 404 though the record stands"
			}
		}
		wait, again := r.next(failure, failure.open && op.repeatable)
		if again && sleep(w.call, wait) == nil {
			continue
		}
		if opened {
			return &EffectError{Attempt: failure}
		}
		return failure
	}
}

// gone reads a look at a record that an unclear delete was sent for. Its 404
// alone would make a delete that failed look done wherever a part of awork is
// not reached and something before it answers so. Hence it is held against the
// list of such records, which is never a 404, or where awork can't give that
// against a new GET /me.
func (c *Client) gone(ctx context.Context, look error, listed func(context.Context) (bool, error)) (bool, error) {
	if !Is(look, KindNotFound) {
		return false, look
	}
	switch there, err := listed(ctx); {
	case there:
		return false, &Error{Kind: KindUpstream, Method: http.MethodGet, Status: http.StatusNotFound,
			Reason: "awork answers 404 for a record that it lists"}
	case err == nil:
		return true, nil
	case Is(err, KindNotFound):
		return false, err
	}
	_, err := c.Me(ctx)
	return err == nil, err
}
