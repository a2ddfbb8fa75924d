package awork

import (
	"context"
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// TestReadEndsAtOnce: a cancel ends a read wherever it is, and is reported as one
// whatever cause the caller gave it.
func TestReadEndsAtOnce(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sandbox.Fault{
		"on the wire":          {Kind: sandbox.FaultHang, Path: "/apiusers/*"},
		"in the deciding /me":  {Kind: sandbox.FaultHang, Path: "/me"},
		"waiting for a repeat": {Kind: sandbox.FaultRateLimited, Reset: 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				backend, c := workspace(t, f)
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(errors.New("the host took the call back")) })
				start := time.Now()
				_, err := c.GetAPIUser(ctx, unknownID)
				if err == nil || time.Since(start) != time.Second {
					t.Errorf("got %v after %v", err, time.Since(start))
				}
				if f.Kind == sandbox.FaultHang && !IsCancelled(err) {
					t.Errorf("got %v, want a cancel", err)
				}
				if n := len(backend.Requests()); n > 2 {
					t.Errorf("sent %d requests", n)
				}
			})
		})
	}
}

// TestTimeoutOfTheConnection: a time-out that is not the caller's is a lost
// connection, and a read is tried again.
func TestTimeoutOfTheConnection(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{context.DeadlineExceeded, context.Canceled, os.ErrDeadlineExceeded} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{replies: map[string][]reply{"GET " + apiUserPath(zapierID): {{err: cause}, {err: cause}, recordReply(zapierID)}}}
			if _, err := clientWith(t, s, "canary-token").GetAPIUser(t.Context(), zapierID); err != nil {
				t.Errorf("%v: %v", cause, err)
			}
		})
	}
}

// TestDefaultDeadline: a read without a deadline gets one.
func TestDefaultDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, c := workspace(t, sandbox.Fault{Kind: sandbox.FaultHang})
		start := time.Now()
		_, err := c.Me(t.Context())
		checkFailure(t, err, Error{Kind: KindUnavailable, Method: "GET", Path: "/me", Reason: "awork did not answer in time"}, nil)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != defaultDeadline {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
	})
}

// TestCancelWhileReadingTheToken: what has no token yet when its caller goes is
// not sent.
func TestCancelWhileReadingTheToken(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *Client) error{
		"read":  func(ctx context.Context, c *Client) error { return errOf(c.GetAPIUser(ctx, zapierID)) },
		"write": func(ctx context.Context, c *Client) error { return errOf(c.DeleteAPIUser(ctx, zapierID)) },
	} {
		backend := sandbox.New(sandbox.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		source := ending{cancel, mustToken(t, sandbox.AdminToken)}
		c, err := New(Config{BaseURL: testBaseURL, Tokens: source, Transport: backend.RoundTripper()})
		if err != nil {
			t.Fatal(err)
		}
		if err := call(ctx, c); !IsCancelled(err) || !NotSent(err) || len(backend.Requests()) != 0 {
			t.Errorf("%s: got %v and %v", name, err, backend.Requests())
		}
	}
}

type ending struct {
	end   context.CancelFunc
	token Token
}

func (e ending) Token(context.Context) (Token, error)        { e.end(); return e.token, nil }
func (e ending) Renew(context.Context, Token) (Token, error) { return e.token, nil }

// TestDecidingOnce: GET /me is asked for the first 404 alone, and within the
// time that the operation may still wait.
func TestDecidingOnce(t *testing.T) {
	t.Parallel()
	backend, c := workspace(t)
	for range 3 {
		if _, err := c.GetAPIUser(t.Context(), unknownID); !Is(err, KindNotFound) {
			t.Error(err)
		}
	}
	if n := len(backend.Requests()); n != 4 {
		t.Errorf("sent %d requests", n)
	}
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: map[string][]reply{"GET " + apiUserPath(zapierID): {
			with(reply{status: 429}, "Ratelimit-Reset", "8"),
			with(with(asJSON(404, notFound), "Ratelimit-Remaining", "0"), "Ratelimit-Reset", "5"),
		}}}
		start := time.Now()
		_, err := clientWith(t, s, "canary-token").GetAPIUser(t.Context(), zapierID)
		if took := time.Since(start); !Is(err, KindRateLimited) || took > 9*time.Second {
			t.Errorf("got %v after %v", err, took)
		}
	})
}
