package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"testing"
)

func TestRequests(t *testing.T) {
	t.Parallel()
	s := unlimited(Fault{Kind: FaultLostAfter, Method: "PUT"})
	admin(t, s, "GET", "/users?page=2", "")
	admin(t, s, "DELETE", "/apiusers/"+ZapierSyncID, "")
	admin(t, s, "DELETE", "/apiusers/"+ZapierSyncID, "")
	if _, err := send(s, AdminToken, "PUT", "/apiusers/"+DatevExportID, `{"name":"a"}`); err == nil {
		t.Error("the PUT was answered")
	}
	want := []Request{
		{Method: "GET", Path: "/users", Query: "page=2", Status: 200, Time: noon()},
		{Method: "DELETE", Path: "/apiusers/" + ZapierSyncID, Status: 204, Effect: true, Time: noon()},
		{Method: "DELETE", Path: "/apiusers/" + ZapierSyncID, Status: 404, Time: noon()},
		{Method: "PUT", Path: "/apiusers/" + DatevExportID, Effect: true, Time: noon()},
	}
	if got := s.Requests(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	s.ResetRequests()
	if got := s.Requests(); len(got) != 0 {
		t.Errorf("after the reset: %+v", got)
	}
	req, _ := http.NewRequest(http.MethodGet, "http://awork.test"+BasePath+"/me", nil)
	req.Header.Set("Traceparent", "00-trace")
	req.Header.Set("User-Agent", "tester")
	res, err := s.RoundTripper().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	got := s.Requests()
	if len(got) != 1 || got[0].Traceparent != "00-trace" || got[0].UserAgent != "tester" || got[0].Status != 401 {
		t.Errorf("got %+v", got)
	}
}

func TestRequestCounts(t *testing.T) {
	t.Parallel()
	s := unlimited()
	admin(t, s, "GET", "/users?page=2", "")
	admin(t, s, "GET", "/users", "")
	admin(t, s, "DELETE", "/apiusers/"+ZapierSyncID, "")
	want := map[string]int{"GET /users": 2, "DELETE /apiusers/" + ZapierSyncID: 1}
	if got := s.RequestCounts(); !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestRequestLogForgets(t *testing.T) {
	t.Parallel()
	var l requestLog
	var last *Request
	for i := range maxRequests + 5 {
		last = &Request{Path: strconv.Itoa(i)}
		l.add(last)
	}
	l.finish(last, 200, true)
	got := l.all()
	newest := got[len(got)-1]
	if len(got) != maxRequests/2+5 || got[0].Path != strconv.Itoa(maxRequests/2) || newest.Path != last.Path {
		t.Fatalf("%d requests from %s to %s", len(got), got[0].Path, newest.Path)
	}
	if newest.Status != 200 || !newest.Effect || got[len(got)-2].Effect {
		t.Errorf("the last request is %+v", newest)
	}
	l.reset()
	l.finish(last, 500, true)
	if got := l.all(); len(got) != 0 {
		t.Errorf("%d requests after the reset", len(got))
	}
}
