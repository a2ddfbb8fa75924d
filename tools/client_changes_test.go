package tools_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// client is a client application of the workspace as it is now.
func (r *keyFixture) client(id string) sandbox.ClientApplication {
	r.t.Helper()
	all := r.box.ClientApplications()
	i := slices.IndexFunc(all, func(a sandbox.ClientApplication) bool { return a.ClientID == id })
	if i < 0 {
		r.t.Fatalf("there is no client application %q", id)
	}
	return all[i]
}

// writes are the methods of the requests that were no reads.
func (r *keyFixture) writes() []string {
	var methods []string
	for _, q := range r.box.Requests() {
		if q.Method != http.MethodGet {
			methods = append(methods, q.Method)
		}
	}
	return methods
}

// TestRedirectURIsAreAskedFor: where people are sent is a human's to say; a name
// alone is not asked for.
func TestRedirectURIsAreAskedFor(t *testing.T) {
	t.Parallel()
	old := []string{"https://old.example/cb", "https://stays.example/cb"}
	come := "https://new.example/cb?" + strings.Repeat("x", 100) + "&end"
	for name, tc := range map[string]struct {
		arguments args
		yes       bool
		outcome   string
		asked     []string
		uris      []string
	}{
		"a name alone":      {args{"displayName": "Z"}, false, "updated", nil, old},
		"as they are":       {args{"displayName": "Z", "redirectUris": old}, false, "updated", nil, old},
		"one comes":         {args{"redirectUris": append([]string{come}, old...)}, true, "updated", []string{"added:\n• \"" + come + "\"\n\n", "Zapier", "Studio"}, append([]string{come}, old...)},
		"one comes, no":     {args{"redirectUris": []string{come}}, false, "declined", []string{"added:\n• \"" + come, "removed:\n• \"https://old.example/cb\"\n• \"https://stays"}, old},
		"all go":            {args{"redirectUris": []string{}, "displayName": "Z"}, true, "updated", []string{"removed:\n• \"https://old", `named "Z"`}, []string{}},
		"in another order":  {args{"redirectUris": []string{old[1], old[0]}}, true, "updated", []string{"another order"}, []string{old[1], old[0]}},
		"of a custom kind":  {args{"redirectUris": []string{"com.example.app:/cb"}}, true, "updated", []string{"com.example.app"}, []string{"com.example.app:/cb"}},
		"a script, refused": {args{"redirectUris": []string{"JavaScript:alert(1)"}}, true, "invalid_input", nil, old},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newKeyFixture(t, nil)
			r.form, r.yes = true, tc.yes
			app := r.client("zapier")
			app.RedirectURIs = old
			r.box.AddClientApplication(app)
			tc.arguments["clientId"] = "zapier"
			r.call("update_client_application", tc.arguments).want(tc.outcome)
			if (r.question != "") != (tc.asked != nil) {
				t.Errorf("asked %q", r.question)
			}
			for _, s := range tc.asked {
				if !strings.Contains(r.question, s) {
					t.Errorf("asked without %q: %s", s, r.question)
				}
			}
			if got := r.client("zapier").RedirectURIs; !slices.Equal(got, tc.uris) {
				t.Errorf("they are %q", got)
			}
		})
	}
	t.Run("changed while it is asked", func(t *testing.T) {
		t.Parallel()
		r := newKeyFixture(t, nil)
		r.form = true
		app := r.client("zapier")
		app.RedirectURIs = old
		r.meanwhile = func() { r.box.AddClientApplication(app) } // updatedOn as it was
		r.call("update_client_application", args{"clientId": "zapier", "redirectUris": []string{come}}).want("confirmation_required", "client application is another, or has changed")
		if len(r.writes()) > 0 {
			t.Errorf("sent %v", r.writes())
		}
	})
	t.Run("nobody to ask", func(t *testing.T) {
		t.Parallel()
		r := newKeyFixture(t, func(o *tools.Options) { o.Policy.Confirm = "human" })
		r.call("update_client_application", args{"clientId": "zapier", "redirectUris": []string{come}}).want("blocked")
	})
}

// TestUpdateBesideOthers: what someone else does to a client application while it
// is updated takes effect, and is reported.
func TestUpdateBesideOthers(t *testing.T) {
	t.Parallel()
	const path = "/clientapplications/zapier"
	for name, tc := range map[string]struct {
		at      int // the read of the record at which someone else is faster
		faults  []sandbox.Fault
		outcome string
		says    []string
		puts    int
	}{
		"before the write":    {1, nil, "confirmation_required", []string{`"zapier" has changed since it was read`, `its name was "Zapier" and is "Locked"`, "was not changed"}, 0},
		"in an unclear write": {2, []sandbox.Fault{{Kind: sandbox.FaultStatus, Method: "PUT", Path: path, Status: 503}}, "unknown", []string{`its redirect URIs were`, `"https://locked.example/cb"`}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newKeyFixture(t, nil)
				reads := 0
				r.secretRecorder.inner = before(r.secretRecorder.inner, func(q *http.Request) {
					if q.Method != http.MethodGet || !strings.HasSuffix(q.URL.Path, path) {
						return
					}
					if reads++; reads == tc.at {
						app := r.client("zapier")
						app.DisplayName, app.RedirectURIs = "Locked", []string{"https://locked.example/cb"}
						r.box.AddClientApplication(app)
					}
				})
				r.box.AddFaults(tc.faults...)
				a := r.call("update_client_application", args{"clientId": "zapier", "displayName": "Zapier 2"}).want(tc.outcome, tc.says...)
				if app := r.client("zapier"); app.DisplayName != "Locked" || app.RedirectURIs[0] != "https://locked.example/cb" || len(r.writes()) != tc.puts {
					t.Errorf("after %v it is %+v", r.writes(), app)
				}
				if strings.Contains(a.Message, "stands as it was") {
					t.Error(a.Message)
				}
			})
		})
	}
}

// TestNormalisedRedirectURIs: what awork made of a redirect URI is neither what
// was sent nor what was there.
func TestNormalisedRedirectURIs(t *testing.T) {
	t.Parallel()
	r := newKeyFixture(t, nil)
	r.secretRecorder.twist = func(_ *http.Request, b []byte) []byte {
		return bytes.ReplaceAll(b, []byte(`"https://x.example"`), []byte(`"https://x.example/"`))
	}
	a := r.call("update_client_application", args{"clientId": "zapier", "redirectUris": []string{"https://x.example"}}).
		want("unknown", `and are "https://x.example/"`, "list_client_applications")
	if strings.Contains(a.Message, "stands as it was") || !slices.Equal(r.writes(), []string{"PUT"}) {
		t.Errorf("after %v: %s", r.writes(), a.Message)
	}
}

// TestWhoseDeleteFailed: the failure to delete an API user is not reported of its
// client application.
func TestWhoseDeleteFailed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault   sandbox.Fault
		outcome string
		says    string
	}{
		"refused": {sandbox.Fault{Kind: sandbox.FaultUnauthorized}, "permission_denied", `delete API user "Zapier Sync"`},
		"stands":  {sandbox.Fault{Kind: sandbox.FaultStatus, Status: 500}, "upstream_error", `API user "Zapier Sync" still exists: it was there when it was read again.`},
		"limited": {sandbox.Fault{Kind: sandbox.FaultRateLimited, Reset: 60}, "rate_limited", `API user "Zapier Sync" was not deleted.`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newKeyFixture(t, nil)
				tc.fault.Method, tc.fault.Path = "DELETE", "/apiusers/*"
				r.box.AddFaults(tc.fault)
				a := r.call("delete_client_application", args{"clientId": "zapier", "apiUserIds": []string{sandbox.ZapierSyncID}}).
					want(tc.outcome, tc.says, `Client application "zapier" was not deleted.`)
				if strings.Contains(a.Message, `Client application "zapier" still exists`) {
					t.Error(a.Message)
				}
			})
		})
	}
}

// moreThanCame has awork say that there are more API users than it sends.
type moreThanCame struct {
	inner http.RoundTripper
	path  string
}

func (m moreThanCame) RoundTrip(q *http.Request) (*http.Response, error) {
	resp, err := m.inner.RoundTrip(q)
	if err == nil && strings.HasSuffix(q.URL.Path, m.path) {
		resp.Header.Set("Aw-Totalitems", "1000")
	}
	return resp, err
}

// TestDeleteClientBesideAnIncompleteList: one that did not come may belong to it.
func TestDeleteClientBesideAnIncompleteList(t *testing.T) {
	t.Parallel()
	r := newKeyFixture(t, nil)
	r.secretRecorder.inner = moreThanCame{r.secretRecorder.inner, "/apiusers"}
	before := r.records()
	r.call("delete_client_application", args{"clientId": "zapier", "apiUserIds": []string{sandbox.ZapierSyncID}}).
		want("upstream_error", "1000 API users but sent 12", "Nothing was changed.")
	if diff := cmp.Diff(before, r.records()); diff != "" {
		t.Error(diff)
	}
}

// TestClientIDThatLeadsElsewhere: what is reported of a request that was never made.
func TestClientIDThatLeadsElsewhere(t *testing.T) {
	t.Parallel()
	r := newKeyFixture(t, nil)
	r.box.AddClientApplication(sandbox.ClientApplication{ClientID: "..", DisplayName: "Dots"}) // else it would be gone
	u := r.box.AddAPIUser(sandbox.APIUser{Name: "Dots", RoleID: sandbox.IntegrationRoleID, ClientID: ".."})
	r.call("issue_api_key", args{"apiUserId": u.ID}).want("invalid_input", `Nothing was sent to awork: no client application can be asked for by the id "..".`)
}

// A client application's new name is shown at once, though names are cached.
func TestNameOfAChangedClient(t *testing.T) {
	t.Parallel()
	r := newKeyFixture(t, nil)
	showsClient := func(name string) {
		t.Helper()
		answer, err := json.Marshal(r.srv.HandleMessage(t.Context(), mustJSON(args{"jsonrpc": "2.0", "id": 1,
			"method": "tools/call", "params": args{"name": "get_api_user", "arguments": args{"apiUserId": sandbox.ZapierSyncID}}})))
		if err != nil || !strings.Contains(string(answer), `"clientName":"`+name+`"`) {
			t.Errorf("not %q: %s, %v", name, answer, err)
		}
	}
	showsClient("Zapier")
	r.call("update_client_application", args{"clientId": "zapier", "displayName": "Zapier of old"}).want("updated")
	showsClient("Zapier of old")
}
