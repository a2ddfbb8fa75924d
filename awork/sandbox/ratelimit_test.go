package sandbox

import (
	"strings"
	"testing"
	"time"
)

func TestRateLimit(t *testing.T) {
	t.Parallel()
	now := noon()
	s := New(Options{RateLimit: RateLimit{PerSecond: 2, PerMinute: 3}, Now: func() time.Time { return now }})
	for i, want := range []struct {
		later                                time.Duration
		status                               int
		limit, left, reset, leftSec, leftMin string
	}{
		{0, 200, "2", "1", "1", "1", "2"},
		{0, 200, "2", "0", "1", "0", "1"},
		{0, 429, "2", "0", "1", "0", "1"},
		{time.Second, 200, "3", "0", "59", "1", "0"},
		{time.Second, 429, "3", "0", "58", "2", "0"},
		{time.Minute, 200, "2", "1", "1", "1", "2"},
	} {
		now = now.Add(want.later)
		a := admin(t, s, "GET", "/me", "")
		h := a.header
		got := []string{
			h.Get("ratelimit-limit"), h.Get("ratelimit-remaining"), h.Get("ratelimit-reset"),
			h.Get("x-ratelimit-remaining-second"), h.Get("x-ratelimit-remaining-minute"),
			h.Get("x-ratelimit-limit-second"), h.Get("x-ratelimit-limit-minute"), h.Get("retry-after"),
		}
		expected := strings.Join([]string{want.limit, want.left, want.reset, want.leftSec, want.leftMin, "2", "3", ""}, " ")
		if strings.Join(got, " ") != expected {
			t.Errorf("request %d: headers %v, want %+v", i, got, want)
		}
		if a.status != want.status || a.status == 429 && a.body != `{"message":"API rate limit exceeded"}` {
			t.Errorf("request %d: got %d %s", i, a.status, a.body)
		}
	}
}

func TestRateLimitOfAwork(t *testing.T) {
	t.Parallel()
	s := New(Options{Now: noon})
	h := admin(t, s, "GET", "/me", "").header
	if h.Get("x-ratelimit-limit-second") != "50" || h.Get("x-ratelimit-limit-minute") != "1000" {
		t.Errorf("headers %v", h)
	}
	// A bad token uses up nothing, and another good one counts in the same window.
	do(t, s, "unknown", "GET", "/me", "")
	if left := do(t, s, NobodyToken, "GET", "/me", "").header.Get("ratelimit-remaining"); left != "48" {
		t.Errorf("%s left", left)
	}
}

func TestRateLimitOff(t *testing.T) {
	t.Parallel()
	s := unlimited()
	for range 100 {
		if a := admin(t, s, "GET", "/me", ""); a.status != 200 || len(a.header.Get("ratelimit-remaining")) < 7 {
			t.Fatalf("got %d %v", a.status, a.header)
		}
	}
}
