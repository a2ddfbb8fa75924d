package sandbox

import (
	"testing"
	"time"
)

func TestStamp(t *testing.T) {
	t.Parallel()
	berlin := time.FixedZone("CEST", 2*60*60)
	for want, in := range map[string]time.Time{
		"":                             {},
		"2026-09-01T12:00:00.1234567Z": noon(),
		"2026-09-01T12:00:00.5Z":       time.Date(2026, 9, 1, 14, 0, 0, 500_000_000, berlin),
		"2026-09-01T12:00:00Z":         time.Date(2026, 9, 1, 12, 0, 0, 99, time.UTC),
	} {
		if got := stamp(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
