package main_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

var outcomes = []string{
	"deleted", "not_found", "permission_denied", "unauthenticated", "invalid_input",
	"rate_limited", "unavailable", "upstream_error", "unknown",
}

// Whatever awork does to the requests of a delete, the outcome is true of the
// workspace afterwards. Kinds that never answer are the client's own tests to
// wait for.
func TestNoFaultMakesADeleteLie(t *testing.T) {
	t.Parallel()
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
			t.Run(string(kind)+" of "+name, func(t *testing.T) {
				t.Parallel()
				s := newFixture(t)
				w := s.workspace(sandbox.Options{Faults: faults})
				h := s.stdio(modern, nil, w.env(s, w.admin))
				a := call(t, h, "delete_api_user", map[string]any{"apiUserId": sandbox.ZapierSyncID})
				if !slices.Contains(outcomes, a.Outcome) {
					t.Errorf("no outcome of a delete: %s", a.text)
				}
				here := w.has(sandbox.ZapierSyncID)
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
				for _, r := range w.Requests() {
					if r.Method == http.MethodDelete {
						sent++
					}
				}
				if sent > 3 {
					t.Errorf("%d deletes were sent", sent)
				}
				for _, u := range sandbox.New(sandbox.Options{}).APIUsers() {
					if u.ID != sandbox.ZapierSyncID && !w.has(u.ID) {
						t.Errorf("%s is gone", u.Name)
					}
				}
			})
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
