package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// outcome is what a client gets of a request: an answer, or how it failed.
type outcome struct {
	status      int
	contentType string
	valid       bool // the body is JSON
	large       bool // and over 4 MiB
	cut         bool // no answer
	short       bool // the body broke off
	hung        bool
}

// outcomes lists what every kind makes of a read, and of a delete that takes
// effect or not.
func outcomes() map[Fault]struct {
	read, write outcome
	effect      bool
} {
	type row = struct {
		read, write outcome
		effect      bool
	}
	const jsonType, html, plain = "application/json", "text/html", "text/plain"
	same := func(o outcome, effect bool) row { return row{o, o, effect} }
	web := outcome{status: 200, contentType: html}
	proper := outcome{status: 200, contentType: jsonType, valid: true}
	large := outcome{status: 200, contentType: jsonType, valid: true, large: true}
	return map[Fault]row{
		{Kind: FaultLatency, Delay: 1}: {proper, outcome{status: 204}, true},
		{Kind: FaultRateLimited}:       same(outcome{status: 429, contentType: jsonType, valid: true}, false),
		{Kind: FaultStatus}:            same(outcome{status: 500, contentType: jsonType, valid: true}, false),
		{Kind: FaultStatusAfter}:       same(outcome{status: 500, contentType: jsonType, valid: true}, true),
		{Kind: FaultLostBefore}:        same(outcome{cut: true}, false),
		{Kind: FaultLostAfter}:         same(outcome{cut: true}, true),
		{Kind: FaultHang}:              same(outcome{hung: true}, false),
		{Kind: FaultHangAfter}:         same(outcome{hung: true}, true),
		{Kind: FaultHTML}:              same(web, false),
		{Kind: FaultHTMLAfter}:         same(web, true),
		{Kind: FaultForbidden}:         same(outcome{status: 403, contentType: html}, false),
		{Kind: FaultHuge}:              same(large, false),
		{Kind: FaultHugeAfter}:         same(large, true),
		{Kind: FaultBroken}:            same(outcome{status: 200, contentType: jsonType}, false),
		{Kind: FaultBrokenAfter}:       same(outcome{status: 200, contentType: jsonType}, true),
		{Kind: FaultTruncated}:         same(outcome{status: 200, contentType: jsonType, short: true}, false),
		{Kind: FaultTruncatedAfter}:    same(outcome{status: 200, contentType: jsonType, short: true}, true),
		{Kind: FaultRedirect}:          same(outcome{status: 307}, false),
		{Kind: FaultBadToken}:          same(outcome{status: 401, contentType: jsonType, valid: true}, false),
		{Kind: FaultUnauthorized}:      same(outcome{status: 401, contentType: jsonType, valid: true}, false),
		{Kind: FaultNotFound}:          same(outcome{status: 404, contentType: jsonType, valid: true}, false),
		{Kind: FaultNotFoundPlain}:     same(outcome{status: 404, contentType: plain}, false),
		{Kind: FaultMissingFields}:     {proper, outcome{status: 204}, true},
	}
}

// TestInjectFault meets every fault over a socket and in process: both show the
// same to a client.
func TestInjectFault(t *testing.T) {
	t.Parallel()
	rows := outcomes()
	if len(rows) != len(FaultKinds()) {
		t.Errorf("%d kinds are tested, there are %d", len(rows), len(FaultKinds()))
	}
	for f, want := range rows {
		for _, over := range []string{"socket", "process"} {
			t.Run(string(f.Kind)+" over "+over, func(t *testing.T) {
				t.Parallel()
				s := unlimited(f)
				address, transport := "http://awork.test", s.RoundTripper()
				if over == "socket" {
					server := httptest.NewServer(s)
					t.Cleanup(server.Close)
					address, transport = server.URL, server.Client().Transport
				}
				path := address + BasePath + "/apiusers/" + ZapierSyncID
				if got := meet(t, s, f, transport, "GET", path); got != want.read {
					t.Errorf("GET: got %+v, want %+v", got, want.read)
				}
				if got := meet(t, s, f, transport, "DELETE", path); got != want.write {
					t.Errorf("DELETE: got %+v, want %+v", got, want.write)
				}
				_, exists := s.APIUser(ZapierSyncID)
				log := s.Requests()
				last := log[len(log)-1]
				if exists == want.effect || last.Effect != want.effect || last.Status != want.write.status {
					t.Errorf("exists: %v, logged %+v, want effect %v", exists, last, want.effect)
				}
			})
		}
	}
}

// meet sends one request, and gives up once the sandbox leaves it hanging.
func meet(t *testing.T, s *Sandbox, f Fault, transport http.RoundTripper, method, path string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if f.Kind == FaultHang || f.Kind == FaultHangAfter {
		go func() {
			select {
			case <-s.Hung():
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	req, err := http.NewRequestWithContext(ctx, method, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+AdminToken)
	res, err := transport.RoundTrip(req)
	switch {
	case errors.Is(err, context.Canceled):
		return outcome{hung: true}
	case err != nil:
		return outcome{cut: true}
	}
	defer func() { _ = res.Body.Close() }()
	if res.Header.Get("Trace-Id") == "" || res.Header.Get("Ratelimit-Limit") == "" {
		t.Errorf("%s: headers %v", method, res.Header)
	}
	body, err := io.ReadAll(res.Body)
	contentType, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	return outcome{
		status: res.StatusCode, contentType: contentType, valid: json.Valid(body),
		large: len(body) > 4<<20, short: errors.Is(err, io.ErrUnexpectedEOF),
	}
}

func TestFaultDetails(t *testing.T) {
	t.Parallel()
	meet := func(f Fault) received { return admin(t, unlimited(f), "GET", "/apiusers/"+ZapierSyncID, "") }

	a := meet(Fault{Kind: FaultRateLimited, Reset: 7})
	h := a.header
	if h.Get("ratelimit-reset") != "7" || h.Get("ratelimit-remaining") != "0" || h.Get("retry-after") != "" {
		t.Errorf("rate-limited: %v", a.header)
	}
	for status, code := range map[int]string{
		400: "concurrency-violation", 401: "unauthorized", 404: "not-found", 503: "server-error",
	} {
		if a = meet(Fault{Kind: FaultStatus, Status: status}); a.status != status || a.code() != code {
			t.Errorf("status: %d %s", a.status, a.body)
		}
	}
	if a = meet(Fault{Kind: FaultStatus, Status: 400, Code: "database-commit"}); a.code() != "database-commit" {
		t.Errorf("status with a code: %s", a.body)
	}
	if a = meet(Fault{Kind: FaultForbidden}); a.header.Get("X-Edge-Ref") == "" {
		t.Errorf("forbidden: %v", a.header)
	}
	a = meet(Fault{Kind: FaultRedirect, Target: "http://localhost:1/"})
	if a.header.Get("Location") != "http://localhost:1"+BasePath+"/apiusers/"+ZapierSyncID {
		t.Errorf("redirect: %v", a.header)
	}
	if a = meet(Fault{Kind: FaultBadToken}); !strings.HasPrefix(a.body, `{"message":{`) {
		t.Errorf("bad-token: %s", a.body)
	}
	if a = meet(Fault{Kind: FaultNotFound}); !strings.Contains(a.body, ZapierSyncID) {
		t.Errorf("not-found: %s", a.body)
	}
	has := func(field string) bool { return strings.Contains(a.body, `"`+field+`"`) }
	if a = meet(Fault{Kind: FaultMissingFields}); has("id") || has("name") || !has("roleId") {
		t.Errorf("missing-fields: %s", a.body)
	}
	a = admin(t, unlimited(Fault{Kind: FaultMissingFields}), "GET", "/apiusers", "")
	if strings.Contains(a.body, `"name"`) || a.header.Get("aw-items") != "12" {
		t.Errorf("missing-fields in a list: %s", a.body)
	}
}
