package awork

import (
	"context"
	"net/http"
	"strings"
	"time"
)

const (
	// FinishWithin is how long a write on its way may go on, its read-back
	// included, once its call has ended.
	FinishWithin = 10 * time.Second
	// readBackWithin is the part of it that is reserved for the read-back.
	readBackWithin = 4 * time.Second
)

// write is one change to a record, and how its effect is found out.
type write interface {
	request() request
	// accept reads a 2xx answer. An error that is ambiguous leaves the effect to
	// tookEffect.
	accept(*answer) *Error
	// tookEffect looks whether an attempt that failed as ambiguous had its effect;
	// false without an error says that the record is as before, so that the write
	// may be sent again. No look shows that of a POST that makes something: its
	// effect may come late, and a second attempt would make a second one.
	tookEffect(ctx context.Context, attempt *Error) (bool, error)
}

// pinForWrite pins the requests of one write to the current token.
func (c *Client) pinForWrite(ctx context.Context, method, path string) (*Client, error) {
	t, err := c.tokens.Token(ctx)
	if err != nil || t.IsZero() {
		return nil, noToken(request{method: method, path: path}, err)
	}
	return c.Pin(t), nil
}

// sendAndVerify sends a write until it is known what it did, as far as that can be
// known: see [Client.DeleteAPIUser] for what its results mean. The client must be
// pinned, and w must read with the same client.
func (c *Client) sendAndVerify(ctx context.Context, w write) error {
	contexts := newWriteContexts(ctx)
	defer contexts.release()
	r := newRetry()
	wasAmbiguous := false
	for {
		ans, failure := c.attempt(contexts.call, contexts.sending, w.request(), r)
		if failure == nil {
			failure = w.accept(ans)
		}
		if failure == nil {
			return nil
		}
		// A refusal after an attempt that was seen to have no effect says no more
		// than itself; a 404 does: that attempt may have had its effect late.
		if failure.ambiguous || wasAmbiguous && failure.Status == http.StatusNotFound {
			wasAmbiguous = true
			done, err := w.tookEffect(contexts.finishing, failure)
			if done {
				return nil
			}
			if err != nil {
				return &EffectError{Attempt: failure, ReadBack: err}
			}
			if !failure.ambiguous {
				failure.Kind, failure.Reason = KindUpstream, "a 404 though the record is there"
			}
		}
		wait, again := r.next(failure, failure.ambiguous)
		if again && sleep(contexts.call, wait) == nil {
			continue
		}
		if wasAmbiguous {
			return &EffectError{Attempt: failure}
		}
		return failure
	}
}

// writeContexts are the contexts of one write. A write that is on its way to awork
// is not given up when its call ends: its effect would stay unknown.
type writeContexts struct {
	// call is the caller's: it ends waits and decides on sending again.
	call context.Context
	// sending is that of an attempt on its way.
	sending context.Context
	// finishing is that of the read-back, and ends last.
	finishing context.Context

	endCall, endSending, endFinishing context.CancelFunc
	stopWatching                      func() bool
}

func newWriteContexts(ctx context.Context) *writeContexts {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(defaultDeadline)
	}
	w := new(writeContexts)
	w.call, w.endCall = context.WithDeadline(ctx, deadline)
	// At the deadline an attempt ends and is read back; a cancel gives it time.
	detached := context.WithoutCancel(ctx)
	w.sending, w.endSending = context.WithDeadline(detached, deadline)
	w.finishing, w.endFinishing = context.WithDeadline(detached, deadline.Add(FinishWithin))
	w.stopWatching = context.AfterFunc(ctx, w.finishSoon)
	return w
}

func (w *writeContexts) finishSoon() {
	time.AfterFunc(FinishWithin-readBackWithin, w.endSending)
	time.AfterFunc(FinishWithin, w.endFinishing)
}

func (w *writeContexts) release() {
	w.stopWatching()
	w.endCall()
	w.endSending()
	w.endFinishing()
}

// checkNotRedacted refuses to send texts that stand for others: a name that holds
// the token's value is read as "[redacted]", and would be replaced by that.
func checkNotRedacted(texts ...string) error {
	for _, s := range texts {
		if strings.Contains(s, redacted) {
			return &Error{Kind: KindInvalid, Reason: "a name or address holds " + redacted +
				", which is shown in place of this server's token: give another one"}
		}
	}
	return nil
}

// acceptRecord reads the record that answers a write. A 2xx answer that is none,
// or not what was sent, makes the write ambiguous. Nothing of the answer to an
// earlier attempt is left in into.
func acceptRecord[T any](ans *answer, into *T, asSent func(T) bool) *Error {
	var got T
	failure := ans.decode(&got)
	*into = got
	if failure == nil && !asSent(got) {
		failure = ans.unexpected("the answer is not what was asked for")
	}
	if failure != nil {
		failure.ambiguous = true
	}
	return failure
}
