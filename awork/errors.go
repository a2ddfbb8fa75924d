package awork

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kind says what a failed request means for the caller.
type Kind int

// The kinds of failure. Which of awork's answers is which is decided in
// classify.
const (
	// KindUpstream: awork, or something before it, answered what it should not.
	KindUpstream Kind = iota
	// KindUnavailable: awork can't be reached or did not answer in time.
	KindUnavailable
	// KindNotFound: awork knows no such record. Only awork's own 404 under an
	// address where GET /me has answered is one.
	KindNotFound
	// KindPermissionDenied: the token is good, its owner may not do this.
	KindPermissionDenied
	// KindUnauthenticated: the token is bad, expired or missing.
	KindUnauthenticated
	// KindInvalid: awork refused what was sent, and nothing was changed.
	KindInvalid
	// KindRateLimited: awork asked to wait longer than this package waits.
	KindRateLimited
)

// CodePlan is awork's code for what the plan of the workspace does not include.
const CodePlan = "insufficient-subscription-level"

// Error is the failure of one request to awork. The texts in it come from awork,
// with the token's own value redacted; they are otherwise as awork sent them and
// must be cleaned before they are shown.
type Error struct {
	Kind   Kind
	Method string // of the request; empty where none was made
	Path   string // of the request, below the base URL; empty where none was made
	Status int    // 0 where no answer came

	Code             string // awork's error code, such as "not-found"
	Description      string
	Details          []string
	ValidationErrors []ValidationError
	TraceID          string // for awork's support
	EdgeRef          string // X-Edge-Ref of the edge firewall

	// RetryAfter is how long awork asked to wait; 0 where it did not.
	RetryAfter time.Duration
	// Reason says in a few words what was wrong, where awork's own words don't.
	Reason string
	// Identity is who the token belongs to; set with KindPermissionDenied where
	// awork answered that.
	Identity *Identity
	// NewerToken reports that the token has been replaced since the write was
	// planned; a write is never sent under another token. Calling again uses the
	// new one.
	NewerToken bool
	// Err is the cause where no answer came, and ErrIncomplete.
	Err error

	// ambiguous: the request was on its way and may have had its effect.
	ambiguous bool
	// connectionLost: the connection broke or was never made.
	connectionLost bool
}

// ValidationError is what awork says of one property of what was sent.
type ValidationError struct {
	Property string `json:"property,omitempty"`
	Message  string `json:"message,omitempty"`
}

func (e *Error) Error() string {
	parts := []string{"awork"}
	if e.Method != "" {
		parts = append(parts, e.Method+" "+e.Path)
	}
	switch {
	case e.Status != 0:
		parts = append(parts, strings.TrimSpace(strconv.Itoa(e.Status)+" "+e.Code))
	case e.Err != nil:
		parts = append(parts, e.Err.Error())
	}
	for _, words := range []string{e.Description, e.Reason} {
		if words != "" {
			parts = append(parts, words)
		}
	}
	return strings.Join(parts, ": ")
}

func (e *Error) Unwrap() error { return e.Err }

// EffectError is a write whose answer did not come or did not show what happened,
// after its effect was looked for.
type EffectError struct {
	// Attempt is the failure of the last attempt.
	Attempt *Error
	// ReadBack is why the effect could not be read back; nil where it could, and
	// then the record was seen to be as it was before the write.
	ReadBack error
	// Candidates are what an ambiguous create may have made.
	Candidates []APIUser
}

func (e *EffectError) Error() string {
	if e.ReadBack == nil {
		return fmt.Sprintf("%v (read back: no effect)", e.Attempt)
	}
	return fmt.Sprintf("%v (read-back failed: %v)", e.Attempt, e.ReadBack)
}

func (e *EffectError) Unwrap() []error {
	if e.ReadBack == nil {
		return []error{e.Attempt}
	}
	return []error{e.Attempt, e.ReadBack}
}

// ChangedError is a record that no longer is as it was read.
type ChangedError[T APIUser | ClientApplication] struct{ Was, Now T }

func (e *ChangedError[T]) Error() string { return "awork: the record has changed since it was read" }

// ErrIncomplete says of a list that awork has more entries than came.
var ErrIncomplete = errors.New("awork: the list is not complete")

// Is reports whether err is an [Error] of kind k.
func Is(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}

// IsCancelled reports whether err came of a call that its caller cancelled.
func IsCancelled(err error) bool { return errors.Is(err, context.Canceled) }

// NotSent reports whether err is that of a request which was given up before
// anything was sent: its caller cancelled it or its deadline passed.
func NotSent(err error) bool {
	var e *Error
	var effect *EffectError
	return !errors.As(err, &effect) && errors.As(err, &e) && e.Status == 0 && !e.ambiguous &&
		(errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}

// asNotFound returns err as a refusal with 404, where it is one that left nothing
// ambiguous.
func asNotFound(err error) (*Error, bool) {
	var effect *EffectError
	var refused *Error
	if errors.As(err, &effect) || !errors.As(err, &refused) || refused.Kind != KindNotFound {
		return nil, false
	}
	return refused, true
}
