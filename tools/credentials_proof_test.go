package tools_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// twisted changes the answers to requests of a method and the end of a path.
func twisted(method, end, from, to string) func(*http.Request, []byte) []byte {
	return func(q *http.Request, body []byte) []byte {
		if q.Method == method && strings.HasSuffix(q.URL.Path, end) {
			return []byte(strings.ReplaceAll(string(body), from, to))
		}
		return body
	}
}

// TestWhatIsNotProved holds what is reported of keys that are not what they should
// be, or that can't be handed over.
func TestWhatIsNotProved(t *testing.T) {
	t.Parallel()
	fresh := args{"name": "Time Export", "roleId": "Time Tracking Reader"}
	for name, tc := range map[string]struct {
		arguments args
		change    func(*keyFixture)
		says      []string
	}{
		"another's key": {args{"apiUserId": sandbox.ZapierSyncID}, func(r *keyFixture) {
			r.secretRecorder.twist = func(q *http.Request, body []byte) []byte {
				if q.URL.Path == "/api/v1/me" && !strings.HasSuffix(q.Header.Get("Authorization"), sandbox.AdminToken) {
					return []byte(strings.ReplaceAll(string(body), sandbox.ZapierSyncID, sandbox.AdminUserID))
				}
				return body
			}
		}, []string{"it is the key of " + sandbox.AdminUserID, "rotate_api_key"}},
		"another role": {fresh, func(r *keyFixture) {
			r.secretRecorder.twist = twisted("GET", "/me/permissions", sandbox.TimeReaderRoleID, sandbox.UserRoleID)
		}, []string{"its role is " + sandbox.UserRoleID}},
		"an admin": {fresh, func(r *keyFixture) {
			r.secretRecorder.twist = twisted("GET", "/me/permissions", `"isAdmin":false`, `"isAdmin":true`)
		}, []string{"an admin's"}},
		"no token": {fresh, func(r *keyFixture) {
			r.secretRecorder.twist = twisted("POST", "/generateapikey", `"access_token":"ey`, `"access_token":"e y`)
		}, []string{"white space"}},
		"empty": {fresh, func(r *keyFixture) {
			r.secretRecorder.twist = twisted("POST", "/generateapikey", `"access_token"`, `"other"`)
		}, []string{"not known", "nobody was given it"}},
		"delivery fails":    {fresh, func(r *keyFixture) { r.safe.err = errors.New("the door is shut") }, []string{"delivery failed", "log says why"}},
		"existing, no door": {args{"apiUserId": sandbox.ZapierSyncID}, func(r *keyFixture) { r.safe.err = errors.New("the door is shut") }, []string{"delivery failed", "can't take back", "rotate_api_key"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newKeyFixture(t, nil)
			before := r.records()
			tc.change(r)
			a := r.call("issue_api_key", tc.arguments)
			if a.Outcome == "created" {
				t.Errorf("got %s", a.text)
			}
			a.want(a.Outcome, tc.says...)
			r.secretRecorder.twist = nil
			if strings.Contains(a.Message, "the door") || r.safe.err != nil && !strings.Contains(r.output.String(), "the door is shut") {
				t.Errorf("why a delivery failed is for the log: %s", a.Message)
			}
			r.compare(before, a, tc.arguments["apiUserId"])
			if a.Outcome == "delivery_failed" && !strings.Contains(r.journal(), `"delivered":"to nobody"`) {
				t.Errorf("the journal does not say that nobody was given the key: %s", r.journal())
			}
		})
	}
}

// talker is a delivery that shows what it was given.
type talker struct{ fails bool }

func (d talker) Deliver(_ context.Context, p tools.Secret) (string, error) {
	if d.fails {
		return "", errors.New("can't take " + p.Value.Reveal())
	}
	return "under " + p.Value.Reveal(), nil
}

func (talker) Check(context.Context) error { return nil }

func (talker) Describe() string { return "a talker" }

// TestDeliveriesThatTalk: the search at the end of the fixture finds what they say.
func TestDeliveriesThatTalk(t *testing.T) {
	t.Parallel()
	for _, fails := range []bool{true, false} {
		r := newKeyFixture(t, func(o *tools.Options) { o.Delivery = talker{fails} })
		r.call("issue_api_key", args{"apiUserId": sandbox.ZapierSyncID})
		r.call("generate_client_secret", args{"clientId": "datev-export"})
		if !strings.Contains(r.output.String(), "[redacted]") || len(r.secretRecorder.secrets) != 2 {
			t.Error("nothing was redacted")
		}
	}
}

// TestTheJournalEndsInBetween stops a making where its next write can't be
// journaled.
func TestTheJournalEndsInBetween(t *testing.T) {
	t.Parallel()
	r := newKeyFixture(t, nil)
	before := r.records()
	r.secretRecorder.twist = func(q *http.Request, body []byte) []byte {
		if q.Method == http.MethodPost && strings.HasSuffix(q.URL.Path, "/clientapplications") {
			r.unmake()
		}
		return body
	}
	a := r.call("issue_api_key", args{"name": "Time Export", "roleId": "Time Tracking Reader"}).want("blocked", "--journal", "The API user could not be created.", "What exists now: the client application time-export-")
	if made := r.made(before); len(a.Exists) != 1 || !slices.Equal(made, []string{a.Exists[0].ID}) {
		t.Errorf("made %v: %s", made, a.text)
	}
}

// TestLostTwice: the answer and the read-back fail. Nothing is reported to exist
// that may not, and what may is named.
func TestLostTwice(t *testing.T) {
	t.Parallel()
	lost := func(path string, skip int) []sandbox.Fault {
		return []sandbox.Fault{{Kind: sandbox.FaultLostAfter, Method: "POST", Path: path}, {Kind: sandbox.FaultStatus, Method: "GET", Path: path, Skip: skip, Status: 503}}
	}
	t.Run("client application", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := newKeyFixture(t, nil)
			before := r.records()
			r.box.AddFaults(lost("/clientapplications", 1)...)
			a := r.call("issue_api_key", args{"name": "Time Export", "roleId": "User"}).want("unknown", "list_client_applications", "delete_client_application")
			if made := r.made(before); len(made) != 1 || !strings.Contains(a.Message, made[0]) || a.ClientID != made[0] || a.Exists != nil {
				t.Errorf("made %v: %s", made, a.text)
			}
			r.call("create_client_application", args{"clientId": "vault", "displayName": "Vault"}).want("unavailable")
			r.box.ClearFaults()
			r.box.AddFaults(lost("/clientapplications", 1)...)
			r.call("create_client_application", args{"clientId": "vault", "displayName": "Vault"}).want("unknown", `"vault"`, "list_client_applications")
		})
	})
	t.Run("API user", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := newKeyFixture(t, nil)
			r.box.AddFaults(lost("/apiusers", 1)...)
			a := r.call("issue_api_key", args{"name": "Time Export", "roleId": "User"}).want("unknown", "list_api_users", "What exists now: the client application")
			r.box.ClearFaults()
			// The clean-up says what is in its way, which is what was not known.
			if len(a.Exists) != 1 {
				t.Fatal(a.text)
			}
			r.call(a.Exists[0].CleanUp.Tool, a.Exists[0].CleanUp.Arguments).want("invalid_input", "Time Export", "apiUserIds")
		})
	})
	t.Run("API user, candidates", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := newKeyFixture(t, nil)
			r.secretRecorder.twist = func(q *http.Request, body []byte) []byte {
				if q.Method == http.MethodPost && strings.HasSuffix(q.URL.Path, "/apiusers") {
					// Somebody makes the same at the same time.
					r.box.AddAPIUser(sandbox.APIUser{Name: "Zapier Sync", RoleID: sandbox.IntegrationRoleID, ClientID: "zapier", CreatedBy: sandbox.AdminUserID})
					return []byte("{")
				}
				return body
			}
			a := r.call("rotate_api_key", args{"apiUserId": sandbox.ZapierSyncID}).want("unknown", "was not touched")
			if len(a.Candidates) != 2 || len(r.secretRecorder.secrets) != 0 {
				t.Errorf("candidates: %s", a.text)
			}
		})
	})
	t.Run("client secret", func(t *testing.T) {
		t.Parallel()
		r := newKeyFixture(t, nil)
		r.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultLostAfter, Method: "POST", Path: "/clientapplications/*/generatesecret"})
		a := r.call("generate_client_secret", args{"clientId": "datev-export"}).want("unknown", "nobody was given it", "may be good no more", "generate_client_secret")
		if a.ClientID != "datev-export" {
			t.Errorf("got %s", a.text)
		}
	})
}

// TestCancelledInBetween: what is on its way is finished and journaled, and
// nothing new begins.
// TestCancelledWhileMaking: once awork is asked for a secret, a cancel keeps it
// from nobody: it could not be asked for again.
func TestCancelledWhileMaking(t *testing.T) {
	t.Parallel()
	for tool, arguments := range map[string]args{
		"issue_api_key":             {"apiUserId": sandbox.ZapierSyncID},
		"rotate_api_key":            {"apiUserId": sandbox.ZapierSyncID},
		"generate_client_secret":    {"clientId": "vault"},
		"create_client_application": {"clientId": "other", "displayName": "Other", "isConfidential": true},
	} {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newKeyFixture(t, nil)
				r.call("create_client_application", args{"clientId": "vault", "displayName": "Vault", "isConfidential": true}).want("created")
				r.safe.secrets = nil
				r.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultLatency, Method: "POST", Delay: 2 * time.Second})
				ctx, cancel := context.WithCancel(t.Context())
				after := time.Second
				if tool == "rotate_api_key" {
					after = 3 * time.Second // its first POST makes the successor
				}
				time.AfterFunc(after, cancel)
				r.callCtx(ctx, tool, arguments)
				p := r.safe.only(t)
				if p.Kind == tools.KindAPIKey {
					if status, body := r.as(p.Value, "GET", "/me", ""); status != http.StatusOK || !strings.Contains(body, p.APIUserID.String()) {
						t.Errorf("the delivered key: %d %s", status, body)
					}
				}
				if !strings.Contains(r.journal(), `"outcome":"created"`) || !strings.Contains(r.journal(), `"delivered":"compartment `+p.Kind+`"`) {
					t.Errorf("the journal says %s", r.journal())
				}
			})
		})
	}
}

func TestCancelledInBetween(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newKeyFixture(t, nil)
		before := r.records()
		r.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultLatency, Method: "POST", Path: "/apiusers", Delay: 2 * time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		a := r.callCtx(ctx, "issue_api_key", args{"name": "Time Export", "roleId": "Time Tracking Reader"})
		r.box.ClearFaults()
		if len(r.secretRecorder.secrets) != 0 || len(a.Exists) != 2 || len(r.made(before)) != 2 {
			t.Errorf("after the cancel: %s", a.text)
		}
		r.compare(before, a, nil)
	})
}
