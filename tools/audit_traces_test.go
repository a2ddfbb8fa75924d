package tools_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// findingsOf are the findings of a rule.
func findingsOf(a answer, rule string) []any {
	return slices.DeleteFunc(slices.Clone(a.list("findings")), func(f any) bool { return at(f, "rule") != rule })
}

func TestAuditWithTraces(t *testing.T) {
	t.Parallel()
	traced := args{"includeTraces": true}
	bothEras(t, "costs", setup{}, func(t *testing.T, d *fixture) {
		d.call("audit_api_users", nil)
		first := d.seen()
		without := len(first)
		d.call("audit_api_users", traced)
		if n := len(d.seen()); n > 90 || without > 5+4 {
			t.Errorf("%d requests with traces, %d without: %v", n, without, first)
		}
	})
	bothEras(t, "facts", setup{}, func(t *testing.T, d *fixture) {
		truth := d.traceTruth()
		a := d.call("audit_api_users", traced).want("found", "5 API users left a trace", "11 areas").
			same(args{"admins": 4, "limited": 8, "unknown": 0}, "summary")
		checkAuditTraces(t, a, truth, true)
	})
	bothEras(t, "webhook_failing", setup{}, func(t *testing.T, d *fixture) {
		a := d.call("audit_api_users", traced)
		found := findingsOf(a, "webhook_failing")
		if len(found) != 1 || finding(found[0]) != "webhook_failing low ["+sandbox.AworkConnectorID+"] get_api_user "+
			string(mustJSON(args{"apiUserId": sandbox.AworkConnectorID, "includeWebhooks": true})) {
			t.Errorf("%v", found)
		}
		if m := fmt.Sprint(at(found[0], "message")); !strings.Contains(m, "2026-02-09, answered 503") {
			t.Error(m)
		}
		if len(findingsOf(d.call("audit_api_users", nil), "webhook_failing")) > 0 {
			t.Error("without traces nobody looks at webhooks")
		}
	})
	bothEras(t, "role_wider_than_traces", setup{}, func(t *testing.T, d *fixture) {
		want := func(id string, areas string) {
			t.Helper()
			found := findingsOf(d.call("audit_api_users", traced), "role_wider_than_traces")
			i := slices.IndexFunc(found, func(f any) bool { return at(f, "id") == "role_wider_than_traces:"+id })
			switch {
			case areas == "" && i < 0:
			case areas == "" || i < 0 || !strings.Contains(fmt.Sprint(at(found[i], "message")), "may also write "+areas+","):
				t.Errorf("%s: want %q: %v", id, areas, found)
			}
		}
		want(sandbox.HubSpotBridgeID, "time entries, projects")
		want(sandbox.ZapierSyncID, "")    // writes all that it may
		want(sandbox.WebsiteFormsID, "")  // its only trace is a webhook
		want(sandbox.PowerBIReportID, "") // an admin
		d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultFilterRefused, Path: "/timeentries"})
		want(sandbox.HubSpotBridgeID, "projects")
		d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultStatus, Path: "/me/permissions"})
		want(sandbox.HubSpotBridgeID, "")
	})
}

// Of 200 API users, all traces are found within two minutes under awork's limits;
// where there is less time, the answer says what is missing.
func TestAuditOfManyWithTraces(t *testing.T) {
	for _, deadline := range []time.Duration{2 * time.Minute, 2 * time.Second} {
		t.Run(deadline.String(), func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				d := openLimited(t, sandbox.RateLimit{}, deadline)
				d.addMany(188)
				for i, id := range seededIDs(d.box) {
					d.box.AddRecord(sandbox.Record{Area: sandbox.Areas()[i%7], Name: fmt.Sprint(i), CreatedBy: id, UpdatedBy: id})
				}
				truth := d.traceTruth()
				start := time.Now()
				d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultLatency, Delay: 50 * time.Millisecond})
				a := d.call("audit_api_users", args{"includeTraces": true}).want("found")
				if took := time.Since(start); took > deadline {
					t.Errorf("took %v", took)
				}
				t.Logf("%d requests in %v: %s", len(d.seen()), time.Since(start), a.message())
				checkAuditTraces(t, a, truth, true)
				if missed := len(a.list("traces", "notLookedAt")); (missed > 1) != (deadline < time.Minute) {
					t.Errorf("not looked at: %v", a.at("traces", "notLookedAt"))
				}
			})
		})
	}
}

// checkAuditTraces holds the last traces of an audit to what there is. exact is
// whether the last trace is the newest wherever all areas were looked at.
func checkAuditTraces(t fataler, a answer, truth map[string][]traceRecord, exact bool) {
	complete := map[string]bool{}
	for _, area := range a.list("traces", "areas") {
		complete[fmt.Sprint(area)] = true
	}
	for _, n := range a.list("traces", "notLookedAt") {
		if complete[fmt.Sprint(at(n, "area"))] {
			t.Errorf("%v was looked at and was not", n)
		}
	}
	for _, u := range a.list("apiUsers") {
		id, last := fmt.Sprint(at(u, "id")), at(u, "lastTrace")
		on := parseTime(at(last, "on"))
		if last != nil && !exists(truth[fmt.Sprint(at(last, "area"))], fmt.Sprint(at(last, "kind")), id, on) {
			t.Errorf("a trace that is not there: %v", u)
		}
		for area := range complete {
			for _, kind := range []string{"created", "updated"} {
				newest, n := newest(truth[area], kind, id)
				if n > 0 && (last == nil || exact && newest.After(on)) {
					t.Errorf("%s %s %d, the last on %s, but the last trace is %v", kind, area, n, newest, last)
				}
			}
		}
	}
}

func TestAuditTracesUnderFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(timeless{t}, func(rt *rapid.T) {
			d := open(t, setup{owner: rapid.SampledFrom([]string{sandbox.AdminUserID, sandbox.ReaderUserID}).Draw(rt, "token")})
			truth := d.traceTruth()
			exact := d.addTraceFaults(rt)
			if a := d.call("audit_api_users", args{"includeTraces": true}); a.outcome() == "found" {
				checkAuditTraces(rt, a, truth, exact)
			}
		})
	})
}

// What an audit finds of groups is one finding with one call that fixes it.
func TestAuditGroups(t *testing.T) {
	t.Parallel()
	bothEras(t, "one person who left", setup{policy: tools.Policy{Protect: []string{"Spared*"}}}, func(t *testing.T, d *fixture) {
		for _, name := range []string{"A", "B", "Spared"} {
			d.box.AddAPIUser(sandbox.APIUser{Name: name, RoleID: sandbox.UserRoleID, ClientID: "zapier", CreatedBy: sandbox.TobiasKernID})
		}
		a := d.call("audit_api_users", nil).want("found")
		i := slices.IndexFunc(a.list("findings"), func(f any) bool { return at(f, "id") == "creator_left:"+sandbox.TobiasKernID })
		if i < 0 || len(findingsOf(a, "creator_left")) != 3 { // his, the protected one's, and DATEV's
			t.Fatalf("%s", a.text)
		}
		f := a.at("findings", i)
		if at(f, "fix", "tool") != "delete_api_users" || len(at(f, "fix", "arguments", "apiUserIds").([]any)) != 3 || !strings.Contains(fmt.Sprint(at(f, "message")), `"A", "B", "Relaunch Importer"`) {
			t.Errorf("%s", finding(f))
		}
		d.call("delete_api_users", at(f, "fix", "arguments")).want("deleted")
		if left := findingsOf(d.call("audit_api_users", nil), "creator_left"); len(left) != 2 {
			t.Errorf("%v", left)
		}
	})
	bothEras(t, "ids stay when others go", setup{}, func(t *testing.T, d *fixture) {
		for _, name := range []string{"A", "B", "C"} {
			d.box.AddAPIUser(sandbox.APIUser{Name: name, RoleID: sandbox.UserRoleID, ClientID: "gone", CreatedBy: sandbox.TobiasKernID})
		}
		before := d.call("audit_api_users", nil)
		for _, f := range before.list("findings") {
			if at(f, "id") == "orphan:gone" {
				d.box.RemoveAPIUser(fmt.Sprint(at(f, "apiUserIds", 0)))
			}
		}
		for _, rule := range []string{"orphan", "creator_left"} {
			if was, is := ids(findingsOf(before, rule)), ids(findingsOf(d.call("audit_api_users", nil), rule)); !slices.Equal(was, is) {
				t.Errorf("%v became %v", was, is)
			}
		}
	})
	bothEras(t, "fresh_key_maker", setup{}, func(t *testing.T, d *fixture) {
		now := time.Now()
		for name, by := range map[string]string{"New": sandbox.ZapierSyncID, "By hand": sandbox.AdminUserID, "Of a person": sandbox.JonasBrandtID} {
			d.box.AddAPIUser(sandbox.APIUser{Name: name, RoleID: sandbox.UserRoleID, ClientID: "zapier", CreatedBy: by, CreatedOn: now.Add(-29 * 24 * time.Hour)})
		}
		d.box.AddAPIUser(sandbox.APIUser{Name: "Old", RoleID: sandbox.UserRoleID, ClientID: "zapier", CreatedBy: sandbox.DatevExportID, CreatedOn: now.Add(-31 * 24 * time.Hour)})
		found := findingsOf(d.call("audit_api_users", nil), "fresh_key_maker")
		if len(found) != 1 || at(found[0], "id") != "fresh_key_maker:"+sandbox.ZapierSyncID || at(found[0], "severity") != "medium" ||
			!strings.Contains(fmt.Sprint(at(found[0], "message")), `made 1 API user in the last 30 days: "New"`) {
			t.Errorf("%v", found)
		}
	})
}
