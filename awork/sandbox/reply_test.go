package sandbox

import (
	"strings"
	"testing"
)

func TestErrorBody(t *testing.T) {
	t.Parallel()
	a := admin(t, unlimited(), "GET", "/apiusers/"+unknownID, "")
	var e wireError
	a.json(t, &e)
	if e.TraceID == "" || e.TraceID != a.header.Get("Trace-Id") || len(e.TraceID) != 32 {
		t.Errorf("traceId %q, header %q", e.TraceID, a.header.Get("Trace-Id"))
	}
	if e.Code != "not-found" || e.Description == "" || !strings.HasPrefix(e.Link, "https://developers.awork.com") {
		t.Errorf("got %s", a.body)
	}
	if want := "No API user with the id '" + unknownID + "' exists."; len(e.Details) != 1 || e.Details[0] != want {
		t.Errorf("details %q", e.Details)
	}
}
