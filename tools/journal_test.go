package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// journalFile is a journal, in a folder of its own.
type journalFile struct {
	*journal.Journal
	t    testing.TB
	path string
}

func newJournalFile(t testing.TB) journalFile {
	t.Helper()
	k := journalFile{t: t, path: filepath.Join(t.TempDir(), "journal")}
	var unfinished []journal.Entry
	k.Journal, unfinished = reopen(t, k.path)
	if len(unfinished) > 0 {
		t.Errorf("a new journal has %v", unfinished)
	}
	return k
}

func reopen(t testing.TB, path string) (*journal.Journal, []journal.Entry) {
	t.Helper()
	j, unfinished, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return j, unfinished
}

// lines are the journal's, each of which must be a JSON object.
func (k journalFile) lines() (all []args) {
	k.t.Helper()
	text := string(readFile(k.t, k.path))
	noSecrets(k.t, "the journal", text)
	for line := range strings.Lines(text) {
		var fields args
		if err := json.Unmarshal([]byte(line), &fields); err != nil || !strings.HasSuffix(line, "\n") {
			k.t.Errorf("no line of a journal: %q (%v)", line, err)
		}
		all = append(all, fields)
	}
	return all
}

// keys are the members of a JSON object in their order.
func keys(t testing.TB, object string) (all []string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(object))
	depth, isKey := 0, false
	for {
		token, err := d.Token()
		if err != nil {
			return all
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
			isKey = depth == 1
		case string:
			if depth == 1 && isKey {
				all = append(all, v)
				isKey = false
				continue
			}
			isKey = depth == 1
		default:
			isKey = depth == 1
		}
	}
}

func TestJournalOfAWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy                    tools.Policy
		with                      *person
		tool                      string
		arguments                 args
		caller, confirmed, result string
		intent, end               []string
	}{
		"delete": {tool: "delete_api_user", arguments: args{"apiUserId": sandbox.ZapierSyncID}, with: says(yes), caller: "alice", confirmed: "form", result: "deleted",
			intent: []string{"id", "phase", "time", "caller", "workspace", "tool", "apiUserId", "name", "clientId", "confirmed", "before"},
			end:    []string{"id", "phase", "time", "caller", "workspace", "tool", "apiUserId", "name", "clientId", "confirmed", "outcome", "traceId"}},
		"update": {tool: "update_api_user", arguments: args{"apiUserId": sandbox.ZapierSyncID, "name": "Z"}, confirmed: "not needed", result: "updated",
			intent: []string{"id", "phase", "time", "workspace", "tool", "apiUserId", "name", "clientId", "confirmed", "before"},
			end:    []string{"id", "phase", "time", "workspace", "tool", "apiUserId", "name", "clientId", "confirmed", "outcome", "traceId", "after"}},
		"create": {tool: "create_api_user", arguments: args{"name": "Robot", "admin": true}, confirmed: "no forms", result: "created",
			intent: []string{"id", "phase", "time", "workspace", "tool", "name", "confirmed"},
			end:    []string{"id", "phase", "time", "workspace", "tool", "apiUserId", "name", "confirmed", "outcome", "traceId", "after"}},
		"never": {policy: tools.Policy{Confirm: "never"}, tool: "delete_api_user", arguments: args{"apiUserId": sandbox.ZapierSyncID}, with: says(yes), confirmed: "never", result: "deleted",
			intent: []string{"id", "phase", "time", "workspace", "tool", "apiUserId", "name", "clientId", "confirmed", "before"},
			end:    []string{"id", "phase", "time", "workspace", "tool", "apiUserId", "name", "clientId", "confirmed", "outcome", "traceId"}},
	} {
		bothEras(t, name, setup{}, func(t *testing.T, d *fixture) {
			k := newJournalFile(t)
			d = d.with(tools.Options{Journal: k.Journal, Policy: c.policy})
			before, _ := d.box.APIUser(sandbox.ZapierSyncID)
			// The intent is on disk when awork gets the request.
			d.wire.hook(func(r *http.Request) {
				if l := k.lines(); r.Method != http.MethodGet && (len(l) != 1 || l[0]["phase"] != "intent") {
					t.Errorf("when %s came, the journal was %v", r.Method, l)
				}
			}, nil)
			ctx := context.Background()
			if c.caller != "" {
				ctx = tools.WithCaller(ctx, tools.Caller{Name: c.caller, Read: true, Write: true})
			}
			var a answer
			if c.with != nil {
				a = c.with.callCtx(ctx, d, c.tool, c.arguments)
			} else {
				a = d.callCtx(ctx, c.tool, c.arguments)
			}
			a.want(c.result)
			l := k.lines()
			if len(l) != 2 || l[0]["id"] != l[1]["id"] || uuid.Validate(l[0]["id"].(string)) != nil || l[0]["phase"] != "intent" || l[1]["phase"] != "result" {
				t.Fatalf("%v", l)
			}
			text := slices.Collect(strings.Lines(string(readFile(t, k.path))))
			for i, want := range [][]string{c.intent, c.end} {
				want = append(slices.Clone(want), "process", "previous", "sum")
				if got := keys(t, text[i]); !slices.Equal(got, want) {
					t.Errorf("line %d has %v, want %v", i, got, want)
				}
			}
			for i := range 2 {
				same := args{"workspace": sandbox.WorkspaceName, "tool": c.tool, "confirmed": c.confirmed}
				if c.caller != "" {
					same["caller"] = c.caller
				}
				for field, want := range same {
					if l[i][field] != want {
						t.Errorf("%s of line %d is %v, want %v", field, i, l[i][field], want)
					}
				}
				if at, err := time.Parse(time.RFC3339Nano, l[i]["time"].(string)); err != nil || !strings.HasSuffix(l[i]["time"].(string), "Z") || time.Since(at) > time.Minute {
					t.Errorf("time of line %d: %v", i, l[i]["time"])
				}
			}
			if l[1]["outcome"] != c.result || l[1]["traceId"] == "" {
				t.Errorf("%v", l[1])
			}
			if b, ok := l[0]["before"]; ok && (at(b, "name") != before.Name || at(b, "roleId") != before.RoleID || at(b, "clientName") != "Zapier") {
				t.Errorf("before: %v", b)
			}
			if after, ok := l[1]["after"]; ok && (at(after, "id") != l[1]["apiUserId"] || at(after, "name") != c.arguments["name"]) {
				t.Errorf("after: %v", l[1])
			}
			// The log has the same event.
			logged := ""
			for line := range strings.Lines(d.log.String()) {
				if strings.Contains(line, l[1]["id"].(string)) {
					logged += line
				}
			}
			for _, field := range []string{"id", "caller", "tool", "workspace", "apiUserId", "name", "confirmed", "outcome", "traceId"} {
				if v, ok := l[1][field]; ok && !strings.Contains(logged, `"`+field+`":`+string(mustJSON(v))) {
					t.Errorf("the log lacks %s %v: %s", field, v, logged)
				}
			}
		})
	}
}

// What is refused or only asked is not in the journal, for nothing was about to
// be written.
func TestJournalOfNothing(t *testing.T) {
	t.Parallel()
	bothEras(t, "nothing", setup{}, func(t *testing.T, d *fixture) {
		k := newJournalFile(t)
		d = d.with(tools.Options{Journal: k.Journal, Policy: tools.Policy{Protect: []string{sandbox.DatevExportID}}})
		says(args{"action": "decline"}).call(d, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("declined")
		d.call("delete_api_user", args{"apiUserId": sandbox.DatevExportID}).want("blocked")
		d.call("delete_api_user", args{"apiUserId": unknownID}).want("not_found")
		d.call("update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "name": "Zapier Sync"}).want("unchanged")
		d.call("create_api_user", args{"name": "R"}).want("invalid_input")
		d.call("list_api_users", nil).want("found")
		if l := k.lines(); len(l) > 0 {
			t.Errorf("%v", l)
		}
	})
}

// Every write has its result, however it ends.
func TestJournalOfWhatGoesWrong(t *testing.T) {
	t.Parallel()
	zapier := args{"apiUserId": sandbox.ZapierSyncID}
	for name, c := range map[string]struct {
		faults            []sandbox.Fault
		tool              string
		arguments         args
		outcome, recorded string
	}{
		"refused":       {[]sandbox.Fault{{Kind: sandbox.FaultUnauthorized, Method: "DELETE"}}, "delete_api_user", zapier, "permission_denied", "permission_denied"},
		"lost":          {[]sandbox.Fault{{Kind: sandbox.FaultLostBefore, Method: "DELETE"}}, "delete_api_user", zapier, "unavailable", "unavailable"},
		"lost and dark": {[]sandbox.Fault{{Kind: sandbox.FaultLostAfter, Method: "DELETE"}, {Kind: sandbox.FaultStatus, Path: "/apiusers/*", Method: "GET", Skip: 1}}, "delete_api_user", zapier, "unknown", "unknown"},
		"gone between":  {[]sandbox.Fault{{Kind: sandbox.FaultNotFound, Method: "DELETE"}}, "delete_api_user", zapier, "not_found", "not_found"},
		"unclear":       {[]sandbox.Fault{{Kind: sandbox.FaultLostBefore, Method: "POST"}}, "create_api_user", args{"name": "R", "roleId": "User"}, "unknown", "unknown"},
		"echoed":        {[]sandbox.Fault{{Kind: sandbox.FaultLostAfter, Method: "PUT"}}, "update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "name": "R"}, "updated", "updated"},
	} {
		bothEras(t, name, setup{}, func(t *testing.T, d *fixture) {
			k := newJournalFile(t)
			d = d.with(tools.Options{Journal: k.Journal})
			d.box.AddFaults(c.faults...)
			d.call(c.tool, c.arguments).want(c.outcome)
			if l := k.lines(); len(l) != 2 || l[1]["outcome"] != c.recorded || l[1]["id"] != l[0]["id"] {
				t.Errorf("%v", l)
			}
		})
	}
	bothEras(t, "bulk", setup{}, func(t *testing.T, d *fixture) {
		k := newJournalFile(t)
		d = d.with(tools.Options{Journal: k.Journal})
		list := d.addMany(12)
		d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultLatency, Method: "DELETE", Delay: 20 * time.Second}, sandbox.Fault{Kind: sandbox.FaultUnauthorized, Method: "DELETE", Path: "/apiusers/" + list[0]})
		d.call("delete_api_users", args{"apiUserIds": append(list, unknownID, sandbox.AdminUserID)}).want("partial")
		phases, outcomes := map[any]string{}, map[any]int{}
		for _, l := range k.lines() {
			phases[l["id"]] += l["phase"].(string) + " "
			if l["phase"] == "result" {
				outcomes[l["outcome"]]++
			}
		}
		for id, p := range phases {
			if p != "intent result " {
				t.Errorf("%s: %s", id, p)
			}
		}
		if len(phases) < 8 || len(phases) > 12 || outcomes["permission_denied"] != 1 {
			t.Errorf("%d writes: %v", len(phases), outcomes)
		}
	})
	// The answer of a cancelled call is dropped, its line is not.
	bothEras(t, "cancelled", setup{}, func(t *testing.T, d *fixture) {
		k := newJournalFile(t)
		d = d.with(tools.Options{Journal: k.Journal})
		ctx, cancel := context.WithCancel(t.Context())
		d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultLatency, Method: "DELETE", Delay: 2 * time.Second})
		d.wire.hook(func(r *http.Request) {
			if r.Method == http.MethodDelete {
				cancel()
			}
		}, nil)
		d.callCtx(ctx, "delete_api_user", zapier)
		if l := k.lines(); len(l) != 2 || l[1]["outcome"] != "deleted" {
			t.Errorf("%v", l)
		}
	})
	bothEras(t, "a panic", setup{}, func(t *testing.T, d *fixture) {
		k := newJournalFile(t)
		d = d.with(tools.Options{Journal: k.Journal})
		d.wire.hook(func(r *http.Request) {
			if r.Method == http.MethodDelete {
				panic("a fault of ours with " + canary)
			}
		}, nil)
		a := d.call("delete_api_user", zapier).want("unknown", "Check with")
		if l := k.lines(); len(l) != 2 || l[1]["outcome"] != "unknown" {
			t.Errorf("%v", l)
		}
		if strings.Contains(a.text, "panic") || !strings.Contains(d.log.String(), "panic") {
			t.Errorf("%s", a.text)
		}
		d.log.buf.Reset() // what panicked printed a token, which is its own fault
	})
}

// usedUp has awork say, with every list of API users but the first, that no request
// is left for 5 s.
type usedUp struct {
	inner http.RoundTripper
	lists *atomic.Int32
}

func (u usedUp) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := u.inner.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.URL.Path, "/apiusers") && u.lists.Add(1) > 1 {
		resp.Header.Set("Ratelimit-Remaining", "0")
		resp.Header.Set("Ratelimit-Reset", "5")
	}
	return resp, err
}

// A write that waits for its turn when the call ends was never sent.
func TestJournalOfWhatIsNotSent(t *testing.T) {
	t.Parallel()
	slow := sandbox.Fault{Kind: sandbox.FaultLatency, Method: "DELETE", Delay: 11 * time.Second}
	for name, c := range map[string]struct {
		cancelAt int // lines
		deleted  int
		outcome  string // of each of the others
	}{
		"cancelled":   {21, 10, "not_attempted"},
		"out of time": {1000, 20, "rate_limited"},
	} {
		bothEras(t, name, setup{faults: []sandbox.Fault{slow}}, func(t *testing.T, d *fixture) {
			k := newJournalFile(t)
			d.wire.inner = usedUp{d.wire.inner, new(atomic.Int32)}
			d = d.with(tools.Options{Journal: k.Journal})
			ctx, cancel := context.WithCancel(t.Context())
			var watching sync.WaitGroup
			watching.Go(func() {
				for ctx.Err() == nil && len(k.lines()) < c.cancelAt {
					time.Sleep(time.Second)
				}
				cancel()
			})
			d.callCtx(ctx, "delete_api_users", args{"apiUserIds": d.addMany(30)}).want("partial")
			cancel()
			watching.Wait()
			outcomes := map[any]int{}
			for _, l := range k.lines() {
				outcomes[l["outcome"]]++
			}
			others := outcomes[c.outcome]
			want := map[any]int{nil: c.deleted + others, "deleted": c.deleted, c.outcome: others}
			if sent := d.writes(); others == 0 || !maps.Equal(outcomes, want) || len(sent) != c.deleted {
				t.Errorf("%v, sent %v", outcomes, sent)
			}
		})
	}
}

// A journal that can't be written keeps everything from being sent.
func TestNoJournalNoWrite(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, path string){
		"a folder": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		},
		"its folder is gone": func(t *testing.T, path string) {
			if err := os.RemoveAll(filepath.Dir(path)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		bothEras(t, name, setup{}, func(t *testing.T, d *fixture) {
			k := newJournalFile(t)
			d = d.with(tools.Options{Journal: k.Journal})
			spoil(t, k.path)
			d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("blocked", "--journal", `API user "Zapier Sync" was not deleted.`)
			d.call("create_api_user", args{"name": "R", "roleId": "User"}).want("blocked", "--journal", "No API user was created.")
			d.call("update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "name": "R"}).want("blocked", "--journal", "was not changed")
			a := d.call("delete_api_users", args{"apiUserIds": three}).want("partial")
			a.same(3, "summary", "blocked")
			d.nothingWritten()
			d.call("list_api_users", nil).want("found")
			if !strings.Contains(d.log.String(), "the journal can't be written") {
				t.Errorf("the log does not say why: %s", d.log.String())
			}
		})
	}
}

// A process that holds the lock for ever keeps nobody waiting for ever.
func TestJournalInUse(t *testing.T) {
	t.Parallel()
	k := newJournalFile(t)
	other := flock.New(k.path + ".lock")
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	d := open(t, setup{}).with(tools.Options{Journal: k.Journal})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	d.callCtx(ctx, "delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("blocked", "journal")
	d.nothingWritten()
	if err := other.Unlock(); err != nil {
		t.Fatal(err)
	}
	d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("deleted")
}

func TestJournalsThatAreNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "no", "such"), filepath.Join(file, "journal"), os.DevNull} {
		if _, _, err := journal.Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
		for _, left := range []string{".lock", ".chain"} {
			if _, err := os.Stat(path + left); err == nil {
				t.Errorf("it left %s%s", path, left)
			}
		}
	}
}

func TestJournalIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o644, 0o666, 0o600} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		reopen(t, path)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%o became %v", mode, info.Mode())
		}
	}
	list, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", f.Name(), info.Mode())
		}
	}
}

// A line that a crash cut short spoils no other.
func TestTornLine(t *testing.T) {
	t.Parallel()
	bothEras(t, "torn", setup{}, func(t *testing.T, d *fixture) {
		path := filepath.Join(t.TempDir(), "journal")
		for _, torn := range []string{`{"id":"5f2b`, "\x00\x00\x00", `{"id":"` + unknownID + `","phase":"intent","time":"2020-01-01T00:00:00Z"`} {
			if err := os.WriteFile(path, []byte("not JSON\n[]\n{}\n"+torn), 0o600); err != nil {
				t.Fatal(err)
			}
			j, unfinished := reopen(t, path)
			if len(unfinished) > 0 {
				t.Errorf("%q: %v", torn, unfinished)
			}
			d := d.with(tools.Options{Journal: j})
			d.call("create_api_user", args{"name": "R", "roleId": "User"}).want("created")
			lines := bytes.Split(readFile(t, path), []byte("\n"))
			if len(lines) != 7 || string(lines[3]) != torn || !json.Valid(lines[4]) || !json.Valid(lines[5]) || len(lines[6]) > 0 {
				t.Errorf("%q", lines)
			}
		}
	})
}

// Several programs keep one journal: no line is in another.
func TestOneJournalForSeveral(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	var wg sync.WaitGroup
	for range 2 {
		j, _ := reopen(t, path)
		d := open(t, setup{}).with(tools.Options{Journal: j})
		list := d.addMany(100)
		for half := range 2 {
			wg.Go(func() {
				one := *d
				one.call("delete_api_users", args{"apiUserIds": list[50*half : 50*half+50]}).want("deleted")
			})
		}
	}
	wg.Wait()
	phases := map[any]string{}
	k := journalFile{t: t, path: path}
	lines := k.lines()
	for _, l := range lines {
		phases[l["id"]] += l["phase"].(string) + " "
	}
	for id, p := range phases {
		if p != "intent result " {
			t.Errorf("%s: %s", id, p)
		}
	}
	if len(lines) != 400 || len(phases) != 200 {
		t.Errorf("%d lines of %d writes", len(lines), len(phases))
	}
}

// intent leaves what a crash in the middle of a write leaves.
func intent(t testing.TB, path string) (j *journal.Journal, id string) {
	t.Helper()
	k := journalFile{t: t, path: path}
	j, _ = reopen(t, path)
	d := open(t, setup{}).with(tools.Options{Journal: j})
	d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("deleted")
	first, _, _ := bytes.Cut(readFile(t, path), []byte("\n"))
	if err := os.WriteFile(path, append(first, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	return j, k.lines()[0]["id"].(string)
}

// An intent without a result is reported at the next start, once, unless it may be
// that of a program that still runs.
func TestUnfinishedWrites(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	running, id := intent(t, path)
	defer runtime.KeepAlive(running)
	// The journal above is open still, as that of another program is.
	if _, unfinished := reopen(t, path); len(unfinished) > 0 {
		t.Errorf("reported while a program runs that may be at work: %v", unfinished)
	}
	// A copy of it was left behind by nobody who lives.
	crashed := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(crashed, readFile(t, path), 0o600); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "journal")
	reopen(t, old)
	stale := maps.Clone(journalFile{t: t, path: path}.lines()[0])
	stale["time"] = time.Now().Add(-time.Hour).UTC()
	if err := os.WriteFile(old, append(mustJSON(stale), '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"after a crash": crashed, "long after": old} {
		_, unfinished := reopen(t, path)
		if len(unfinished) != 1 || unfinished[0].ID.String() != id || unfinished[0].APIUserID.String() != sandbox.ZapierSyncID || unfinished[0].Tool != "delete_api_user" {
			t.Fatalf("%s: %+v", name, unfinished)
		}
		l := journalFile{t: t, path: path}.lines()
		if len(l) != 2 || l[1]["id"] != id || l[1]["phase"] != "result" || l[1]["outcome"] != "unknown" || l[1]["tool"] != "delete_api_user" {
			t.Errorf("%s: %v", name, l)
		}
		if _, again := reopen(t, path); len(again) > 0 {
			t.Errorf("%s: reported twice: %v", name, again)
		}
	}
}
