package awork

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// TestErrorTexts is what the log and a program that prints an error show.
func TestErrorTexts(t *testing.T) {
	t.Parallel()
	read := Error{Method: "GET", Path: "/me"}
	refused, limited, bare, lost, both := read, read, read, read, read
	refused.Status, refused.Code, refused.Description = 400, "validation-failed", "Name is empty."
	limited.Status, limited.Reason = 429, "wait"
	bare.Status, bare.Code, bare.Reason = 403, "forbidden", "a page"
	lost.Err, lost.Reason = errors.New("EOF"), "the connection was lost"
	both.Status, both.Err = 200, ErrIncomplete
	for want, err := range map[string]error{
		"awork: nobody has the zero id":                              &Error{Kind: KindInvalid, Reason: "nobody has the zero id"},
		"awork: GET /me":                                             &read,
		"awork: GET /me: 403 forbidden: a page":                      &bare,
		"awork: GET /me: 400 validation-failed: Name is empty.":      &refused,
		"awork: GET /me: 429: wait":                                  &limited,
		"awork: GET /me: EOF: the connection was lost":               &lost,
		"awork: GET /me: 200":                                        &both,
		"awork: GET /me: 429: wait (read back: no effect)":           &EffectError{Attempt: &limited},
		"awork: GET /me: 429: wait (read-back failed: it is a page)": &EffectError{Attempt: &limited, ReadBack: errors.New("it is a page")},
	} {
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
		var effect *EffectError
		if errors.As(err, &effect) && slices.Contains(effect.Unwrap(), nil) {
			t.Errorf("%q wraps nil", want)
		}
	}
}

// TestNotSent: only what was surely given up before it was sent counts as that.
func TestNotSent(t *testing.T) {
	t.Parallel()
	cancelled, late, other := context.Canceled, context.DeadlineExceeded, errors.New("EOF")
	for name, tc := range map[string]struct {
		err                error
		notSent, cancelled bool
	}{
		"cancelled":                  {&Error{Err: cancelled}, true, true},
		"wrapped":                    {fmt.Errorf("deleting: %w", &Error{Err: cancelled}), true, true},
		"too late":                   {&Error{Err: late}, true, false},
		"no connection":              {&Error{Err: other, connectionLost: true}, false, false},
		"refused":                    {&Error{Status: 400}, false, false},
		"answered, and cancelled":    {&Error{Status: 404, Err: cancelled}, false, true},
		"on its way, and cancelled":  {&Error{Err: cancelled, ambiguous: true}, false, true},
		"its effect was looked for":  {&EffectError{Attempt: &Error{Err: cancelled}}, false, true},
		"the read-back is cancelled": {&EffectError{Attempt: &Error{Status: 503}, ReadBack: &Error{Err: cancelled}}, false, true},
		"not of this package":        {cancelled, false, true},
	} {
		if NotSent(tc.err) != tc.notSent || IsCancelled(tc.err) != tc.cancelled {
			t.Errorf("%s: not sent %v, cancelled %v", name, NotSent(tc.err), IsCancelled(tc.err))
		}
	}
}
