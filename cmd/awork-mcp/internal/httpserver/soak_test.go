package httpserver

import (
	"context"
	"flag"
	"log/slog"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/cmd/awork-mcp/internal/metrics"
)

// soak is how long TestSoak loads the server: go test -run Soak -soak=60s
var soak = flag.Duration("soak", 0, "how long TestSoak runs; 0 skips it")

const soakSessions = 1000

// TestSoak has many sessions of two callers use the server in every way at once,
// some of them badly. No call gets another's answer or caller, and in the end
// nothing is left of it all.
func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("takes the time that -soak gives it")
	}
	x := start(t, Options{
		Auth: book{}, Metrics: metrics.New(), Log: slog.New(slog.DiscardHandler),
		Prepare: byName,
	})
	x.client.Transport.(*http.Transport).MaxIdleConnsPerHost = soakSessions
	x.inspect = func(ctx context.Context, header http.Header) {
		if me := header.Get("X-Me"); me != "" && ctx.Value(callerKey{}) != me {
			t.Errorf("%s's call runs as %v", me, ctx.Value(callerKey{}))
		}
	}
	s := &soaking{fixture: x, counts: map[string]int{}}
	for range 3 { // what is made once is made
		s.once("ann", 0)
	}
	x.client.CloseIdleConnections()
	goroutines, memory := usage()
	ctx, cancel := context.WithTimeout(t.Context(), *soak)
	defer cancel()
	var peak atomic.Int64
	var all sync.WaitGroup
	for i := range soakSessions {
		all.Go(func() {
			name := []string{"ann", "bob"}[i%2]
			for ctx.Err() == nil {
				s.once(name, i)
			}
		})
	}
	all.Go(func() {
		for ctx.Err() == nil {
			x.probe()
			peak.Store(max(peak.Load(), int64(residentMiB(t))))
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
	all.Wait()
	x.client.CloseIdleConnections()
	t.Logf("%v; resident memory of clients and server: %d MiB at most", s.counts, peak.Load())
	if s.counts[lost] > s.counts["echo"]/1000 {
		t.Errorf("%d requests were lost", s.counts[lost])
	}
	if n := x.server.calls.count() + int(x.server.streams.InUse()); n != 0 {
		t.Errorf("%d calls and streams are left", n)
	}
	for _, id := range x.server.streamable.sessions.ids() { // as their idle end will
		x.server.streamable.forget(id)
	}
	awaitUsage(t, goroutines, memory)
}

// awaitUsage waits until no more is used than before. The runtime reports to nobody
// when goroutines have ended on both sides of a socket, and what they held is freed.
func awaitUsage(t *testing.T, goroutines int, memory uint64) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		g, m := usage()
		if g <= goroutines+5 && m <= memory+5<<20 {
			t.Logf("goroutines %d → %d, heap %d → %d KiB", goroutines, g, memory>>10, m>>10)
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("goroutines %d → %d, heap %d → %d KiB", goroutines, g, memory>>10, m>>10)
			return
		}
	}
}

func (s *sessions) ids() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.open))
}

func usage() (goroutines int, heap uint64) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtime.NumGoroutine(), m.HeapAlloc
}
