package tools_test

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// foreign is a context of a type that package context does not know: each context
// that is derived from it has a goroutine for as long as it is not cancelled.
type foreign struct {
	context.Context
	done chan struct{}
}

func (f foreign) Done() <-chan struct{} { return f.done }

// derived counts the contexts that were derived from a foreign one by goroutines
// with a label, and not cancelled.
func derived(t *testing.T, label string) (n int) {
	t.Helper()
	synctest.Wait()
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		t.Fatal(err)
	}
	for block := range strings.SplitSeq(profile.String(), "\n\n") {
		if strings.Contains(block, strconv.Quote(label)) && strings.Contains(block, "context.(*cancelCtx).propagateCancel") {
			count, _, _ := strings.Cut(strings.TrimSpace(block), " ")
			alike, _ := strconv.Atoi(count)
			n += alike
		}
	}
	return n
}

// TestNoContextIsLeft: a call cancels each context that it makes when it ends, and
// not only at its deadline.
func TestNoContextIsLeft(t *testing.T) {
	t.Parallel()
	watched := func(t *testing.T, label string) context.Context {
		pprof.SetGoroutineLabels(pprof.WithLabels(t.Context(), pprof.Labels("leaks", label)))
		return foreign{context.WithoutCancel(t.Context()), make(chan struct{})}
	}
	t.Run("the count", func(t *testing.T) {
		parallelSynctest(t, func(t *testing.T) {
			ctx := watched(t, "the count")
			_, cancel := context.WithCancel(ctx)
			if n := derived(t, "the count"); n != 1 {
				t.Errorf("a context that is left is counted as %d", n)
			}
			cancel()
			if n := derived(t, "the count"); n != 0 {
				t.Errorf("one that is cancelled is counted as %d", n)
			}
		})
	})
	for tool, arguments := range map[string]args{
		"list_api_users":   {},
		"get_api_user":     {"apiUserId": sandbox.ZapierSyncID, "includeTraces": true, "includeWebhooks": true},
		"audit_api_users":  {},
		"check_access":     {},
		"create_api_user":  {"name": "R", "roleId": "User"},
		"update_api_user":  {"apiUserId": sandbox.ZapierSyncID, "name": "R"},
		"delete_api_user":  {"apiUserId": sandbox.ZapierSyncID},
		"delete_api_users": {"apiUserIds": three},
	} {
		bothEras(t, tool, setup{}, func(t *testing.T, d *fixture) {
			label := tool + " " + string(d.era)
			d.callCtx(watched(t, label), tool, arguments)
			if n := derived(t, label); n > 0 {
				t.Errorf("%d contexts are left", n)
			}
		})
	}
	for tool, arguments := range map[string]args{
		"issue_api_key":          {"name": "Time Export", "roleId": "User"},
		"rotate_api_key":         {"apiUserId": sandbox.ZapierSyncID},
		"generate_client_secret": {"clientId": "datev-export"},
	} {
		t.Run(tool, func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				r := room(t, func(o *tools.Options) { o.Policy.Confirm = "auto" })
				r.form = true
				r.callCtx(watched(t, tool), tool, arguments).want("created")
				if n := derived(t, tool); n > 0 {
					t.Errorf("%d contexts are left", n)
				}
			})
		})
	}
}
