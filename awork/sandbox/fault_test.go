package sandbox

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestFaultFits(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault        Fault
		method, path string
		want         bool
	}{
		"any":                  {Fault{}, "GET", "/me", true},
		"method":               {Fault{Method: "delete"}, "DELETE", "/apiusers/1", true},
		"another method":       {Fault{Method: "PUT"}, "DELETE", "/apiusers/1", false},
		"path":                 {Fault{Path: "/apiusers"}, "GET", "/apiusers", true},
		"a path below":         {Fault{Path: "/apiusers"}, "GET", "/apiusers/1", false},
		"a segment":            {Fault{Path: "/apiusers/*"}, "GET", "/apiusers/1", true},
		"no segment":           {Fault{Path: "/apiusers/*"}, "GET", "/apiusers", false},
		"a segment between":    {Fault{Path: "/roles/*/permissions"}, "GET", "/roles/1/permissions", true},
		"two segments for one": {Fault{Path: "/roles/*"}, "GET", "/roles/1/permissions", false},
	} {
		if got := tc.fault.fits(tc.method, tc.path); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestFaultCounts(t *testing.T) {
	t.Parallel()
	s := unlimited(
		Fault{Kind: FaultStatus, Path: "/me", Skip: 1, Times: 2, Status: 503},
		Fault{Kind: FaultLatency, Delay: time.Nanosecond},
		Fault{Kind: FaultHTML, Path: "/me", Skip: 1, Times: 1},
	)
	admin(t, s, "GET", "/me/permissions", "") // meets neither counter
	for i, want := range []string{"200 json", "503 json", "503 json", "200 html", "200 json"} {
		a := admin(t, s, "GET", "/me", "")
		status, kind, _ := strings.Cut(want, " ")
		if strconv.Itoa(a.status) != status || !strings.Contains(a.header.Get("Content-Type"), kind) {
			t.Errorf("request %d: got %d %s, want %s", i, a.status, a.body, want)
		}
	}
	s.AddFaults(Fault{Kind: FaultForbidden})
	if a := admin(t, s, "GET", "/me", ""); a.status != 403 {
		t.Errorf("an added fault: %d", a.status)
	}
	s.ClearFaults()
	if a := admin(t, s, "GET", "/me", ""); a.status != 200 {
		t.Errorf("after ClearFaults: %d", a.status)
	}
}

func TestFaultsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for says, f := range map[string]Fault{
		"lost-before, lost-after":   {Kind: "lost"},
		"needs a delay":             {Kind: FaultLatency},
		"does not begin":            {Kind: FaultHTML, Path: "apiusers"},
		"is no pattern":             {Kind: FaultHTML, Path: "/["},
		"negative":                  {Kind: FaultHTML, Skip: -1},
		"between 400 and 599":       {Kind: FaultStatus, Status: 200},
		"takes no such status":      {Kind: FaultHTML, Status: 500},
		"needs a status":            {Kind: FaultForeign, Body: BodyHTML},
		"that has a body":           {Kind: FaultForeignAfter, Status: 204, Body: BodyEmpty},
		"needs a body: html, empty": {Kind: FaultForeign, Status: 403},
		"takes no body":             {Kind: FaultStatus, Body: BodyJSON},
		"status or code":            {Kind: FaultForeign, Status: 403, Body: BodyJSON, Code: "x"},
		"only rate-limited does":    {Kind: FaultHTML, Reset: 1},
		"takes no target":           {Kind: FaultHTML, Target: "http://localhost"},
		"no such status or code":    {Kind: FaultHang, Code: "x"},
		`no fault is called "html-`: {Kind: "html-before"},
	} {
		if err := f.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want %q", f, err, says)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("AddFaults took a fault of no kind")
		}
	}()
	unlimited().AddFaults(Fault{})
}
