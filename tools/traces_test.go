package tools_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"pgregory.net/rapid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

func (d *fixture) traces(id string) answer {
	return d.call("get_api_user", args{"apiUserId": id, "includeTraces": true})
}

func TestTracesOfTheSeededWorkspace(t *testing.T) {
	t.Parallel()
	bothEras(t, "history", setup{}, func(t *testing.T, d *fixture) {
		truth := d.traceTruth()
		for _, id := range seededIDs(d.box) {
			a := d.traces(id).want("found", "comments and files")
			checkTraces(t, a, truth, id, true)
			if n := len(a.list("traces", "notLookedAt")); n != 1 {
				t.Errorf("%d areas were not looked at: %s", n, a.text)
			}
			a.same(false, "traces", "partial")
		}
		d.traces(sandbox.ZapierSyncID).want("found", "Last trace: ", "created in time entries", "3 there that still exist)")
		d.traces(sandbox.PowerBIReportID).want("found", "No trace in 11 areas", "Reading leaves no trace")
		a := d.traces(sandbox.WebsiteFormsID).want("found", "created in webhooks", "receiver lives, not that a key is used")
		a.same("Contact form replies", "traces", "deliveries", 0, "webhook").same(true, "traces", "deliveries", 0, "isSuccessful")
		if strings.Contains(a.text, sandbox.FormsDeliveryMessage) {
			t.Errorf("what was delivered is shown: %s", a.text)
		}
		d.nothingWritten()
	})
	bothEras(t, "costs", setup{}, func(t *testing.T, d *fixture) {
		d.traces(sandbox.ZapierSyncID)
		const lists, control, asked = 10, 2 * 7, 2 * 7
		if n := len(d.seen()); n > lists+control+asked {
			t.Errorf("%d requests", n)
		}
		d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID})
		if n := len(d.seen()); n > 1 {
			t.Errorf("%d requests without traces", n)
		}
	})
	bothEras(t, "a part", setup{owner: sandbox.ReaderUserID}, func(_ *testing.T, d *fixture) {
		d.traces(sandbox.HubSpotBridgeID).want("found", "this token may not look there", "company-master-data:read", "Partial").
			same(true, "traces", "partial")
	})
	bothEras(t, "out of time", setup{}, func(t *testing.T, d *fixture) {
		d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultHang, Path: "/companies"})
		start := time.Now()
		d.traces(sandbox.HubSpotBridgeID).want("found", "companies (the time of the call was up)")
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// A look leaves awork's last requests to the integrations of the workspace.
func TestTracesStopWhereFewRequestsAreLeft(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		d := openLimited(t, sandbox.RateLimit{PerSecond: 50, PerMinute: 215}, 0)
		d.traces(sandbox.ZapierSyncID).want("found", "few requests are left")
		// A control, of which four may be at it, is two requests.
		if n := len(d.seen()); n > 15+2*4 {
			t.Errorf("%d requests of 215, 200 of which were to be left", n)
		}
	})
}

// openLimited is a fixture whose sandbox has limits, and whose calls have a
// deadline of their own where it is not 0.
func openLimited(t *testing.T, limit sandbox.RateLimit, deadline time.Duration) *fixture {
	d := open(t, setup{})
	d.box = sandbox.New(sandbox.Options{RateLimit: limit})
	d.box.AddToken(canary, sandbox.AdminUserID)
	d.wire.inner = d.box.RoundTripper()
	return d.with(tools.Options{Deadline: deadline})
}

func TestTracesTellTheirProgress(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		d := open(t, setup{})
		d.notes = make(chan mcp.JSONRPCNotification, 100)
		d.traces(sandbox.ZapierSyncID).want("found")
		close(d.notes)
		last := 0.0
		for n := range d.notes {
			done := at(n.Params.AdditionalFields, "progress")
			if f, ok := done.(int); !ok || float64(f) <= last {
				t.Errorf("progress %v after %v", done, last)
			} else {
				last = float64(f)
			}
		}
		if last < 10 {
			t.Errorf("progress ended at %v", last)
		}
	})
}

// checkTraces holds what is shown of one API user to what there is. exact is
// whether the newest is shown wherever an area was looked at.
func checkTraces(t fataler, a answer, truth map[string][]traceRecord, id string, exact bool) {
	missed := map[string]bool{}
	for _, n := range a.list("traces", "notLookedAt") {
		missed[fmt.Sprint(at(n, "area"))] = true
		if why, _ := at(n, "why").(string); why == "" {
			t.Errorf("no reason: %v", n)
		}
	}
	looked := map[string]bool{}
	for _, area := range a.list("traces", "areas") {
		name := fmt.Sprint(at(area, "area"))
		looked[name] = true
		for _, kind := range []string{"created", "updated"} {
			want, n := newest(truth[name], kind, id)
			shown, there := at(area, "last"+strings.ToUpper(kind[:1])+kind[1:]+"On").(string)
			switch {
			case there && !exists(truth[name], kind, id, parseTime(shown)):
				t.Errorf("%s: a trace that is not there, %s on %s: %s", name, kind, shown, a.text)
			case missed[name]:
			case !there && n > 0:
				t.Errorf("%s: no trace, but it %s %d: %s", name, kind, n, a.text)
			case exact && there && !parseTime(shown).Equal(want):
				t.Errorf("%s: %s on %s, want %s", name, kind, shown, want)
			}
			if created, _ := at(area, "created").(float64); exact && kind == "created" && !missed[name] && int(created) != n {
				t.Errorf("%s: created %v, want %d: %s", name, created, n, a.text)
			}
		}
	}
	for area := range tracePaths {
		if !looked[area] && !missed[area] {
			t.Errorf("%s is missing: %s", area, a.text)
		}
	}
	latest := a.at("traces", "latest")
	if latest != nil && !exists(truth[fmt.Sprint(at(latest, "area"))], fmt.Sprint(at(latest, "kind")), id, parseTime(at(latest, "on"))) {
		t.Errorf("the last trace is not there: %s", a.text)
	}
	if strings.Contains(a.message(), "nused") || strings.Contains(a.message(), "last used") {
		t.Errorf("words that claim too much: %s", a.message())
	}
}

type fataler interface{ Errorf(string, ...any) }

// Whatever is wrong with the areas, no trace is shown that is not there, and none
// is missed where an area counts as looked at.
func TestTracesUnderFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(timeless{t}, func(rt *rapid.T) {
			owner := rapid.SampledFrom([]string{sandbox.AdminUserID, sandbox.AdminUserID, sandbox.ReaderUserID}).Draw(rt, "token")
			d := open(t, setup{owner: owner})
			id := rapid.SampledFrom(seededIDs(d.box)).Draw(rt, "API user")
			for i := range rapid.IntRange(0, 3).Draw(rt, "records") {
				d.box.AddRecord(sandbox.Record{Area: rapid.SampledFrom(sandbox.Areas()).Draw(rt, "area"), Name: fmt.Sprint(i),
					CreatedBy: rapid.SampledFrom(seededIDs(d.box)).Draw(rt, "maker"), UpdatedBy: rapid.SampledFrom(seededIDs(d.box)).Draw(rt, "changer"),
					CreatedOn: time.Date(2026, 1, 1, i, 0, 0, 0, time.UTC), UpdatedOn: time.Date(2026, 2, 1, i, 0, 0, 0, time.UTC)})
			}
			truth := d.traceTruth()
			exact := d.addTraceFaults(rt)
			a := d.traces(id)
			if a.outcome() == "found" {
				checkTraces(rt, a, truth, id, exact)
			}
		})
	})
}

// addTraceFaults adds random faults to what a look for traces reads. exact is false
// where they may hide which record is the newest.
func (d *fixture) addTraceFaults(rt *rapid.T) (exact bool) {
	exact = true
	paths := slices.Sorted(maps.Values(tracePaths))
	for range rapid.IntRange(1, 3).Draw(rt, "faults") {
		f := rapid.SampledFrom(sandbox.Faults()).Draw(rt, "kind")
		f.Method, f.Path = "GET", rapid.SampledFrom(paths).Draw(rt, "path")
		f.Skip, f.Times = rapid.IntRange(0, 3).Draw(rt, "skip"), rapid.IntRange(0, 2).Draw(rt, "times")
		switch f.Kind {
		case sandbox.FaultOrderIgnored:
			exact = false
		case sandbox.FaultEmptyList, sandbox.FaultFilterIgnored:
			// One that begins after the control is a workspace in which the records are
			// gone, or are all of the same maker.
			f.Skip, f.Times = 0, 0
		case sandbox.FaultSelfMissing:
			f.Path = "/apiusers"
		}
		d.box.AddFaults(f)
	}
	return exact
}

// The question of a delete has the last trace where somebody has just looked.
func TestDeleteQuestionsShowKnownTraces(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		d := open(t, setup{})
		ask := func(ids ...string) string {
			p := says(map[string]any{"action": "decline"})
			tool, arguments := "delete_api_users", args{"apiUserIds": ids}
			if len(ids) == 1 {
				tool, arguments = "delete_api_user", args{"apiUserId": ids[0]}
			}
			time.Sleep(time.Second)
			p.call(d, tool, arguments)
			return p.heard[0].Message
		}
		if q := ask(sandbox.ZapierSyncID); strings.Contains(q, "trace") {
			t.Errorf("nobody has looked: %s", q)
		}
		d.traces(sandbox.ZapierSyncID)
		d.traces(sandbox.PowerBIReportID)
		d.seen()
		if q := ask(sandbox.ZapierSyncID); !strings.Contains(q, "Its last trace: ") || !strings.Contains(q, "created in time entries.\n") {
			t.Error(q)
		}
		for _, path := range d.seen() {
			if strings.Contains(path, "/timeentries") {
				t.Errorf("sent %s", path)
			}
		}
		if q := ask(sandbox.PowerBIReportID); strings.Contains(q, "trace") {
			t.Errorf("that none was found recommends nothing: %s", q)
		}
		if q := ask(sandbox.ZapierSyncID, sandbox.PowerBIReportID); strings.Count(q, ", last trace ") != 1 {
			t.Error(q)
		}
		time.Sleep(time.Minute)
		if q := ask(sandbox.ZapierSyncID); strings.Contains(q, "trace") {
			t.Errorf("more than a minute old: %s", q)
		}
	})
}
