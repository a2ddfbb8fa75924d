//go:build bench

package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

const (
	rounds   = 3
	shortest = 500 * time.Millisecond // of a leg
)

func TestSpeed(t *testing.T) {
	dir := t.TempDir()
	ours, floor := build(t, dir, "awork-mcp", ".."), build(t, dir, "floor", "./floor")
	up := newUpstream(t)
	fmt.Printf("\nMeasured on %s, %d cores, %s, %s/%s.\n\n",
		time.Now().Format("2006-01-02"), runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	static(t, up, ours, floor)
	calls(t, up, ours, floor)
	single(t, ours)
	unreadableRole(t, up, ours)
	sessions(t, up, ours)
	bulk(t, ours)
}

// build builds a program as releases are built.
func build(t *testing.T, dir, name, pkg string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// static measures what a host pays before the first call.
func static(t *testing.T, up *upstream, ours, floor string) {
	const runs = 20
	times := map[string][]float64{}
	for range runs {
		for _, path := range []string{floor, ours} {
			start := time.Now()
			c := startStdio(t, up, path, legacy)
			times[path] = append(times[path], float64(time.Since(start).Microseconds())/1000)
			c.close()
		}
	}
	c, f := startStdio(t, up, ours, legacy), startStdio(t, up, floor, legacy)
	catalogue := len(c.client.Ask(t.Context(), "tools/list", nil).Result)
	time.Sleep(2 * time.Second) // what the start needed has been given back by then
	fmt.Printf("| start and rest | awork-mcp | floor | ratio |\n|---|---|---|---|\n")
	fmt.Printf("| cold start to the answer of initialize, median | %.1f ms | %.1f ms | %.2f |\n",
		median(times[ours]), median(times[floor]), median(times[ours])/median(times[floor]))
	fmt.Printf("| resident memory at rest, stdio | %.1f MiB | %.1f MiB | %.2f |\n",
		rss(c.pid()), rss(f.pid()), rss(c.pid())/rss(f.pid()))
	fmt.Printf("| tools/list | %d bytes | | |\n", catalogue)
	if info, err := os.Stat(ours); err == nil {
		fmt.Printf("| the program's size | %.1f MiB | | |\n", float64(info.Size())/(1<<20))
	}
	fmt.Println()
	c.close()
	f.close()
}

// calls measures get_api_user, each leg beside one of the bare request.
func calls(t *testing.T, up *upstream, ours, floor string) {
	targets := []struct {
		name  string
		start func() *target
	}{
		{"floor, stdio, 2025-11-25", func() *target { return startStdio(t, up, floor, legacy) }},
		{"awork-mcp, stdio, 2025-11-25", func() *target { return startStdio(t, up, ours, legacy) }},
		{"awork-mcp, stdio, 2026-07-28", func() *target { return startStdio(t, up, ours, modern) }},
		{"floor, stdio, 2026-07-28", func() *target { return startStdio(t, up, floor, modern) }},
		{"floor, http, 2025-11-25", func() *target { return startHTTP(t, up, floor, legacy) }},
		{"floor, http, 2026-07-28", func() *target { return startHTTP(t, up, floor, modern) }},
		{"awork-mcp, http, 2025-11-25", func() *target { return startHTTP(t, up, ours, legacy) }},
		{"awork-mcp, http, 2026-07-28", func() *target { return startHTTP(t, up, ours, modern) }},
	}
	fmt.Println("| get_api_user | upstream | at once | calls/s | of bare | p50 | p95 | p99 | CPU a call |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	for _, latency := range []time.Duration{0, 5 * time.Millisecond, 50 * time.Millisecond} {
		up.latency.Store(int64(latency))
		leg := max(shortest, 40*latency) // what is under way at its end must not count for much
		for _, atOnce := range []int{1, 8, 64} {
			for _, target := range targets {
				c := target.start()
				run(c.call, atOnce, latency, leg/2) // warm
				var ratios, rates, cpus []float64
				var all []time.Duration
				for range rounds {
					bare := run(up.bare, atOnce, latency, leg)
					before := cpuTime(c.pid())
					got := run(c.call, atOnce, latency, leg)
					cpus = append(cpus, float64((cpuTime(c.pid())-before).Microseconds())/float64(len(got.took)))
					rates, ratios = append(rates, got.rate()), append(ratios, got.rate()/bare.rate())
					all = append(all, got.took...)
				}
				c.close()
				slices.Sort(all)
				at := func(q float64) time.Duration { return all[int(q*float64(len(all)-1))].Round(10 * time.Microsecond) }
				fmt.Printf("| %s | %s | %d | %.0f | %.0f %% | %s | %s | %s | %.0f µs |\n",
					target.name, latency, atOnce, median(rates), 100*median(ratios), at(0.5), at(0.95), at(0.99), median(cpus))
			}
		}
	}
	up.latency.Store(0)
	fmt.Println()
}

// sessions measures what 1,000 clients over HTTP leave behind.
func sessions(t *testing.T, up *upstream, ours string) {
	server := serveHTTP(t, up, ours)
	defer server.close()
	pid := server.cmd.Process.Pid
	rest := rss(pid)
	clients := make([]*mcptest.HTTPClient, 1000)
	for i := range clients {
		clients[i] = server.connect(legacy)
	}
	held := rss(pid)
	for _, c := range clients {
		c.Leave()
	}
	fmt.Printf("| 1,000 sessions over HTTP | at rest | held | after they left |\n|---|---|---|---|\n")
	fmt.Printf("| resident memory | %.1f MiB | %.1f MiB | %.1f MiB |\n\n", rest, held, rss(pid))
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
