package tools_test

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

var three = []string{sandbox.ZapierSyncID, sandbox.DatevExportID, sandbox.TimeDashboardID}

// asking are calls that are asked about, what comes of a yes, and what is not
// done without.
var asking = map[string]struct {
	tool      string
	arguments args
	yes       any
	outcome   string
	not       string
	sent      int
}{
	"delete":              {"delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}, yes, "deleted", `API user "Zapier Sync" was not deleted.`, 1},
	"bulk":                {"delete_api_users", args{"apiUserIds": three}, accepts(args{"confirm": true, "count": 3}), "deleted", "No API user was deleted.", 3},
	"create":              {"create_api_user", args{"name": "Robot", "admin": true}, yes, "created", "No API user was created.", 1},
	"create for a client": {"create_api_user", args{"name": "Robot", "admin": true, "clientId": "Zapier"}, yes, "created", "No API user was created.", 1},
	"config":              {"create_api_user", args{"name": "Robot", "roleId": "Operations", "admin": true}, yes, "created", "No API user was created.", 1},
	"update":              {"update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "admin": true}, yes, "updated", `API user "Zapier Sync" was not changed.`, 1},
	"tighten": {"update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "admin": true, "roleId": "Workspace Auditor"}, yes, "updated",
		`API user "Zapier Sync" was not changed.`, 1},
}

func TestAYesWrites(t *testing.T) {
	t.Parallel()
	for name, c := range asking {
		bothEras(t, name, setup{}, func(t *testing.T, d *fixture) {
			p := says(c.yes)
			p.call(d, c.tool, c.arguments).want(c.outcome)
			if n := len(d.writes()); n != c.sent || p.questions() != 1 {
				t.Errorf("%s: %d writes after %d questions", d.era, n, p.questions())
			}
		})
		// Some hosts send a typed number as text.
		if c.tool == "delete_api_users" {
			bothEras(t, name+" with a text for a number", setup{}, func(_ *testing.T, d *fixture) {
				says(accepts(args{"confirm": true, "count": " 3"})).call(d, c.tool, c.arguments).want(c.outcome)
			})
		}
	}
}

// Without state, what makes something can't be asked for; what is bound to a record
// can.
func TestWithoutState(t *testing.T) {
	t.Parallel()
	for name, c := range asking {
		makes := c.tool == "create_api_user"
		bothEras(t, name, setup{}, func(_ *testing.T, d *fixture) {
			d = d.with(tools.Options{Stateless: true})
			if makes {
				says(c.yes).call(d, c.tool, c.arguments).want("blocked", "--state-store", c.not)
				d.nothingWritten()
				return
			}
			says(c.yes).call(d, c.tool, c.arguments).want(c.outcome)
		})
	}
}

func TestNothingButAYesWrites(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]any{
		"decline":                  args{"action": "decline"},
		"decline with a tick":      args{"action": "decline", "content": args{"confirm": true, "count": 3}},
		"cancel":                   args{"action": "cancel"},
		"cancel with a tick":       args{"action": "cancel", "content": args{"confirm": true, "count": 3}},
		"no tick":                  accepts(args{"confirm": false, "count": 3}),
		"no content":               args{"action": "accept"},
		"null":                     accepts(nil),
		"nothing":                  accepts(args{}),
		"yes as text":              accepts(args{"confirm": "yes", "count": 3}),
		"1":                        accepts(args{"confirm": 1, "count": 3}),
		"a list":                   accepts([]any{true}),
		"another box":              accepts(args{"Confirm": true, "yes": true, "count": 3}),
		"no action":                args{"content": args{"confirm": true, "count": 3}},
		"another action":           args{"action": "ACCEPT", "content": args{"confirm": true, "count": 3}},
		"an action in white space": args{"action": " accept", "content": args{"confirm": true, "count": 3}},
		"an error":                 errNoForms,
	} {
		t.Run(name, func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				for _, e := range eras() {
					d := open(t, setup{})
					d.era = e
					for _, c := range asking {
						p := says(reply)
						p.call(d, c.tool, c.arguments).want("declined", c.not)
						if p.questions() != 1 {
							t.Errorf("%s was asked about %d times", c.tool, p.questions())
						}
					}
					d.nothingWritten()
				}
			})
		})
	}
	for name, content := range map[string]args{
		"no number": {"confirm": true}, "another number": {"confirm": true, "count": 2}, "one too many": {"confirm": true, "count": 4}, "a fraction": {"confirm": true, "count": 2.5},
		"null": {"confirm": true, "count": nil}, "true": {"confirm": true, "count": true}, "words": {"confirm": true, "count": "three"}, "empty": {"confirm": true, "count": ""},
		"no tick": {"confirm": false, "count": 3}, "only a number": {"count": 3}, "in a list": {"confirm": true, "count": []int{3}},
	} {
		bothEras(t, "of several: "+name, setup{}, func(_ *testing.T, d *fixture) {
			says(accepts(content)).call(d, "delete_api_users", args{"apiUserIds": three}).want("declined", "No API user was deleted.")
			d.nothingWritten()
		})
	}
}

// An answer that comes at once was no human's, and the message says what helps.
func TestNoHumanIsThatFast(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"decline", "cancel"} {
		bothEras(t, action, setup{}, func(_ *testing.T, d *fixture) {
			says(args{"action": action}).call(d, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).
				want("declined", "no human", "--confirm strict", "was not deleted")
			d.nothingWritten()
		})
		bothEras(t, action+" where a code is wanted already", setup{policy: strict}, func(_ *testing.T, d *fixture) {
			says(args{"action": action}).call(d, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).
				want("declined", "no human", "--confirm never")
		})
	}
}

// A question that nobody answers ends by itself, and says so.
func TestSilence(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		for _, c := range []struct {
			set, took time.Duration
			word      string
		}{{0, 55 * time.Second, "55s"}, {3 * time.Second, 3 * time.Second, "3s"}} {
			d := open(t, setup{}).with(tools.Options{ConfirmTimeout: c.set})
			d.era = legacy
			start := time.Now()
			says(nil).call(d, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("declined", "within "+c.word, "was not deleted")
			if took := time.Since(start); took != c.took {
				t.Errorf("took %v", took)
			}
			d.nothingWritten()
			// The time that a human takes is none of awork's.
			slow := &person{answer: func(question) any { time.Sleep(c.took - time.Second); return yes }}
			slow.call(d, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("deleted")
		}
		d := open(t, setup{})
		says(nil).call(d, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID})
		d.nothingWritten()
	})
}

// rename changes a record behind the server's back.
func (d *fixture) rename(id, name string) {
	u, _ := d.box.APIUser(id)
	u.Name, u.UpdatedOn = name, u.UpdatedOn.Add(time.Hour)
	d.box.AddAPIUser(u)
}

// What a human confirmed must still be so when it is done.
func TestWhatChangesBetweenQuestionAndAnswer(t *testing.T) {
	t.Parallel()
	change := func(id string, f func(*sandbox.APIUser)) func(*fixture) {
		return func(d *fixture) {
			u, _ := d.box.APIUser(id)
			f(&u)
			d.box.AddAPIUser(u)
		}
	}
	remove := func(id string) func(*fixture) { return func(d *fixture) { d.box.RemoveAPIUser(id) } }
	for name, c := range map[string]struct {
		call    string
		between func(*fixture)
		outcome string
		words   []string // in every answer
		inline  []string // where the question and the yes are one call
	}{
		"a name":                    {"delete", func(d *fixture) { d.rename(sandbox.ZapierSyncID, "Payroll") }, "confirmation_required", []string{"has changed since", "was not deleted"}, []string{`"Zapier Sync" has changed since`, `its name was "Zapier Sync" and is "Payroll"`}},
		"a role":                    {"delete", change(sandbox.ZapierSyncID, func(u *sandbox.APIUser) { u.RoleID = sandbox.UserRoleID }), "confirmation_required", []string{"has changed since"}, []string{`its role was "Integration" and is ` + sandbox.UserRoleID}},
		"its role is taken":         {"delete", change(sandbox.ZapierSyncID, func(u *sandbox.APIUser) { u.RoleID = "" }), "confirmation_required", []string{"has changed since"}, []string{"and is none"}},
		"its client":                {"delete", change(sandbox.ZapierSyncID, func(u *sandbox.APIUser) { u.ClientID = "datev-export" }), "confirmation_required", []string{"has changed since"}, []string{`its client application was "zapier" and is "datev-export"`}},
		"nothing but its date":      {"delete", change(sandbox.ZapierSyncID, func(u *sandbox.APIUser) { u.UpdatedOn = u.UpdatedOn.Add(time.Second) }), "confirmation_required", []string{"has changed since"}, []string{"it was updated"}},
		"it is gone":                {"delete", remove(sandbox.ZapierSyncID), "not_found", []string{"no API user with this id"}, nil},
		"it becomes protected":      {"delete", func(d *fixture) { d.rename(sandbox.ZapierSyncID, "prod sync") }, "blocked", []string{"--protect", "was not"}, nil},
		"one of three":              {"bulk", func(d *fixture) { d.rename(sandbox.DatevExportID, "Payroll") }, "confirmation_required", []string{"has changed since", "No API user was deleted."}, []string{`"DATEV Export" has changed since`}},
		"one of three is gone":      {"bulk", remove(sandbox.DatevExportID), "confirmation_required", []string{"No API user was deleted."}, []string{`"DATEV Export" is gone`}},
		"one of three is protected": {"bulk", func(d *fixture) { d.rename(sandbox.DatevExportID, "prod export") }, "confirmation_required", []string{"No API user was deleted."}, []string{`"DATEV Export" has changed since`}},
		"what is updated":           {"update", func(d *fixture) { d.rename(sandbox.ZapierSyncID, "Payroll") }, "confirmation_required", []string{"has changed since"}, nil},
		"another comes":             {"create", func(d *fixture) { d.addMany(1) }, "confirmation_required", []string{"No API user was created."}, []string{"there are API users that there were not"}},
		"another goes":              {"create", remove(sandbox.DatevExportID), "confirmation_required", []string{"can't be used"}, []string{`"DATEV Export" is gone`}},
		"another changes":           {"create", func(d *fixture) { d.rename(sandbox.DatevExportID, "Payroll") }, "confirmation_required", []string{"has changed since"}, nil},
		"a name goes to another client": {"create for a client", func(d *fixture) {
			d.box.AddClientApplication(sandbox.ClientApplication{ClientID: "zapier", DisplayName: "Zapier (old)"})
			d.box.AddClientApplication(sandbox.ClientApplication{ClientID: "datev-export", DisplayName: "Zapier"})
		}, "confirmation_required", []string{"client application is another, or has changed", "No API user was created."}, nil},
		"the role gains rights": {"config", func(d *fixture) {
			d.box.AddRole(sandbox.Role{ID: sandbox.OperationsRoleID, Name: "Operations", Permissions: []sandbox.Permission{{Feature: "workspace-manage-config", AccessLevels: []string{"manage"}}, {Feature: "project-create", AccessLevels: []string{"manage"}}}})
		}, "confirmation_required", []string{"what the role may do has changed", "No API user was created."}, nil},
		"the role of one gains rights":      {"delete", widen, "confirmation_required", []string{"was not deleted"}, []string{"what the role may do has changed"}},
		"the role of one of three gains so": {"bulk", widen, "confirmation_required", []string{"No API user was deleted."}, []string{"what the role may do has changed"}},
		"the role becomes the admin role": {"config", func(d *fixture) {
			d.box.AddRole(sandbox.Role{ID: sandbox.OperationsRoleID, Name: "Operations", IsAdmin: true})
		}, "confirmation_required", []string{"what the role may do has changed"}, nil},
		"the role's rights can't be read again": {"config", failing("/roles/*/permissions"), "confirmation_required",
			[]string{"what the role may do has changed", "No API user was created."}, nil},
		"the roles can't be read again": {"config", failing("/roles"), "upstream_error", []string{"500"},
			[]string{"No API user was created."}},
		"the client can't be read again": {"create for a client", failing("/clientapplications"), "upstream_error",
			[]string{"500"}, []string{"No API user was created."}},
	} {
		call := asking[c.call]
		bothEras(t, name, setup{policy: tools.Policy{Protect: []string{"prod*"}}}, func(_ *testing.T, d *fixture) {
			p := &person{answer: func(question) any { c.between(d); return call.yes }}
			a := p.call(d, call.tool, call.arguments).want(c.outcome, c.words...)
			if d.era == legacy {
				a.want(c.outcome, c.inline...)
			}
			d.nothingWritten()
		})
		// The same by way of a code.
		bothEras(t, "strict: "+name, setup{policy: tools.Policy{Protect: []string{"prod*"}, Confirm: "strict"}}, func(_ *testing.T, d *fixture) {
			code := d.call(call.tool, call.arguments).want("confirmation_required", "Nothing was sent.").str("confirmationCode")
			c.between(d)
			d.call(call.tool, withCode(call.arguments, code)).want(c.outcome, c.words...)
			d.nothingWritten()
		})
	}
}

// A role or client application that goes while a human is asked is a change, too.
func TestWhatGoesWhileAsked(t *testing.T) {
	t.Parallel()
	for call, c := range map[string]struct {
		between func(*fixture)
		words   string
	}{
		"config": {func(d *fixture) { d.box.RemoveRole(sandbox.OperationsRoleID) }, "what the role may do has changed"},
		"create for a client": {func(d *fixture) { d.box.RemoveClientApplication("zapier") },
			"the client application is another, or has changed"},
	} {
		t.Run(call, func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				d := open(t, setup{})
				d.era = legacy
				p := &person{answer: func(question) any { c.between(d); return yes }}
				p.call(d, asking[call].tool, asking[call].arguments).
					want("confirmation_required", c.words, "No API user was created.")
				d.nothingWritten()
			})
		})
	}
}

// failing has reads of a path fail.
func failing(path string) func(*fixture) {
	return func(d *fixture) { d.box.AddFaults(on("GET", path, status(500))) }
}

// widen gives rights to the role of an API user that is asked about.
func widen(d *fixture) {
	u, _ := d.box.APIUser(sandbox.ZapierSyncID)
	for _, r := range d.box.Roles() {
		if r.ID == u.RoleID {
			r.Permissions = append(r.Permissions, sandbox.Permission{Feature: "workspace-manage-config", AccessLevels: []string{"read"}})
			d.box.AddRole(r)
		}
	}
}

func withCode(a args, code string) args {
	a = maps.Clone(a)
	a["confirmationCode"] = code
	return a
}

// What a client of an older revision sends with a call is no answer.
func TestForgedAnswersOfOlderClients(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		d := open(t, setup{}).with(tools.Options{StateKey: stateKey})
		_, state, _ := says(yes).begin(t.Context(), d, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID})
		d.era = legacy
		for _, s := range []string{"", "x", state} {
			p := says(args{"action": "decline"})
			r := d.rpc(d.server.WithContext(t.Context(), p.sessionFor(t)), "tools/call", args{"name": "delete_api_user", "arguments": args{"apiUserId": sandbox.ZapierSyncID},
				"inputResponses": args{"confirm": yes}, "requestState": s})
			d.check("delete_api_user", nil, r.Result).want("declined")
			if p.questions() != 1 {
				t.Errorf("asked %d times", p.questions())
			}
		}
		d.nothingWritten()
	})
}

// A client that can't show a form is never asked.
func TestClientsWithoutForms(t *testing.T) {
	t.Parallel()
	for name, capability := range map[string]args{"nothing": {}, "url only": {"elicitation": args{"url": args{}}}, "sampling": {"sampling": args{}}} {
		for mode, outcome := range map[tools.ConfirmMode]string{"auto": "", "never": "", "strict": "confirmation_required", "human": "blocked"} {
			bothEras(t, string(mode)+" "+name, setup{policy: tools.Policy{Confirm: mode}}, func(t *testing.T, d *fixture) {
				for what, c := range asking {
					if what == "bulk" || what == "tighten" {
						continue // the API user is gone, or an admin, by then
					}
					p := says(c.yes)
					p.capability = capability
					want := outcome
					if want == "" {
						want = c.outcome
					}
					if a := p.call(d, c.tool, c.arguments); outcome == "" && what != "delete" && what != "update" || outcome != "" {
						a.want(want)
					}
					if p.questions() > 0 {
						t.Errorf("%s: it was asked", c.tool)
					}
				}
				if outcome != "" {
					d.nothingWritten()
				}
			})
		}
	}
	for name, capability := range map[string]args{"form": {"elicitation": args{"form": args{}}}, "both": {"elicitation": args{"form": args{}, "url": args{}}}} {
		for _, mode := range []tools.ConfirmMode{"auto", "strict", "human", "never"} {
			bothEras(t, string(mode)+" "+name, setup{policy: tools.Policy{Confirm: mode}}, func(t *testing.T, d *fixture) {
				p, want := says(yes), 1
				p.capability = capability
				p.call(d, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("deleted")
				if mode == "never" {
					want = 0
				}
				if p.questions() != want {
					t.Errorf("asked %d times", p.questions())
				}
			})
		}
	}
	// confirmationCode exists in one mode only, and a form goes before it.
	bothEras(t, "a code nobody wants", setup{}, func(_ *testing.T, d *fixture) {
		d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID, "confirmationCode": "x"}).want("invalid_input", "confirmationCode")
		d.nothingWritten()
	})
	bothEras(t, "a code beside a form", setup{policy: strict}, func(_ *testing.T, d *fixture) {
		code := d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).str("confirmationCode")
		says(args{"action": "decline"}).call(d, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID, "confirmationCode": code}).want("declined")
		d.nothingWritten()
	})
}

// Open questions keep nothing else from being answered, and there is an end to
// their number.
func TestTwentyQuestions(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		d := open(t, setup{})
		d.era = legacy
		list := d.addMany(20)
		p := says(nil)
		outcomes := make(chan string, 20)
		for _, id := range list {
			one := *d
			go func() { outcomes <- p.call(&one, "delete_api_user", args{"apiUserId": id}).outcome() }()
		}
		synctest.Wait()
		for range 4 {
			if o := <-outcomes; o != "confirmation_required" {
				t.Errorf("one question too many is %s", o)
			}
		}
		start := time.Now()
		d.call("list_api_users", nil).want("found")
		// Another session has questions of its own.
		other := says(args{"action": "decline"})
		other.session = "of another"
		other.call(d, "delete_api_user", args{"apiUserId": list[0]}).want("declined")
		if took := time.Since(start); took > time.Millisecond {
			t.Errorf("the list took %v", took)
		}
		for range 16 {
			if o := <-outcomes; o != "declined" {
				t.Errorf("a question that nobody answers is %s", o)
			}
		}
		d.nothingWritten()
		// The next one is let in again.
		says(yes).call(d, "delete_api_user", args{"apiUserId": list[0]}).want("deleted")
	})
}

// A cancel ends the question, and the yes that comes after it is none.
func TestAYesAfterTheCancel(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		d := open(t, setup{})
		d.era = legacy
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		time.AfterFunc(time.Second, cancel)
		says(nil).callCtx(ctx, d, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("unavailable", "was not deleted")
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %v", took)
		}
		ctx, cancel = context.WithCancel(t.Context())
		late := &person{answer: func(question) any { cancel(); return yes }}
		late.callCtx(ctx, d, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("unavailable", "was not deleted")
		d.nothingWritten()
	})
}

// FuzzAnswers comes back with anything as state and answers: nothing is written,
// for nothing that was sealed is among them.
func FuzzAnswers(f *testing.F) {
	for _, seed := range [][2]string{
		{"", `{"confirm":{"action":"accept","content":{"confirm":true}}}`}, {"x", `{"confirm":{"action":"accept","content":{"confirm":true,"count":1}}}`},
		{strings.Repeat("A", 43), `{"confirm":{"action":"accept","content":{"confirm":true}},"confirm ":1}`}, {"x", `{}`}, {"", `[]`}, {"x", `{"confirm":null}`}, {"x", `{"confirm":{"confirm":true}}`},
		{strings.Repeat("A", 43), `{"confirm":{"action":"accept","content":"{\"confirm\":true}"}}`}, {"x", `{"CONFIRM":{"ACTION":"accept"}}`},
	} {
		f.Add(seed[0], seed[1], false)
		f.Add(seed[0], seed[1], true)
	}
	f.Fuzz(func(t *testing.T, state, answers string, older bool) {
		if !json.Valid([]byte(answers)) {
			t.Skip()
		}
		d := open(t, setup{})
		ctx := t.Context()
		if older {
			d.era = legacy
			ctx = d.server.WithContext(ctx, says(args{"action": "decline"}).sessionFor(t))
		}
		for _, tool := range []string{"delete_api_user", "delete_api_users", "create_api_user"} {
			arguments := map[string]args{"delete_api_user": {"apiUserId": sandbox.ZapierSyncID}, "delete_api_users": {"apiUserIds": three}, "create_api_user": {"name": "R", "admin": true}}[tool]
			d.rpc(ctx, "tools/call", args{"name": tool, "arguments": arguments, "requestState": state, "inputResponses": json.RawMessage(answers),
				"_meta": args{"io.modelcontextprotocol/clientCapabilities": args{"elicitation": args{}}}})
		}
		d.nothingWritten()
	})
}
