package tools_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// rotation is a token source that has a new token once the old one is refused, or
// once done is set.
type rotation struct {
	old, next awork.Token
	done      atomic.Bool
}

func (s *rotation) Token(context.Context) (awork.Token, error) {
	if s.done.Load() {
		return s.next, nil
	}
	return s.old, nil
}

func (s *rotation) Renew(ctx context.Context, _ awork.Token) (awork.Token, error) {
	s.done.Store(true)
	return s.Token(ctx)
}

// rotating is a fixture whose next token is a key of the API user Zapier Sync, which
// is an admin there.
func rotating(t *testing.T) (*keyFixture, *rotation) {
	t.Helper()
	const key = "the-new-key-of-zapier"
	tokens := &rotation{}
	for value, into := range map[string]*awork.Token{sandbox.AdminToken: &tokens.old, key: &tokens.next} {
		token, err := awork.ParseToken(value)
		if err != nil {
			t.Fatal(err)
		}
		*into = token
	}
	carrier := &hooked{before: func(*http.Request) {}}
	client, err := awork.New(awork.Config{BaseURL: "https://keys.invalid/api/v1", Tokens: tokens, Transport: carrier})
	if err != nil {
		t.Fatal(err)
	}
	r := newKeyFixture(t, func(o *tools.Options) { o.Client = client })
	carrier.inner = r.secretRecorder
	u, _ := r.box.APIUser(sandbox.ZapierSyncID)
	u.RoleID = sandbox.AdminRoleID
	r.box.AddAPIUser(u)
	r.box.AddToken(key, sandbox.ZapierSyncID)
	return r, tokens
}

// TestTheJudgedTokenWrites: policy spares the API user whose key is used, which
// holds only if the key that is judged is the one that the write is sent with.
func TestTheJudgedTokenWrites(t *testing.T) {
	t.Parallel()
	own := args{"apiUserId": sandbox.ZapierSyncID}
	on := func(r *keyFixture, method string, do func()) {
		var once sync.Once
		r.secretRecorder.inner = before(r.secretRecorder.inner, func(q *http.Request) {
			if q.Method == method && strings.HasSuffix(q.URL.Path, sandbox.ZapierSyncID) {
				once.Do(do)
			}
		})
	}
	for name, tc := range map[string]struct {
		change        func(*keyFixture, *rotation)
		outcome, says string
	}{
		"refused at the write": {func(r *keyFixture, _ *rotation) { on(r, "DELETE", func() { r.box.RemoveToken(sandbox.AdminToken) }) }, "unauthenticated", "There is a new one: call again."},
		"refused in the plan": {func(r *keyFixture, _ *rotation) {
			on(r, "GET", func() {
				synctest.Wait() // who the old token is, which is known, has been looked up
				r.box.RemoveToken(sandbox.AdminToken)
			})
		}, "blocked", "whose key this server itself uses"},
		"replaced for the call": {func(_ *keyFixture, s *rotation) { s.done.Store(true) }, "blocked", "whose key this server itself uses"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, tokens := rotating(t)
				r.call("update_api_user", args{"apiUserId": sandbox.DatevExportID, "name": "D"}).want("updated") // the owner of the old one is known now
				tc.change(r, tokens)
				r.call("delete_api_user", own).want(tc.outcome, tc.says)
				r.call("delete_api_user", own).want("blocked")
				r.call("delete_api_user", args{"apiUserId": sandbox.DatevExportID}).want("deleted")
			})
		})
	}
}

// TestOneTokenACall: of several writes of one call none goes out with a token that
// came in between, be the old one good still or not.
func TestOneTokenACall(t *testing.T) {
	t.Parallel()
	ids := []string{sandbox.TimeDashboardID, sandbox.TimeDashboardCopyID, sandbox.PowerBIReportID}
	for name, gone := range map[string]bool{"still good": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, tokens := rotating(t)
			r.secretRecorder.inner = before(r.secretRecorder.inner, func(q *http.Request) {
				if q.Method != http.MethodDelete {
					return
				}
				if q.Header.Get("Authorization") != "Bearer "+sandbox.AdminToken {
					t.Error("a write went out with the next token")
				}
				if tokens.done.Swap(true) && gone {
					r.box.RemoveToken(sandbox.AdminToken)
				}
			})
			arguments := args{"clientId": "time-dashboard", "apiUserIds": ids}
			if !gone {
				r.call("delete_client_application", arguments).want("deleted")
				return
			}
			a := r.call("delete_client_application", arguments).want("partial", "after 1 deleted API user of it", "There is a new one: call again.")
			if len(a.Results) != 3 || a.Results[0].Outcome != "deleted" || len(r.writes()) != 2 {
				t.Errorf("after %v: %s", r.writes(), a.text)
			}
		})
	}
}

// A token that is refreshed in the middle of a call is its owner's as before.
func TestRefreshedInTheMiddle(t *testing.T) {
	t.Parallel()
	r, tokens := rotating(t)
	r.secretRecorder.inner = before(r.secretRecorder.inner, func(q *http.Request) {
		if q.Method == http.MethodPost {
			tokens.done.Store(true)
		}
	})
	r.call("issue_api_key", args{"name": "Robot", "roleId": "Integration"}).want("created")
}

// unreadable is a token source that can't be read at times.
type unreadable struct {
	*rotation
	fails func() bool
}

func (s unreadable) Token(ctx context.Context) (awork.Token, error) {
	if s.fails() {
		return awork.Token{}, errors.New("the token file can't be read")
	}
	return s.rotation.Token(ctx)
}

// TestNoTokenForAMoment: wherever in a call the token can't be read, and is another
// after that, no write goes out with one that was not judged.
func TestNoTokenForAMoment(t *testing.T) {
	t.Parallel()
	for at := range 30 {
		r, tokens := rotating(t)
		asked := 0
		var mu sync.Mutex
		source := unreadable{tokens, func() bool {
			mu.Lock()
			defer mu.Unlock()
			asked++
			if asked > at+2 { // the old one once more
				tokens.done.Store(true)
			}
			return asked == at+1
		}}
		carrier := before(r.secretRecorder, func(q *http.Request) {
			if q.Method == http.MethodDelete && q.Header.Get("Authorization") != "Bearer "+sandbox.AdminToken {
				t.Errorf("at %d: a write went out with the next token", at)
			}
		})
		client, err := awork.New(awork.Config{BaseURL: "https://keys.invalid/api/v1", Tokens: source, Transport: carrier})
		if err != nil {
			t.Fatal(err)
		}
		all, err := tools.New(tools.Options{Client: client})
		if err != nil {
			t.Fatal(err)
		}
		r.srv = all.Server("test")
		r.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID})
	}
}
