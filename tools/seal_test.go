package tools_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// carrier is a way in which a sealed question comes back.
type carrier struct {
	name string
	// get asks, and use comes back with what was sealed and a yes.
	get func(ctx context.Context, d *fixture, tool string, arguments args) string
	use func(ctx context.Context, d *fixture, tool string, arguments args, sealed string) answer
}

func carriers() []carrier {
	p := says(nil)
	return []carrier{
		{"requestState", func(ctx context.Context, d *fixture, tool string, arguments args) string {
			d.t.Helper()
			_, state, done := p.begin(ctx, d, tool, arguments)
			if done != nil {
				d.t.Fatalf("not asked: %s", done.text)
			}
			return state
		}, func(ctx context.Context, d *fixture, tool string, arguments args, sealed string) answer {
			d.t.Helper()
			return p.retry(ctx, d, tool, arguments, sealed, accepts(args{"confirm": true, "count": len(three)}))
		}},
		{"confirmationCode", func(ctx context.Context, d *fixture, tool string, arguments args) string {
			d.t.Helper()
			return d.callCtx(ctx, tool, arguments).want("confirmation_required").str("confirmationCode")
		}, func(ctx context.Context, d *fixture, tool string, arguments args, sealed string) answer {
			d.t.Helper()
			return d.callCtx(ctx, tool, withCode(arguments, sealed))
		}},
	}
}

var (
	stateKey = []byte("0123456789abcdef0123456789abcdef")
	strict   = tools.Policy{Confirm: "strict"}
)

// otherWorkspace has GET /me tell of another workspace.
type otherWorkspace struct{ inner http.RoundTripper }

func (o otherWorkspace) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := o.inner.RoundTrip(r)
	if err == nil {
		err = rewrite(resp, func(body string) string {
			return strings.ReplaceAll(body, sandbox.WorkspaceID, "22222222-2222-4222-8222-222222222222")
		})
	}
	return resp, err
}

func TestASealIsGoodForOneCallOnce(t *testing.T) {
	t.Parallel()
	zapier, datev := args{"apiUserId": sandbox.ZapierSyncID}, args{"apiUserId": sandbox.DatevExportID}
	caller := func(name string) context.Context {
		return tools.WithCaller(context.Background(), tools.Caller{Name: name, Read: true, Write: true})
	}
	bg := context.Background()
	for _, k := range carriers() {
		for name, c := range map[string]struct {
			use  func(t *testing.T, d *fixture) answer
			says string
		}{
			"none of ours": {func(_ *testing.T, d *fixture) answer {
				return k.use(bg, d, "delete_api_user", zapier, base64.RawURLEncoding.EncodeToString(make([]byte, 32)))
			}, "this server did not give it"},
			"no base64": {func(_ *testing.T, d *fixture) answer { return k.use(bg, d, "delete_api_user", zapier, "yes please") }, "this server did not give it"},
			"huge": {func(_ *testing.T, d *fixture) answer {
				return k.use(bg, d, "delete_api_user", zapier, strings.Repeat("A", 100_000))
			}, "this server did not give it"},
			"truncated": {func(_ *testing.T, d *fixture) answer {
				s := k.get(bg, d, "delete_api_user", zapier)
				return k.use(bg, d, "delete_api_user", zapier, s[:len(s)-1])
			}, "this server did not give it"},
			"twice over": {func(_ *testing.T, d *fixture) answer {
				s := k.get(bg, d, "delete_api_user", zapier)
				return k.use(bg, d, "delete_api_user", zapier, s+s)
			}, "this server did not give it"},
			"another tool": {func(_ *testing.T, d *fixture) answer {
				s := k.get(bg, d, "delete_api_user", zapier)
				return k.use(bg, d, "delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID}}, s)
			}, "for another call"},
			"another id": {func(_ *testing.T, d *fixture) answer {
				return k.use(bg, d, "delete_api_user", datev, k.get(bg, d, "delete_api_user", zapier))
			}, "for another call"},
			"one id more": {func(_ *testing.T, d *fixture) answer {
				s := k.get(bg, d, "delete_api_users", args{"apiUserIds": three[:2]})
				return k.use(bg, d, "delete_api_users", args{"apiUserIds": three}, s)
			}, "for another call"},
			"another name": {func(_ *testing.T, d *fixture) answer {
				s := k.get(bg, d, "update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "admin": true})
				return k.use(bg, d, "update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "admin": true, "name": "Mine"}, s)
			}, "for another call"},
			"another role": {func(_ *testing.T, d *fixture) answer {
				s := k.get(bg, d, "create_api_user", args{"name": "R", "admin": true, "roleId": "Workspace Auditor"})
				return k.use(bg, d, "create_api_user", args{"name": "R", "admin": true}, s)
			}, "for another call"},
			"another caller": {func(_ *testing.T, d *fixture) answer {
				return k.use(caller("bob"), d, "delete_api_user", zapier, k.get(caller("alice"), d, "delete_api_user", zapier))
			}, "another caller"},
			"no caller": {func(_ *testing.T, d *fixture) answer {
				return k.use(bg, d, "delete_api_user", zapier, k.get(caller("alice"), d, "delete_api_user", zapier))
			}, "another caller"},
			"expired": {func(_ *testing.T, d *fixture) answer {
				s := k.get(bg, d, "delete_api_user", zapier)
				time.Sleep(5*time.Minute + time.Second)
				return k.use(bg, d, "delete_api_user", zapier, s)
			}, "expired"},
			"expired and swept": {func(_ *testing.T, d *fixture) answer {
				s := k.get(bg, d, "delete_api_user", zapier)
				time.Sleep(6 * time.Minute)
				k.get(bg, d, "delete_api_user", zapier)
				return k.use(bg, d, "delete_api_user", zapier, s)
			}, "expired"},
			"another server's": {func(_ *testing.T, d *fixture) answer {
				other := d.with(tools.Options{Policy: strict, StateKey: []byte(strings.Repeat("x", 32))})
				return k.use(bg, d, "delete_api_user", zapier, k.get(bg, other, "delete_api_user", zapier))
			}, "this server did not give it"},
			"a random key's": {func(_ *testing.T, d *fixture) answer {
				other := d.with(tools.Options{Policy: strict})
				return k.use(bg, d, "delete_api_user", zapier, k.get(bg, other, "delete_api_user", zapier))
			}, "this server did not give it"},
			"another workspace's": {func(t *testing.T, d *fixture) answer {
				elsewhere := open(t, setup{policy: strict})
				elsewhere.wire.inner = otherWorkspace{elsewhere.box.RoundTripper()}
				elsewhere = elsewhere.with(tools.Options{Policy: strict, StateKey: stateKey})
				s := k.get(bg, elsewhere, "delete_api_user", zapier)
				return k.use(bg, d, "delete_api_user", zapier, s)
			}, "this server did not give it"},
			"used": {func(_ *testing.T, d *fixture) answer {
				s := k.get(bg, d, "delete_api_user", zapier)
				d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultStatus, Method: "DELETE", Status: 400, Code: "db-error", Times: 1})
				k.use(bg, d, "delete_api_user", zapier, s).want("invalid_input")
				d.writes()
				return k.use(bg, d, "delete_api_user", zapier, s)
			}, "used already"},
			"used, of a create": {func(_ *testing.T, d *fixture) answer {
				robot := args{"name": "Robot", "admin": true}
				s := k.get(bg, d, "create_api_user", robot)
				k.use(bg, d, "create_api_user", robot, s).want("created")
				d.writes()
				return k.use(bg, d, "create_api_user", robot, s)
			}, "used already"},
		} {
			t.Run(k.name+" "+name, func(t *testing.T) {
				parallelSynctest(t, func(t *testing.T) {
					d := open(t, setup{}).with(tools.Options{Policy: strict, StateKey: stateKey})
					c.use(t, d).want("confirmation_required", "can't be used", c.says, "ed.")
					d.nothingWritten()
				})
			})
		}
		t.Run(k.name+" flipped", func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				d := open(t, setup{}).with(tools.Options{Policy: strict, StateKey: stateKey})
				s := k.get(bg, d, "delete_api_user", zapier)
				if len(s) > 64 {
					t.Errorf("too long for a model to copy: %s", s)
				}
				for i := range s {
					other := byte('A')
					if s[i] == other {
						other = 'B'
					}
					k.use(bg, d, "delete_api_user", zapier, s[:i]+string(other)+s[i+1:]).want("confirmation_required")
				}
				d.nothingWritten()
				k.use(bg, d, "delete_api_user", zapier, s).want("deleted")
			})
		})
		// What says the same is the same call.
		t.Run(k.name+" in other words", func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				d := open(t, setup{}).with(tools.Options{Policy: strict, StateKey: stateKey})
				s := k.get(caller("alice"), d, "update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "admin": true})
				k.use(caller("alice"), d, "update_api_user", args{"admin": true, "name": nil, "apiUserId": " {" + strings.ToUpper(sandbox.ZapierSyncID) + "}"}, s).want("updated")
			})
		})
		// Replicas that share a key finish each other's questions, once each.
		t.Run(k.name+" of a replica", func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				d := open(t, setup{})
				one, two := d.with(tools.Options{Policy: strict, StateKey: stateKey}), d.with(tools.Options{Policy: strict, StateKey: stateKey})
				s := k.get(bg, one, "delete_api_user", zapier)
				d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultStatus, Method: "DELETE", Status: 400, Code: "db-error", Times: 1})
				k.use(bg, two, "delete_api_user", zapier, s).want("invalid_input")
				k.use(bg, two, "delete_api_user", zapier, s).want("confirmation_required", "used already")
				k.use(bg, two, "delete_api_user", zapier, k.get(bg, one, "delete_api_user", zapier)).want("deleted")
			})
		})
	}
}

// A code is good for what was shown, not for what is written alike.
func TestACodeForAnotherName(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{`["Harmless", 1]`, `[ "Harmless","1" ]`}, {"{3F2504E0-4F89-41D3-9A0C-0305E82C3301}", "urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"}} {
		bothEras(t, c[0], setup{policy: tools.Policy{Confirm: "strict"}}, func(_ *testing.T, d *fixture) {
			code := d.call("create_api_user", args{"name": c[0], "admin": true}).want("confirmation_required").str("confirmationCode")
			d.call("create_api_user", args{"name": c[1], "admin": true, "confirmationCode": code}).want("confirmation_required", "another call")
			d.nothingWritten()
			d.call("create_api_user", args{"admin": true, "name": " " + c[0], "roleId": sandbox.AdminRoleID, "confirmationCode": code}).want("created")
		})
	}
}
