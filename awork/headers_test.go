package awork

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// TestLongPauses: a header that asks for more than an hour is cut, so that no
// sum of waits overflows and a clock in error shuts nothing for years.
func TestLongPauses(t *testing.T) {
	t.Parallel()
	epoch := strconv.FormatInt(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), 10)
	for name, tc := range map[string]struct {
		header http.Header
		want   time.Duration
	}{
		"seconds":             {headers("Ratelimit-Reset", "12"), 12 * time.Second},
		"an hour":             {headers("Ratelimit-Reset", "3600"), time.Hour},
		"an epoch":            {headers("Ratelimit-Reset", epoch), time.Hour},
		"the most there is":   {headers("Ratelimit-Reset", "2147483647"), time.Hour},
		"Retry-After":         {headers("Retry-After", epoch), time.Hour},
		"a date far away":     {headers("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), time.Hour},
		"a date that is past": {headers("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT"), 0},
	} {
		if d, ok := retryAfter(tc.header); d != tc.want || !ok {
			t.Errorf("%s: %v, %t", name, d, ok)
		}
		synctest.Test(t, func(t *testing.T) {
			answer := reply{status: 429, header: map[string]string{}}
			for k := range tc.header {
				answer.header[k] = tc.header.Get(k)
			}
			s := &script{replies: map[string][]reply{"GET /me": {answer, asJSON(200, goodMe)}}}
			_, err := clientWith(t, s, "canary-token").Me(t.Context())
			if tooLong := tc.want > maxWait; tooLong != Is(err, KindRateLimited) || tooLong && s.count("GET /me") != 1 {
				t.Errorf("%s: asked %d times: %v", name, s.count("GET /me"), err)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter()
		l.learn(headers("Ratelimit-Remaining", "0", "Ratelimit-Reset", epoch))
		if d := time.Until(l.resumes); d != time.Hour {
			t.Errorf("paused for %v", d)
		}
	})
	e := classify(&answer{status: 503, header: headers("Retry-After", epoch)}, Token{})
	if e.RetryAfter != time.Hour {
		t.Errorf("a 503 asks to wait %v", e.RetryAfter)
	}
}
