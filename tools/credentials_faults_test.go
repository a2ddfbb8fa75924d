package tools_test

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// makings are the calls that make a key.
var makings = map[string]struct {
	tool      string
	arguments args
}{
	"existing":        {"issue_api_key", args{"apiUserId": sandbox.ZapierSyncID}},
	"new":             {"issue_api_key", args{"name": "Time Export", "roleId": "Time Tracking Reader"}},
	"new of a client": {"issue_api_key", args{"name": "Time Export", "roleId": "Integration", "clientId": "zapier"}},
	"rotation":        {"rotate_api_key", args{"apiUserId": sandbox.DatevExportID}},
}

// few leaves the tools that are called here: a catalogue is not made for nothing.
func few(o *tools.Options) {
	o.Policy.Tools = []string{"issue_api_key", "rotate_api_key", "delete_api_user", "delete_client_application"}
}

// step is one request of a call.
type step struct {
	method, path string
	nth          int  // among those like it
	commit       bool // something may be written by then
}

// steps are the requests that a call makes where all goes well.
func steps(t *testing.T, tool string, arguments args) []step {
	r := newKeyFixture(t, nil)
	r.call(tool, arguments).want("created")
	var all []step
	seen := map[string]int{}
	for _, req := range r.box.Requests() {
		p := req.Path
		if below, ok := strings.CutPrefix(p, "/clientapplications/"); ok {
			p = "/clientapplications/*/" + path.Base(below) // the id is another each time
		}
		last := len(all) - 1
		all = append(all, step{req.Method, p, seen[req.Method+p], req.Method != http.MethodGet || last >= 0 && all[last].commit})
		seen[req.Method+p]++
	}
	return all
}

// TestEveryFailureNamesWhatExists breaks every request of every making in
// every way, once and for good, and compares the answer with what is there.
func TestEveryFailureNamesWhatExists(t *testing.T) {
	t.Parallel()
	var cells atomic.Int64
	t.Cleanup(func() { t.Logf("%d cells", cells.Load()) })
	for name, making := range makings {
		for _, s := range steps(t, making.tool, making.arguments) {
			t.Run(fmt.Sprintf("%s, %s %s %d", name, s.method, s.path[1:], s.nth), func(t *testing.T) {
				t.Parallel()
				kinds, often := sandbox.FaultKinds(), []int{1, 0}
				if !s.commit { // reads alone, whose every failure other tests hold
					kinds, often = []sandbox.FaultKind{sandbox.FaultStatus, sandbox.FaultHang, sandbox.FaultBadToken, sandbox.FaultNotFound}, often[1:]
				}
				for _, kind := range kinds {
					for _, times := range often {
						huge := strings.HasPrefix(string(kind), "huge") // which takes its time
						if kind == sandbox.FaultLatency || huge && (times == 0 || !strings.HasSuffix(s.path, "/generateapikey")) {
							continue
						}
						cells.Add(1)
						synctest.Test(t, func(t *testing.T) {
							r := newKeyFixture(t, few)
							before := r.records()
							r.box.AddFaults(sandbox.Fault{Kind: kind, Method: s.method, Path: s.path, Skip: s.nth, Times: times})
							a := r.call(making.tool, making.arguments)
							r.box.ClearFaults()
							r.compare(before, a, making.arguments["apiUserId"])
							if t.Failed() {
								t.Fatalf("at %s, times %d: %s", kind, times, a.text)
							}
						})
					}
				}
			})
		}
	}
}

// compare compares what a call reports with what there is, and cleans up as it says.
func (r *keyFixture) compare(before map[string]string, a callResult, subject any) {
	r.t.Helper()
	made := r.made(before)
	if a.Outcome == "created" {
		p := r.safe.only(r.t)
		if status, body := r.as(p.Value, "GET", "/me", ""); status != 200 || !strings.Contains(body, p.APIUserID.String()) {
			r.t.Errorf("the delivered key does not work: %d %s", status, body)
		}
		if a.Exists != nil || a.Delivered == nil || a.Delivered.Fingerprint != p.Value.Fingerprint() || a.APIUser == nil || a.APIUser.ID != p.APIUserID {
			r.t.Error("created, but not reported so")
		}
		if slices.Contains(made, p.APIUserID.String()) == (subject == p.APIUserID.String()) {
			r.t.Errorf("the key is that of %s", p.APIUserID)
		}
		return
	}
	if len(r.safe.secrets) > 0 || a.Delivered != nil {
		r.t.Error("a key was delivered and not reported")
	}
	var named []string
	for _, e := range a.Exists {
		named = append(named, e.ID)
		if !strings.Contains(a.Message, e.ID) || !strings.Contains(a.Message, e.What) {
			r.t.Errorf("the message does not name the %s %s", e.What, e.ID)
		}
	}
	slices.Sort(named)
	if diff := cmp.Diff(made, named); diff != "" {
		r.t.Errorf("what exists (-) and what is reported to exist (+):\n%s", diff)
	}
	if len(made) > 0 != strings.Contains(a.Message, "What exists now") || len(made) > 0 && strings.Contains(a.Message, "Nothing exists") {
		r.t.Error("the message is wrong on whether anything exists")
	}
	key := slices.ContainsFunc(r.box.Requests(), func(q sandbox.Request) bool { return q.Effect && strings.HasSuffix(q.Path, "/generateapikey") })
	if key && a.Outcome != "unknown" && !strings.Contains(a.Message, "A key was made") || !key && strings.Contains(a.Message, "A key was made") {
		r.t.Errorf("the message is wrong on the key (made: %t)", key)
	}
	if a.Outcome != "unknown" && !key && !strings.Contains(a.Message, "could not be created") && !strings.HasSuffix(a.Message, "No key was made.") && !strings.HasSuffix(a.Message, "Nothing was changed.") {
		r.t.Error("the message does not say what was not made")
	}
	if strings.Contains(a.Message, "AWORK_TOKEN") && len(r.secretRecorder.secrets) > 0 {
		r.t.Error("the server's own token is blamed for the new key")
	}
	for _, e := range a.Exists {
		r.call(e.CleanUp.Tool, e.CleanUp.Arguments).want("deleted")
	}
	if diff := cmp.Diff(before, r.records()); diff != "" {
		r.t.Errorf("after the clean-up:\n%s", diff)
	}
}
