package tools_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// A cancel ends a bulk call: what is on its way is let finish, the rest is not
// attempted, and the result tells which is which.
func TestBulkDeleteIsCancelled(t *testing.T) {
	t.Parallel()
	bothEras(t, "between", setup{sandbox: sandbox.Options{Latency: 100 * time.Millisecond}}, func(t *testing.T, d *fixture) {
		list := d.addMany(50)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var once sync.Once
		d.wire.hook(func(r *http.Request) {
			if r.Method == http.MethodDelete {
				once.Do(func() { time.AfterFunc(150*time.Millisecond, cancel) })
			}
		}, nil)
		a := d.callCtx(ctx, "delete_api_users", args{"apiUserIds": list}).want("partial")
		deleted := checkResults(t, d, a, list)
		if deleted == 0 || deleted > 24 || a.num("summary", "not_attempted") != 50-deleted {
			t.Errorf("%v", a.at("summary"))
		}
	})
	bothEras(t, "before", setup{}, func(_ *testing.T, d *fixture) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		d.callCtx(ctx, "delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID}})
		d.nothingWritten()
	})
	// What could not be done within the deadline is reported as not attempted.
	bothEras(t, "out of time", setup{}, func(t *testing.T, d *fixture) {
		list := d.addMany(50)
		d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultLatency, Method: "DELETE", Delay: 9 * time.Second})
		start := time.Now()
		a := d.call("delete_api_users", args{"apiUserIds": list}).want("partial")
		if deleted := checkResults(t, d, a, list); deleted != 30 || a.num("summary", "not_attempted") < 10 {
			t.Errorf("%v", a.at("summary"))
		}
		if took := time.Since(start); took > 42*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestBulkDeleteIsParallel(t *testing.T) {
	t.Parallel()
	bothEras(t, "bounded", setup{sandbox: sandbox.Options{Latency: 100 * time.Millisecond}}, func(t *testing.T, d *fixture) {
		list := d.addMany(40)
		var mu sync.Mutex
		now, most := 0, 0
		count := func(n int) func(*http.Request) {
			return func(r *http.Request) {
				if r.Method == http.MethodDelete {
					mu.Lock()
					defer mu.Unlock()
					now += n
					most = max(most, now)
				}
			}
		}
		d.wire.hook(count(1), count(-1))
		start := time.Now()
		d.call("delete_api_users", args{"apiUserIds": list}).want("deleted")
		if most < 2 || most > 16 {
			t.Errorf("%d at once", most)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestProgress(t *testing.T) {
	t.Parallel()
	for _, e := range eras() {
		t.Run(string(e), func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				d := open(t, setup{})
				d.era = e
				d.notes = make(chan mcp.JSONRPCNotification, 200)
				list := append(d.addMany(30), unknownID, sandbox.AdminUserID)
				d.call("delete_api_users", args{"apiUserIds": list}).want("partial").same(30, "summary", "deleted")
				close(d.notes)
				var progress []float64
				for n := range d.notes {
					raw := string(mustJSON(n))
					noSecrets(t, "a notification", raw)
					if n.Method != "notifications/progress" {
						continue
					}
					params := n.Params.AdditionalFields
					if params["progressToken"] != "p1" || asNumber(params["total"]) != 32 || strings.TrimSpace(params["message"].(string)) == "" {
						t.Errorf("%s", raw)
					}
					progress = append(progress, asNumber(params["progress"]))
				}
				if !slices.IsSorted(progress) || len(slices.Compact(slices.Clone(progress))) != len(progress) || len(progress) < 30 || progress[len(progress)-1] != 32 {
					t.Errorf("progress %v", progress)
				}
			})
		})
	}
	t.Run("not asked for", func(t *testing.T) {
		parallelSynctest(t, func(t *testing.T) {
			d := open(t, setup{})
			notes := make(chan mcp.JSONRPCNotification, 200)
			ctx := d.server.WithContext(t.Context(), session{notes})
			d.callCtx(ctx, "delete_api_users", args{"apiUserIds": d.addMany(5)}).want("deleted")
			if len(notes) != 0 {
				t.Errorf("%d notifications", len(notes))
			}
		})
	})
}

func asNumber(v any) float64 {
	switch n := v.(type) {
	case int:
		return float64(n)
	case float64:
		return n
	}
	return -1
}

// A write on its way when the call is cancelled is let finish: nothing is half
// done, and nothing hangs on.
func TestCancellingAWriteOnItsWay(t *testing.T) {
	t.Parallel()
	bothEras(t, "slow", setup{faults: []sandbox.Fault{{Kind: sandbox.FaultLatency, Method: "DELETE", Delay: 3 * time.Second}}}, func(t *testing.T, d *fixture) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d.wire.hook(func(r *http.Request) {
			if r.Method == http.MethodDelete {
				cancel()
			}
		}, nil)
		d.callCtx(ctx, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("deleted")
		if d.stands(sandbox.ZapierSyncID) {
			t.Error("it stands")
		}
	})
	bothEras(t, "hanging", setup{faults: []sandbox.Fault{{Kind: sandbox.FaultHang, Method: "DELETE"}}}, func(t *testing.T, d *fixture) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d.wire.hook(func(r *http.Request) {
			if r.Method == http.MethodDelete {
				cancel()
			}
		}, nil)
		start := time.Now()
		d.callCtx(ctx, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("unavailable")
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
