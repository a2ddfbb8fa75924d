package awork

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

// record is one record that is read by itself and in the list of all of its kind.
type record[T any] interface {
	path() string
	read(context.Context) (*T, error)
	// listed reports whether it is among all records of its kind. It fails where
	// what awork lists proves nothing.
	listed(context.Context) (bool, error)
}

// deleting is the request that deletes most records.
func deleting[T any](r record[T]) request { return request{method: http.MethodDelete, path: r.path()} }

// deletion deletes a record: see [Client.DeleteAPIUser].
type deletion[T any] struct {
	record record[T]
	sent   request
	// acknowledged is the failure of the attempt that awork answered with a 2xx and
	// JSON.
	acknowledged *Error
	inferred     bool
}

// Deletion is a record that is known to be gone.
type Deletion struct {
	// Inferred reports that awork did not confirm the deletion: the answer to an
	// attempt was lost or not awork's own, and the record was gone when it was read
	// again. It may have been deleted by somebody else.
	Inferred bool
}

func deleteRecord[T any](ctx context.Context, c *Client, r record[T], req request) (Deletion, error) {
	d := &deletion[T]{record: r, sent: req}
	if err := c.sendAndVerify(ctx, d); err != nil {
		return Deletion{}, err
	}
	return Deletion{Inferred: d.inferred}, nil
}

func (d *deletion[T]) request() request { return d.sent }

// accept takes a 2xx answer without a body, which is how awork confirms a deletion.
// A body makes it ambiguous, whatever it says.
func (d *deletion[T]) accept(ans *answer) *Error {
	body := bytes.TrimSpace(ans.body)
	if len(body) == 0 {
		return nil
	}
	e := ans.unexpected("the answer to a delete has a body")
	e.ambiguous = true
	if json.Valid(body) {
		d.acknowledged = e
	} else {
		e.Reason = "the answer is not JSON; check the API address"
	}
	return e
}

// tookEffect reads the record. Its 404 alone would make a delete that failed look
// done wherever a part of awork is not reached and something before it answers so:
// the list of such records must confirm it.
func (d *deletion[T]) tookEffect(ctx context.Context, attempt *Error) (bool, error) {
	_, err := d.record.read(ctx)
	if !Is(err, KindNotFound) {
		return false, err
	}
	there, err := d.record.listed(ctx)
	if there {
		return false, &Error{Kind: KindUpstream, Method: http.MethodGet, Path: d.record.path(),
			Status: http.StatusNotFound, Reason: "awork answers 404 for a record that it lists"}
	}
	d.inferred = attempt != d.acknowledged
	return err == nil, err
}

// update replaces a record that is as was: see [Client.UpdateAPIUser].
type update[T APIUser | ClientApplication] struct {
	record record[T]
	same   func(a, b T) bool
	was    T
	form   any
	asSent func(T) bool
	result T
}

func updateRecord[T APIUser | ClientApplication](ctx context.Context, c *Client, u *update[T]) (*T, error) {
	now, err := u.record.read(ctx)
	if err != nil {
		return nil, err
	}
	if !u.same(*now, u.was) {
		return nil, &ChangedError[T]{Was: u.was, Now: *now}
	}
	if err := c.sendAndVerify(ctx, u); err != nil {
		return nil, err
	}
	return &u.result, nil
}

func (u *update[T]) request() request {
	return request{method: http.MethodPut, path: u.record.path(), body: u.form}
}

func (u *update[T]) accept(ans *answer) *Error { return acceptRecord(ans, &u.result, u.asSent) }

func (u *update[T]) tookEffect(ctx context.Context, _ *Error) (bool, error) {
	now, err := u.record.read(ctx)
	switch {
	case err != nil:
		return false, err
	case u.asSent(*now):
		u.result = *now
		return true, nil
	case !u.same(*now, u.was):
		return false, &ChangedError[T]{Was: u.was, Now: *now}
	}
	return false, nil
}
