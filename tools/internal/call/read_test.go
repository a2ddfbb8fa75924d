package call

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
)

// TestReadAPIUser: what is read beside an API user is there when it returns; where
// there is none, it is given up at once, and nothing of it goes on.
func TestReadAPIUser(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]time.Duration{sandbox.ZapierSyncID: 3 * time.Second, uuid.NewString(): 0} {
		synctest.Test(t, func(t *testing.T) {
			f := open(t, policy.Settings{}, nil)
			started, ended := time.Now(), false
			beside := func(ctx context.Context) {
				select {
				case <-time.After(3 * time.Second):
				case <-ctx.Done():
				}
				ended = true
			}
			_, _, err := f.call(t.Context(), "tool", "").ReadAPIUser(t.Context(), uuid.MustParse(id), beside)
			if took := time.Since(started); (err == nil) != (want > 0) || took != want || !ended {
				t.Errorf("%s: %v after %s, %t", id, err, took, ended)
			}
		})
	}
}

// TestPickParallel: a call reads no more API users at once than it may.
func TestPickParallel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var wire *counter
		f := open(t, policy.Settings{}, func(inner http.RoundTripper) http.RoundTripper {
			wire = &counter{RoundTripper: inner}
			return wire
		})
		targets := f.users(inRoles(f, 2*maxParallel)...)
		found, err := f.call(t.Context(), "tool", "").Pick(t.Context(), directory.UserList{}, targets)
		if err != nil || len(found) != len(targets) || wire.most != maxParallel {
			t.Errorf("%d, %v, %d at once", len(found), err, wire.most)
		}
	})
}

// TestPrefetchQuestion: webhooks are read for a question, and not for its answer.
func TestPrefetchQuestion(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]int{"": 1, "code": 0} {
		f := open(t, policy.Settings{}, nil)
		f.call(t.Context(), "tool", given).PrefetchQuestion(t.Context())
		if n := f.box.RequestCounts()["GET /webhooks"]; n != want {
			t.Errorf("%q: %d requests", given, n)
		}
	}
}

// TestDecidingNames: what a few roles may do is read fresh for an answer; what more
// may do is as it was read.
func TestDecidingNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		roles int
		code  string
		fresh bool
	}{{maxFreshRoles, "", false}, {maxFreshRoles, "code", true}, {maxFreshRoles + 1, "code", false}} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			t.Parallel()
			f := open(t, policy.Settings{}, nil)
			ch := f.change(policy.Delete, inRoles(f, test.roles)...)
			growLast(f)
			c := f.call(t.Context(), "tool", test.code)
			names := c.DecidingNames(t.Context(), ch.Names, ch.Targets...)
			isAdmin := func(u awork.APIUser) bool { return names.WhyAdmin(u) != "" }
			fresh, known := slices.ContainsFunc(ch.Targets, isAdmin), len(names.RolesOf(ch.Targets))
			if fresh != test.fresh || known != test.roles {
				t.Errorf("fresh is %t, %d roles", fresh, known)
			}
		})
	}
}
