package awork

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestNewerToken: a read that is refused is sent again with a newer token, where
// there is one and the client is not pinned.
func TestNewerToken(t *testing.T) {
	t.Parallel()
	refused, denied, roles := asJSON(401, gatewayBad), asJSON(401, deniedBody), asJSON(200, "["+adminJS+"]")
	const bad = KindUnauthenticated
	noFile := errors.New("no file")
	for name, tc := range map[string]struct {
		first          reply  // to GET /roles; the next one is good
		next           string // what a renewal gives
		err            error  // of the renewal
		pinned, cancel bool
		kind           Kind
		newer          bool // the error says that there is a newer one
		tokens         string
		renewals       int
	}{
		"a newer one":         {first: refused, next: "second", kind: none, tokens: "first,second", renewals: 1},
		"none that is newer":  {first: refused, next: "first", kind: bad, tokens: "first", renewals: 1},
		"none at all":         {first: refused, kind: bad, tokens: "first", renewals: 1},
		"the renewal fails":   {first: refused, next: "second", err: noFile, kind: bad, tokens: "first", renewals: 1},
		"refused again":       {first: refused, next: "worse", kind: bad, tokens: "first,worse", renewals: 1},
		"pinned":              {first: refused, next: "second", pinned: true, kind: bad, newer: true, tokens: "first", renewals: 1},
		"pinned, and may not": {first: denied, next: "second", pinned: true, kind: KindPermissionDenied, tokens: "first,first", renewals: 1},
		"cancelled meanwhile": {first: refused, next: "second", cancel: true, kind: bad, newer: true, tokens: "first", renewals: 1},
		"refused otherwise":   {first: reply{status: 500}, next: "second", kind: KindUpstream, tokens: "first"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			source := &renewing{token: mustToken(t, "first"), err: tc.err}
			if tc.next != "" {
				source.next = mustToken(t, tc.next)
			}
			if tc.cancel {
				source.onRenew = cancel
			}
			answers := []reply{tc.first, roles}
			if tc.next == "worse" {
				answers[1] = refused
			}
			s := &script{replies: map[string][]reply{"GET /roles": answers, "GET /me": {asJSON(200, goodMe)}}}
			c, err := New(Config{BaseURL: testBaseURL, Tokens: source, Transport: s})
			if err != nil {
				t.Fatal(err)
			}
			if tc.pinned {
				c = c.Pin(source.token)
			}
			_, err = c.ListRoles(ctx)
			var e *Error
			if !errors.As(err, &e) {
				e = &Error{Kind: none}
			}
			tokens := strings.ReplaceAll(strings.Join(s.tokens, ","), "Bearer ", "")
			if e.Kind != tc.kind || e.NewerToken != tc.newer || tokens != tc.tokens || source.renewals != tc.renewals {
				t.Errorf("got %v, newer %v, after %d renewals and %q", err, e.NewerToken, source.renewals, tokens)
			}
		})
	}
}

// TestTurn: what waits for awork's limits counts as waiting, and is given up where
// it would take too long.
func TestTurn(t *testing.T) {
	t.Parallel()
	path := apiUserPath(zapierID)
	limited := with(reply{status: 429}, "Ratelimit-Reset", "5")
	lastOne := with(with(asJSON(404, notFound), "Ratelimit-Remaining", "0"), "Ratelimit-Reset", "5")
	for name, tc := range map[string]struct {
		pause  time.Duration
		answer reply
		cancel time.Duration
		took   time.Duration
		asked  []string
		want   Error
	}{
		"too long": {pause: 20 * time.Second, answer: limited, cancel: time.Hour,
			want: Error{Kind: KindRateLimited, RetryAfter: 20 * time.Second,
				Reason: "awork's rate limit leaves no request free now"}},
		"and limited then": {pause: 8 * time.Second, answer: limited, cancel: time.Hour, took: 8 * time.Second,
			asked: []string{"GET " + path}, want: Error{Kind: KindRateLimited, RetryAfter: 5 * time.Second}},
		"cancelled": {pause: 5 * time.Second, answer: limited, cancel: time.Second, took: time.Second,
			want: Error{Kind: KindUnavailable, Reason: "the call was cancelled"}},
		"cancelled before GET /me": {answer: lastOne, cancel: time.Second, took: time.Second, asked: []string{"GET " + path},
			want: Error{Kind: KindUnavailable, Reason: meFailed + ": the call was cancelled"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string][]reply{"GET " + path: {tc.answer}, "GET /me": {asJSON(200, goodMe)}}}
				c := clientWith(t, s, "canary-token")
				pause(c.limiter, tc.pause)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(tc.cancel, cancel)
				start := time.Now()
				_, err := c.GetAPIUser(ctx, zapierID)
				tc.want.Method, tc.want.Path = "GET", path
				checkFailure(t, err, tc.want, func(e *Error) bool { return e.RetryAfter == tc.want.RetryAfter })
				if took := time.Since(start); took != tc.took || !slices.Equal(s.asked, tc.asked) {
					t.Errorf("asked %q in %v", s.asked, took)
				}
			})
		})
	}
}
