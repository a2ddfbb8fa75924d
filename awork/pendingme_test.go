package awork

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestMeInFlight: a 404 waits for the GET /me that are in flight where one is
// needed to confirm it, no longer than they are, and asks none of its own then.
func TestMeInFlight(t *testing.T) {
	t.Parallel()
	const half, second = 500 * time.Millisecond, time.Second
	slow := asJSON(200, goodMe)
	slow.before = func(*http.Request) { time.Sleep(second) }
	for name, tc := range map[string]struct {
		mes    []reply
		starts []time.Duration // when GET /me is sent
		at     time.Duration   // when the 404 comes
		took   time.Duration
		asked  int // GET /me
	}{
		"one":             {mes: []reply{slow}, starts: []time.Duration{0}, at: half, took: half, asked: 1},
		"two":             {mes: []reply{slow}, starts: []time.Duration{half, second}, at: half, took: second + half, asked: 2},
		"one that failed": {mes: []reply{asHTML(403, ""), slow}, starts: []time.Duration{0}, at: half, took: second, asked: 2},
		"not needed":      {mes: []reply{asJSON(200, goodMe), slow}, starts: []time.Duration{0, half}, at: second, asked: 2},
		"none":            {mes: []reply{slow}, took: second, asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string][]reply{"GET " + apiUserPath(zapierID): {asJSON(404, notFound)}, "GET /me": tc.mes}}
				c := clientWith(t, s, "canary-token")
				var others sync.WaitGroup
				for _, start := range tc.starts {
					others.Go(func() {
						time.Sleep(start)
						_, _ = c.Me(t.Context())
					})
				}
				time.Sleep(tc.at)
				synctest.Wait()
				start := time.Now()
				_, err := c.GetAPIUser(t.Context(), zapierID)
				if took := time.Since(start); !Is(err, KindNotFound) || took != tc.took {
					t.Errorf("got %v after %v, want %v", err, took, tc.took)
				}
				others.Wait()
				if n := s.count("GET /me"); n != tc.asked {
					t.Errorf("%d GET /me", n)
				}
			})
		})
	}
}

// TestMeNotFound: a GET /me that is answered with 404 does not wait for itself.
func TestMeNotFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: map[string][]reply{"GET /me": {asJSON(404, notFound)}}}
		start := time.Now()
		_, err := clientWith(t, s, "canary-token").Me(t.Context())
		if !Is(err, KindUpstream) || time.Since(start) != 0 {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
	})
}
