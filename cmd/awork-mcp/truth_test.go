package main_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

var outcomes = []string{
	"deleted", "not_found", "permission_denied", "unauthenticated", "invalid_input",
	"rate_limited", "unavailable", "upstream_error", "unknown",
}

// faultyCase is a fault of awork's in the middle of a delete.
type faultyCase struct {
	name   string
	kind   sandbox.FaultKind
	faults []sandbox.Fault
}

// faultyCases leave out kinds that never answer: those are the client's own tests to
// wait for.
func faultyCases() (all []faultyCase) {
	for _, kind := range sandbox.FaultKinds() {
		if kind == sandbox.FaultHang || kind == sandbox.FaultHangAfter {
			continue
		}
		for name, f := range map[string]sandbox.Fault{
			"DELETE":             {Method: "DELETE"},
			"DELETE once":        {Method: "DELETE", Times: 1},
			"GET":                {Method: "GET"},
			"GET after DELETE":   {Method: "GET", Skip: 1},
			"everything of late": {Skip: 1},
		} {
			f.Kind, f.Path = kind, "/apiusers/*"
			if kind == sandbox.FaultLatency {
				f.Delay = 5 * time.Millisecond
			}
			faults := []sandbox.Fault{f}
			if name == "GET after DELETE" {
				faults = append(faults, sandbox.Fault{Kind: sandbox.FaultLostAfter, Method: "DELETE", Path: "/apiusers/*"})
			}
			all = append(all, faultyCase{string(kind) + " of " + name, kind, faults})
		}
	}
	return all
}

// workspacesByToken answers each token from a workspace of its own.
type workspacesByToken map[string]*sandbox.Sandbox

func (w workspacesByToken) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	box, ok := w[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if !ok {
		http.Error(rw, "whose token is this?", http.StatusTeapot)
		return
	}
	box.ServeHTTP(rw, r)
}

// Whatever awork does to the requests of a delete, the outcome is true of the
// workspace afterwards. One server has a caller for each fault, with a token and a
// workspace of its own.
func TestNoFaultMakesADeleteLie(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	workspaces, tokens := workspacesByToken{}, map[string]string{}
	for _, c := range faultyCases() {
		token, box := s.canary(), sandbox.New(sandbox.Options{Faults: c.faults})
		box.AddToken(token, sandbox.AdminUserID)
		workspaces[token], tokens[c.name] = box, token
	}
	srv := httptest.NewServer(workspaces)
	t.Cleanup(srv.Close)
	x := s.web([]string{"--credentials=caller"}, []string{"AWORK_BASE_URL=" + srv.URL + sandbox.BasePath})
	t.Run("faults", func(t *testing.T) {
		for _, c := range faultyCases() {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				token := tokens[c.name]
				h := x.as("X-Awork-Token", token).streamable(modern)
				deleteTellsTheTruth(t, h, workspaces[token], c.kind)
			})
		}
	})
}

func deleteTellsTheTruth(t *testing.T, h host, box *sandbox.Sandbox, kind sandbox.FaultKind) {
	t.Helper()
	a := call(t, h, "delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID})
	if !slices.Contains(outcomes, a.Outcome) {
		t.Errorf("no outcome of a delete: %s", a.text)
	}
	_, here := box.APIUser(sandbox.ZapierSyncID)
	switch {
	case a.Outcome == "unknown":
	case a.Outcome == "deleted" && here:
		t.Errorf("it is not deleted, but %s", a.text)
	case a.Outcome != "deleted" && !here:
		t.Errorf("it is gone, but %s", a.text)
	case a.Outcome == "not_found" && kind != sandbox.FaultNotFound:
		t.Errorf("it is there, but %s", a.text)
	}
	if a.APIUserID != sandbox.ZapierSyncID || a.Workspace == "" {
		t.Errorf("whose and where? %s", a.text)
	}
	sent := 0
	for _, r := range box.Requests() {
		if r.Method == http.MethodDelete {
			sent++
		}
	}
	if sent > 3 {
		t.Errorf("%d deletes were sent", sent)
	}
	for _, u := range sandbox.New(sandbox.Options{}).APIUsers() {
		if _, ok := box.APIUser(u.ID); u.ID != sandbox.ZapierSyncID && !ok {
			t.Errorf("%s is gone", u.Name)
		}
	}
}

// The cases whose outcome the contract names.
func TestWhatADeleteThatFailsSays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"lost-after:DELETE:/apiusers/*:times=1":              "deleted",
		"lost-after:DELETE:/apiusers/*":                      "deleted",
		"lost-before:DELETE:/apiusers/*:times=1":             "deleted",
		"lost-before:DELETE:/apiusers/*":                     "unavailable",
		"status-after:DELETE:/apiusers/*:times=1":            "deleted",
		"status:DELETE:/apiusers/*:times=2:status=503":       "deleted",
		"status:DELETE:/apiusers/*:status=503":               "unavailable",
		"status:DELETE:/apiusers/*":                          "upstream_error",
		"rate-limited:DELETE:/apiusers/*:times=1":            "deleted",
		"rate-limited:DELETE:/apiusers/*:reset=60":           "rate_limited",
		"unauthorized:DELETE:/apiusers/*":                    "permission_denied",
		"bad-token":                                          "unauthenticated",
		"forbidden:DELETE:/apiusers/*":                       "upstream_error",
		"redirect:DELETE:/apiusers/*":                        "upstream_error",
		"not-found:/apiusers/*":                              "not_found",
		"not-found-plain":                                    "upstream_error",
		"not-found:":                                         "upstream_error",
		"status:DELETE:/apiusers/*:status=400:code=db-error": "invalid_input",
		"status:DELETE:/apiusers/*:status=400":               "upstream_error",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			f, err := sandbox.ParseFault(text)
			if err != nil {
				t.Fatal(err)
			}
			s := newFixture(t)
			w := s.workspace(sandbox.Options{Faults: []sandbox.Fault{f}})
			h := s.stdio(modern, nil, w.env(s, w.admin))
			a := call(t, h, "delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID})
			if a.Outcome != want || w.has(sandbox.ZapierSyncID) == (want == "deleted") {
				t.Errorf("want %s; it is there: %t; %s", want, w.has(sandbox.ZapierSyncID), a.text)
			}
		})
	}
}
