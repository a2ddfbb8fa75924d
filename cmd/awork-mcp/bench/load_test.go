//go:build bench

package bench

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	recordID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
	roleID   = "5f2504e0-4f89-41d3-9a0c-0305e82c3302"
	record   = `{"id":"` + recordID + `","name":"Zapier Sync","roleId":"` + roleID + `",` +
		`"clientId":"zapier","createdOn":"2024-03-01T08:00:00.1234567Z"}`
	me = `{"id":"9f2504e0-4f89-41d3-9a0c-0305e82c3309","firstName":"Bench","workspace":{"name":"Bench"}}`
)

// upstream is a stand-in for awork's API that does next to nothing, lifts the
// rate limits as awork would, and answers after a while.
type upstream struct {
	base    string
	latency atomic.Int64
	failing atomic.Bool // the permissions of the role can't be read
	client  *http.Client
}

func newUpstream(t *testing.T) *upstream {
	u := &upstream{client: &http.Client{Transport: &http.Transport{MaxIdleConns: 128, MaxIdleConnsPerHost: 128}}}
	answers := map[string]string{
		"/apiusers/" + recordID: record, "/apiusers": "[" + record + "]", "/clientapplications": "[]", "/users": "[]",
		"/roles": `[{"id":"` + roleID + `","name":"Integration"}]`, "/roles/" + roleID + "/permissions": "[]", "/me": me,
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d := time.Duration(u.latency.Load()); d > 0 {
			time.Sleep(d)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Ratelimit-Limit-Second", "1000000")
		w.Header().Set("X-Ratelimit-Limit-Minute", "60000000")
		if u.failing.Load() && strings.HasSuffix(r.URL.Path, "/permissions") {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, answers[r.URL.Path])
	}))
	t.Cleanup(srv.Close)
	u.base = srv.URL
	return u
}

// bare makes the request that get_api_user makes, and nothing else.
func (u *upstream) bare() error {
	req, err := http.NewRequest(http.MethodGet, u.base+"/apiusers/"+recordID, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer x")
	resp, err := u.client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return err
}

// load is what a leg measured.
type load struct {
	took []time.Duration
	wall time.Duration
}

func (l load) rate() float64 { return float64(len(l.took)) / l.wall.Seconds() }

// run calls f from so many goroutines at once for a while. They begin spread over
// the time that the upstream takes: in step they would queue for the processor,
// call after call.
func run(f func() error, atOnce int, spread, d time.Duration) load {
	start := time.Now()
	parts := make([][]time.Duration, atOnce)
	var wg sync.WaitGroup
	for i := range atOnce {
		wg.Go(func() {
			time.Sleep(spread * time.Duration(i) / time.Duration(atOnce))
			for time.Since(start) < d {
				began := time.Now()
				if err := f(); err != nil {
					panic(err)
				}
				parts[i] = append(parts[i], time.Since(began))
			}
		})
	}
	wg.Wait()
	return load{took: slices.Concat(parts...), wall: time.Since(start)}
}

// rss is the resident memory of a process in MiB.
func rss(pid int) float64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// cpuTime is the processor time that a process has used.
func cpuTime(pid int) time.Duration {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}
