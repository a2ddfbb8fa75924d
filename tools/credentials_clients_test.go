package tools_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// TestGoneUnderTheCommit: a 404 is reported as what is gone.
func TestGoneUnderTheCommit(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		tool          string
		arguments     args
		outcome, says string
	}{
		"update": {"update_client_application", args{"clientId": "zapier", "displayName": "Z"}, "not_found", `no client application "zapier" any more`},
		"delete": {"delete_client_application", args{"clientId": "zapier", "apiUserIds": []string{sandbox.ZapierSyncID}}, "partial", "own first attempt"},
		"secret": {"generate_client_secret", args{"clientId": "datev-export"}, "not_found", `no client application "datev-export" any more`},
		"key":    {"issue_api_key", args{"apiUserId": sandbox.ZapierSyncID}, "invalid_input", "awork does not know the client application"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newKeyFixture(t, nil)
			r.secretRecorder.twist = nil
			gone := false
			r.secretRecorder.inner = before(r.secretRecorder.inner, func(q *http.Request) {
				if q.Method != http.MethodGet && strings.Contains(q.URL.Path, "/clientapplications/") && !gone {
					gone = true
					for _, a := range r.box.ClientApplications() {
						r.box.RemoveClientApplication(a.ClientID)
					}
				}
			})
			r.call(tc.tool, tc.arguments).want(tc.outcome, tc.says)
		})
	}
}

type hooked struct {
	inner  http.RoundTripper
	before func(*http.Request)
}

func before(inner http.RoundTripper, f func(*http.Request)) http.RoundTripper {
	return hooked{inner, f}
}

func (h hooked) RoundTrip(q *http.Request) (*http.Response, error) {
	h.before(q)
	return h.inner.RoundTrip(q)
}

func TestClientApplications(t *testing.T) {
	t.Parallel()
	r := newKeyFixture(t, nil)
	client := func(id string) (sandbox.ClientApplication, bool) {
		all := r.box.ClientApplications()
		i := slices.IndexFunc(all, func(a sandbox.ClientApplication) bool { return a.ClientID == id })
		if i < 0 {
			return sandbox.ClientApplication{}, false
		}
		return all[i], true
	}
	before := r.records()
	r.call("create_client_application", args{"clientId": "export", "displayName": "Export", "redirectUris": []string{"https://x.example/back"}}).want("created", `"Export"`)
	if c, _ := client("export"); c.Confidential || !slices.Equal(c.RedirectURIs, []string{"https://x.example/back"}) {
		t.Errorf("made %+v", c)
	}
	a := r.call("create_client_application", args{"clientId": "vault", "displayName": "Vault", "isConfidential": true}).want("created", "compartment client-secret")
	p := r.safe.only(t)
	if c, _ := client("vault"); p.Value.Reveal() != c.Secret || c.Secret == "" || p.ClientID != "vault" || a.Delivered.Fingerprint != p.Value.Fingerprint() || a.ClientApplication == nil {
		t.Errorf("delivered %+v of %+v", p, c)
	}
	r.call("generate_client_secret", args{"clientId": "Vault"}).want("created", "has a new secret")
	if c, _ := client("vault"); len(r.safe.secrets) != 2 || r.safe.secrets[1].Value.Reveal() != c.Secret || c.Secret == p.Value.Reveal() {
		t.Errorf("after another secret: %+v", c)
	}
	r.safe.err = errors.New("shut")
	r.call("generate_client_secret", args{"clientId": "Vault"}).want("delivery_failed", "delivery of its secret failed", "generate_client_secret")
	r.safe.err = nil

	r.call("update_client_application", args{"clientId": "export", "displayName": "Exports"}).want("updated")
	if c, _ := client("export"); c.DisplayName != "Exports" || len(c.RedirectURIs) != 1 {
		t.Errorf("a new name made %+v", c)
	}
	a = r.call("update_client_application", args{"clientId": "export", "redirectUris": []string{}}).want("updated")
	if c, _ := client("export"); c.DisplayName != "Exports" || len(c.RedirectURIs) != 0 || len(a.Before.RedirectURIs) != 1 {
		t.Errorf("no redirects made %+v: %s", c, a.text)
	}
	r.box.ResetRequests()
	r.call("update_client_application", args{"clientId": "export", "displayName": "Exports"}).want("unchanged")
	if n := len(slices.DeleteFunc(r.box.Requests(), func(q sandbox.Request) bool { return q.Method == http.MethodGet })); n > 0 {
		t.Errorf("%d writes for nothing", n)
	}
	r.call("delete_client_application", args{"clientId": "export"}).want("deleted")
	r.call("delete_client_application", args{"clientId": "vault"}).want("deleted")
	if diff := cmp.Diff(before, r.records()); diff != "" {
		t.Error(diff)
	}
	r.call("delete_client_application", args{"clientId": "time-dashboard", "apiUserIds": []string{sandbox.TimeDashboardID, sandbox.TimeDashboardCopyID, sandbox.PowerBIReportID}}).want("deleted", "3 API users with it")
	if len(r.records()) != len(before)-4 {
		t.Errorf("%d records are left of %d", len(r.records()), len(before))
	}
}

// TestLostSecretOfANewClient: it is made, its secret never came.
func TestLostSecretOfANewClient(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.FaultKind{sandbox.FaultLostAfter, sandbox.FaultBrokenAfter, sandbox.FaultStatusAfter, sandbox.FaultHTMLAfter} {
		r := newKeyFixture(t, nil)
		before := r.records()
		r.box.AddFaults(sandbox.Fault{Kind: kind, Method: "POST", Path: "/clientapplications"})
		a := r.call("create_client_application", args{"clientId": "vault", "displayName": "Vault", "isConfidential": true}).want("delivery_failed", "was created", "secret was lost", "generate_client_secret")
		r.box.ClearFaults()
		if len(r.safe.secrets) > 0 || len(a.Exists) != 1 || a.Exists[0].ID != "vault" {
			t.Fatalf("%s: %s", kind, a.text)
		}
		r.call("generate_client_secret", args{"clientId": "vault"}).want("created")
		r.call(a.Exists[0].CleanUp.Tool, a.Exists[0].CleanUp.Arguments).want("deleted")
		if diff := cmp.Diff(before, r.records()); diff != "" {
			t.Error(diff)
		}
	}
}

// TestHalfDeletedClients stops the delete of a client application with its API
// users at each of its requests.
func TestHalfDeletedClients(t *testing.T) {
	t.Parallel()
	ids := []string{sandbox.TimeDashboardID, sandbox.PowerBIReportID, sandbox.TimeDashboardCopyID}
	for name, tc := range map[string]struct {
		fault   sandbox.Fault
		outcome string
		results []string
		says    string
	}{
		"at the first":  {sandbox.Fault{Path: "/apiusers/*"}, "upstream_error", nil, "DELETE /apiusers/"},
		"at the second": {sandbox.Fault{Path: "/apiusers/*", Skip: 1}, "partial", []string{"deleted", "upstream_error", "not_attempted"}, "after 1 deleted API user of it"},
		"at the client": {sandbox.Fault{Path: "/clientapplications/*"}, "partial", []string{"deleted", "deleted", "deleted"}, "Its API users were deleted."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newKeyFixture(t, nil)
				tc.fault.Kind, tc.fault.Method = sandbox.FaultStatus, "DELETE"
				r.box.AddFaults(tc.fault)
				a := r.call("delete_client_application", args{"clientId": "time-dashboard", "apiUserIds": ids}).want(tc.outcome, tc.says)
				r.box.ClearFaults()
				var outcomes, left []string
				for _, item := range a.Results {
					outcomes = append(outcomes, item.Outcome)
					if _, ok := r.box.APIUser(item.APIUserID); ok == (item.Outcome == "deleted") {
						t.Errorf("%s is reported as %s", item.Name, item.Outcome)
					}
				}
				for _, id := range ids {
					if _, ok := r.box.APIUser(id); ok {
						left = append(left, id)
					}
				}
				if diff := cmp.Diff(tc.results, outcomes); diff != "" {
					t.Error(diff)
				}
				again := args{"clientId": "time-dashboard"}
				if len(left) > 0 {
					again["apiUserIds"] = left
				}
				r.call("delete_client_application", again).want("deleted")
			})
		})
	}
}
