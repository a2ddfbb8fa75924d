package sandbox

import (
	"fmt"
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
	if got := s.Requests(); len(got) != 1 || got[0].Traceparent != "00-trace" || got[0].UserAgent != "tester" || got[0].Status != 401 {
		t.Errorf("got %+v", got)
	}
}

func TestRequestLogForgets(t *testing.T) {
	t.Parallel()
	var l requestLog
	r, _ := http.NewRequest(http.MethodGet, "/", nil)
	begin := func(n int) (last uint64) {
		for range n {
			last = l.begin(&call{path: strconv.FormatUint(l.next, 10)}, r)
		}
		return last
	}
	early := begin(10)
	l.reset()
	l.update(early, 200, true)
	late := begin(maxRequests + 5)
	l.update(late, 200, true)
	l.update(late-maxRequests, 500, false)
	got := l.all()
	if len(got) != maxRequests || got[0].Path != "15" || got[maxRequests-1].Path != fmt.Sprint(late) {
		t.Fatalf("%d requests from %s to %s", len(got), got[0].Path, got[len(got)-1].Path)
	}
	for i, r := range got {
		if want := i == maxRequests-1; r.Effect != want || (r.Status == 200) != want {
			t.Errorf("request %d is %+v", i, r)
		}
	}
}
