package awork

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// TestDeleteInTime holds what becomes of a delete whose caller goes, or whose
// deadline passes, at every stage. Times are those of the fake clock.
func TestDeleteInTime(t *testing.T) {
	t.Parallel()
	const path = "/apiusers/*"
	hang := func(kind sandbox.FaultKind) sandbox.Fault {
		return sandbox.Fault{Kind: kind, Method: "DELETE", Path: path}
	}
	slow := func(method string, d time.Duration) sandbox.Fault {
		return sandbox.Fault{Kind: sandbox.FaultLatency, Method: method, Path: path, Delay: d}
	}
	const s = time.Second
	for name, tc := range map[string]struct {
		faults     []sandbox.Fault
		deadline   time.Duration // of the caller; 0: none
		cancel     time.Duration // after this long; 0: never, less: before the call
		deleted    bool          // the client says so
		stillThere bool          // the client says that the record is there
		sent       int
		from, to   time.Duration // how long the call may take
	}{
		"cancelled before":                        {cancel: -1},
		"cancelled on the wire, done":             {faults: []sandbox.Fault{slow("DELETE", 3*s)}, cancel: s, deleted: true, sent: 1, from: 3 * s, to: 3 * s},
		"cancelled on the wire, too slow":         {faults: []sandbox.Fault{slow("DELETE", 20*s)}, cancel: s, stillThere: true, sent: 1, from: 7 * s, to: 11 * s},
		"cancelled on the wire, no answer":        {faults: []sandbox.Fault{hang(sandbox.FaultHang)}, cancel: s, stillThere: true, sent: 1, from: 7 * s, to: 11 * s},
		"cancelled on the wire, done, no answer":  {faults: []sandbox.Fault{hang(sandbox.FaultHangAfter)}, cancel: s, deleted: true, sent: 1, from: 7 * s, to: 11 * s},
		"cancelled on the wire, read-back hangs":  {faults: []sandbox.Fault{hang(sandbox.FaultHangAfter), {Kind: sandbox.FaultHang, Method: "GET"}}, cancel: s, sent: 1, from: 11 * s, to: 11 * s},
		"cancelled on the wire, lost":             {faults: []sandbox.Fault{{Kind: sandbox.FaultLostBefore, Method: "DELETE", Delay: 3 * s}}, cancel: s, stillThere: true, sent: 1, from: 3 * s, to: 3 * s},
		"cancelled on the wire, lost after":       {faults: []sandbox.Fault{{Kind: sandbox.FaultLostAfter, Method: "DELETE", Delay: 3 * s}}, cancel: s, deleted: true, sent: 1, from: 3 * s, to: 3 * s},
		"cancelled on the wire, limited":          {faults: []sandbox.Fault{{Kind: sandbox.FaultRateLimited, Method: "DELETE", Delay: 3 * s}}, cancel: s, sent: 1, from: 3 * s, to: 3 * s},
		"cancelled in the read-back, gone":        {faults: []sandbox.Fault{hang2(sandbox.FaultLostAfter), slow("GET", 4*s)}, cancel: s, deleted: true, sent: 1, from: 4 * s, to: 4 * s},
		"cancelled in the read-back, there":       {faults: []sandbox.Fault{hang2(sandbox.FaultLostBefore), slow("GET", 4*s)}, cancel: s, stillThere: true, sent: 1, from: 4 * s, to: 4 * s},
		"cancelled in the read-back, which hangs": {faults: []sandbox.Fault{hang2(sandbox.FaultLostAfter), {Kind: sandbox.FaultHang, Method: "GET", Path: path}}, cancel: s, sent: 1, from: 11 * s, to: 11 * s},
		"cancelled while waiting to repeat":       {faults: []sandbox.Fault{{Kind: sandbox.FaultRateLimited, Method: "DELETE", Reset: 5}}, cancel: s, sent: 1, from: s, to: s},
		"deadline, no answer":                     {faults: []sandbox.Fault{hang(sandbox.FaultHang)}, stillThere: true, sent: 1, from: 30 * s, to: 30 * s},
		"deadline, done, no answer":               {faults: []sandbox.Fault{hang(sandbox.FaultHangAfter)}, deleted: true, sent: 1, from: 30 * s, to: 30 * s},
		"deadline of its own":                     {faults: []sandbox.Fault{hang(sandbox.FaultHangAfter)}, deadline: 2 * s, deleted: true, sent: 1, from: 2 * s, to: 2 * s},
		"deadline, and the read-back hangs":       {faults: []sandbox.Fault{hang(sandbox.FaultHangAfter), {Kind: sandbox.FaultHang, Method: "GET"}}, deadline: 2 * s, sent: 1, from: 12 * s, to: 12 * s},
		"deadline before the limit is free":       {faults: []sandbox.Fault{{Kind: sandbox.FaultRateLimited, Method: "DELETE", Reset: 5}}, deadline: 3 * s, sent: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				backend, c := workspace(t, tc.faults...)
				ctx := t.Context()
				if tc.deadline > 0 {
					var end context.CancelFunc
					ctx, end = context.WithTimeout(ctx, tc.deadline)
					defer end()
				}
				ctx, cancel := context.WithCancelCause(ctx)
				defer cancel(nil)
				if tc.cancel < 0 {
					cancel(errors.New("the host took the call back"))
				} else if tc.cancel > 0 {
					time.AfterFunc(tc.cancel, func() { cancel(errors.New("the host took the call back")) })
				}
				start := time.Now()
				err := errOf(c.DeleteAPIUser(ctx, zapierID))
				if took := time.Since(start); took < tc.from || took > tc.to {
					t.Errorf("took %v, want %v to %v", took, tc.from, tc.to)
				}
				var effect *EffectError
				stillThere := errors.As(err, &effect) && effect.ReadBack == nil
				if (err == nil) != tc.deleted || stillThere != tc.stillThere {
					t.Errorf("got %v", err)
				}
				if n := sent(backend, http.MethodDelete); n != tc.sent {
					t.Errorf("sent %d times, want %d", n, tc.sent)
				}
				checkTruth(t, err, exists(backend, zapierID))
				if NotSent(err) != (tc.sent == 0) {
					t.Errorf("not sent: %v, %v", NotSent(err), err)
				}
			})
		})
	}
}

func hang2(kind sandbox.FaultKind) sandbox.Fault {
	return sandbox.Fault{Kind: kind, Method: "DELETE", Path: "/apiusers/*"}
}

// checkTruth holds what DeleteAPIUser reported against whether the record is there.
func checkTruth(t *testing.T, err error, stillThere bool) {
	t.Helper()
	var effect *EffectError
	var refused *Error
	switch {
	case err == nil:
		if stillThere {
			t.Error("reported to be deleted, and it there")
		}
	case errors.As(err, &effect):
		if effect.ReadBack == nil && !stillThere {
			t.Errorf("reported to stand, and it is gone: %v", err)
		}
	case errors.As(err, &refused):
		if !stillThere {
			t.Errorf("reported to be unchanged, and it is gone: %v", err)
		}
	default:
		t.Errorf("an error of another type: %v", err)
	}
}

// TestCancelWhileWaitingForTheLimit: what waits for its turn is not sent.
func TestCancelWhileWaitingForTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		backend, c := workspace(t)
		pause(c.limiter, 5*time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		err := errOf(c.DeleteAPIUser(ctx, zapierID))
		if !IsCancelled(err) || !NotSent(err) || time.Since(start) != time.Second || len(backend.Requests()) != 0 {
			t.Errorf("got %v after %v and %v", err, time.Since(start), backend.Requests())
		}
		if _, err := c.GetAPIUser(ctx, zapierID); !IsCancelled(err) || len(backend.Requests()) != 0 {
			t.Errorf("a read after the cancel: %v", err)
		}
	})
}

// TestNoRepeatAfterCancel: a token renewed after the cancel is not tried.
func TestNoRepeatAfterCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	backend := sandbox.New(sandbox.Options{})
	source := &renewing{token: mustToken(t, "expired-token"), next: mustToken(t, sandbox.AdminToken), onRenew: cancel}
	c, err := New(Config{BaseURL: testBaseURL, Tokens: source, Transport: backend.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	if err := errOf(c.DeleteAPIUser(ctx, zapierID)); !Is(err, KindUnauthenticated) || !exists(backend, zapierID) || sent(backend, "DELETE") != 1 {
		t.Errorf("got %v, sent %d times", err, sent(backend, "DELETE"))
	}
}

// TestLateEffect: awork carries out what it answered with an error, after the
// read-back; the repeat's 404 tells.
func TestLateEffect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		backend := sandbox.New(sandbox.Options{})
		c := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
			switch {
			case req.Method == http.MethodDelete && sent(backend, "GET") == 0:
				return &http.Response{StatusCode: http.StatusGatewayTimeout, Header: http.Header{}, Body: http.NoBody}, nil
			case req.Method == http.MethodGet && strings.Contains(req.URL.Path, "/apiusers/") && sent(backend, "GET") == 0:
				defer backend.RemoveAPIUser(zapierID.String())
			}
			return backend.RoundTripper().RoundTrip(req)
		}), sandbox.AdminToken)
		if err := errOf(c.DeleteAPIUser(t.Context(), zapierID)); err != nil || sent(backend, "DELETE") != 1 {
			t.Errorf("got %v: %v", err, backend.Requests())
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func mustToken(t testing.TB, value string) Token {
	t.Helper()
	token, err := ParseToken(value)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// renewing is a token source whose file has changed.
type renewing struct {
	token, next Token
	onRenew     func()
	err         error // of a renewal
	renewals    int
}

func (r *renewing) Token(context.Context) (Token, error) {
	return r.token, nil
}

func (r *renewing) Renew(context.Context, Token) (Token, error) {
	r.renewals++
	if r.onRenew != nil {
		r.onRenew()
	}
	r.token = r.next
	return r.token, r.err
}

// watched counts who waits for its end.
type watched struct {
	context.Context
	done    chan struct{}
	waiting atomic.Int32
}

func (w *watched) Done() <-chan struct{} { return w.done }

// AfterFunc is what package context calls on a context of another type.
func (w *watched) AfterFunc(func()) (stop func() bool) {
	w.waiting.Add(1)
	return func() bool { w.waiting.Add(-1); return true }
}

// TestNoContextIsLeft: a write cancels the contexts that it made when it ends, and
// not only at their deadlines.
func TestNoContextIsLeft(t *testing.T) {
	t.Parallel()
	call := &watched{Context: t.Context(), done: make(chan struct{})}
	_, c := workspace(t)
	if err := errOf(c.DeleteAPIUser(call, zapierID)); err != nil || call.waiting.Load() != 0 {
		t.Errorf("after a delete, %d wait for its call: %v", call.waiting.Load(), err)
	}
	w := newWriteContexts(call)
	if call.waiting.Load() == 0 {
		t.Error("the end of the call is not watched")
	}
	w.release()
	if n := call.waiting.Load(); n != 0 || w.call.Err() == nil || w.sending.Err() == nil || w.finishing.Err() == nil {
		t.Errorf("%d wait for the call: %v, %v, %v", n, w.call.Err(), w.sending.Err(), w.finishing.Err())
	}
}
