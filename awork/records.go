package awork

import "context"

// replacing is how to tell one state of a record from another.
type replacing[T APIUser | ClientApplication] struct {
	look   func(context.Context) (*T, error)
	same   func(a, b T) bool
	asSent func(T) bool
}

// replace sends a PUT for a record that stands as was, and gives it as it is
// then: see [Client.UpdateAPIUser].
func replace[T APIUser | ClientApplication](ctx context.Context, c *Client, req request, was T, r replacing[T]) (*T, error) {
	now, err := r.look(ctx)
	if err != nil {
		return nil, err
	}
	if !r.same(*now, was) {
		return nil, &ChangedError[T]{Was: was, Now: *now}
	}
	var updated T
	err = c.settle(ctx, writeOp{
		request:    req,
		repeatable: true,
		accept:     func(ans *answer) *Error { return acceptRecord(req, ans, &updated, r.asSent) },
		happened: func(ctx context.Context) (bool, error) {
			now, err := r.look(ctx)
			switch {
			case err != nil:
				return false, err
			case r.asSent(*now):
				updated = *now
				return true, nil
			case !r.same(*now, was):
				return false, &ChangedError[T]{Was: was, Now: *now}
			}
			return false, nil
		},
	})
	if err != nil {
		return nil, err
	}
	return &updated, nil
}

// Deletion is a record that is known to be gone.
type Deletion struct {
	// Inferred: awork did not confirm the deletion. The answer to an attempt was
	// lost or not awork's own, and the record was gone when it was read again: it
	// may have been deleted by somebody else.
	Inferred bool
}

// remove deletes the record of req: see [Client.DeleteAPIUser]. look reads it,
// and listed says whether it is among all records of its kind.
func (c *Client) remove(ctx context.Context, req request, look func(context.Context) error, listed func(context.Context) (bool, error)) (d Deletion, err error) {
	err = c.settle(ctx, writeOp{
		request:    req,
		repeatable: true,
		accept:     func(ans *answer) *Error { return acceptNothing(req, ans) },
		happened: func(ctx context.Context) (_ bool, err error) {
			d.Inferred, err = c.gone(ctx, look(ctx), listed)
			return d.Inferred, err
		},
	})
	if err != nil {
		return Deletion{}, err
	}
	return d, nil
}

// acceptRecord reads the record that answers a write. A 2xx answer that is none,
// or not the one that was sent, leaves the effect open. Nothing of the answer to
// an earlier attempt is left in into.
func acceptRecord[T any](req request, ans *answer, into *T, asSent func(T) bool) *Error {
	var got T
	failure := decodeJSON(req, ans, &got)
	*into = got
	if failure == nil && !asSent(got) {
		failure = &Error{Kind: KindUpstream, Method: req.method, Path: req.path, Status: ans.status, TraceID: ans.traceID,
			Reason: "the answer is not what was asked for"}
	}
	if failure != nil {
		failure.open = true
	}
	return failure
}

// acceptNothing takes a 2xx answer without a result, which may carry JSON; one
// that carries anything else leaves the effect open.
func acceptNothing(req request, ans *answer) *Error {
	if isEmptyOrJSON(ans.body) {
		return nil
	}
	return &Error{Kind: KindUpstream, Method: req.method, Path: req.path, Status: ans.status, TraceID: ans.traceID, open: true,
		Reason: "the answer is not JSON; check the API address"}
}
