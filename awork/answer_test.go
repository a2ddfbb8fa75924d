package awork

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func with(r reply, header, value string) reply {
	h := map[string]string{header: value}
	for k, v := range r.header {
		h[k] = v
	}
	r.header = h
	return r
}

// TestAnswers holds what each of awork's answers means, for a read and for a
// write. The write's record is there all the time, so that a write whose effect
// is open ends as "still there".
func TestAnswers(t *testing.T) {
	t.Parallel()
	lost := reply{err: errors.New("connection reset by peer")}
	for name, tc := range map[string]struct {
		answer    reply
		me        reply
		kind      Kind
		ambiguous bool // the write had to be read back
		tries     int  // of the read
		check     func(*Error) bool
	}{
		"400 with a body": {answer: asJSON(400, `{"code":"validation-failed","description":"d","link":"l","validationErrors":[{"property":"Name","message":"empty"}],"details":["x"],"traceId":"t"}`),
			kind: KindInvalid, check: func(e *Error) bool {
				return e.Code == "validation-failed" && e.Description == "d" && e.TraceID == "t" && e.Details[0] == "x" && e.ValidationErrors[0] == ValidationError{"Name", "empty"}
			}},
		"400 without":                       {answer: reply{status: 400}, kind: KindInvalid, ambiguous: true},
		"400 concurrency-violation":         {answer: asJSON(400, `{"code":"concurrency-violation","description":"d","link":"l"}`), kind: KindUpstream},
		"400 database-commit":               {answer: asJSON(400, `{"code":"database-commit","description":"d","link":"l"}`), kind: KindUpstream},
		"401 of awork, good token":          {answer: asJSON(401, deniedBody), kind: KindPermissionDenied, check: func(e *Error) bool { return e.Identity.Name() == "Sandbox Admin" }},
		"401 of awork, bad token":           {answer: asJSON(401, deniedBody), me: asJSON(401, gatewayBad), kind: KindUnauthenticated},
		"401 of awork, bad token, same 401": {answer: asJSON(401, deniedBody), me: asJSON(401, deniedBody), kind: KindUnauthenticated},
		"401 of awork, /me down":            {answer: asJSON(401, deniedBody), me: reply{status: 503}, kind: KindPermissionDenied},
		"401 of the gateway":                {answer: asJSON(401, gatewayBad), kind: KindUnauthenticated, check: func(e *Error) bool { return e.Description == "Bad token; invalid JSON" }},
		"401 of the gateway, no code":       {answer: asJSON(401, `{"message":{"description":"token expired"}}`), kind: KindUnauthenticated, check: func(e *Error) bool { return e.Description == "token expired" }},
		"401 of the gateway, as text":       {answer: asJSON(401, `{"message":"Unauthorized"}`), kind: KindUnauthenticated, ambiguous: true, check: func(e *Error) bool { return e.Description == "Unauthorized" }},
		"401 of nobody, good token":         {answer: asHTML(401, "<html>"), kind: KindUpstream, ambiguous: true},
		"401 of nobody, bad token":          {answer: asHTML(401, "<html>"), me: asHTML(401, "<html>"), kind: KindUnauthenticated, ambiguous: true},
		"403":                               {answer: with(asHTML(403, "<html>"), "X-Edge-Ref", "edge-1"), kind: KindUpstream, check: func(e *Error) bool { return e.EdgeRef == "edge-1" }},
		"403 of nobody":                     {answer: asHTML(403, "<html>"), kind: KindUpstream, ambiguous: true},
		"403 that looks like a permission":  {answer: asJSON(403, deniedBody), kind: KindUpstream},
		"404, believed":                     {answer: asJSON(404, notFound), kind: KindNotFound},
		"404, odd details":                  {answer: asJSON(404, `{"code":"not-found","description":"d","details":"x","traceId":7,"validationErrors":{}}`), kind: KindNotFound},
		"404 and so is /me":                 {answer: asJSON(404, notFound), me: asJSON(404, notFound), kind: KindUpstream, check: namesBaseURL},
		"404 and /me is a page":             {answer: asJSON(404, notFound), me: asHTML(200, "<html>"), kind: KindUpstream, check: namesBaseURL},
		"404 and /me has no id":             {answer: asJSON(404, notFound), me: asJSON(200, `{"name":"x"}`), kind: KindUpstream, check: namesBaseURL},
		"404 and /me is null":               {answer: asJSON(404, notFound), me: asJSON(200, `null`), kind: KindUpstream, check: namesBaseURL},
		"404 and /me is down":               {answer: asJSON(404, notFound), me: reply{status: 503}, kind: KindUnavailable, tries: 3, check: namesBaseURL},
		"404 and /me is limited":            {answer: asJSON(404, notFound), me: with(reply{status: 429}, "Ratelimit-Reset", "44"), kind: KindRateLimited, check: waits(44)},
		"404 and /me is limited, shortly":   {answer: asJSON(404, notFound), me: with(reply{status: 429}, "Ratelimit-Reset", "1"), kind: KindRateLimited, tries: 3, check: namesBaseURL},
		"404 and /me is lost":               {answer: asJSON(404, notFound), me: lost, kind: KindUnavailable, tries: 3, check: namesBaseURL},
		"404 and /me is 401":                {answer: asJSON(404, notFound), me: asJSON(401, deniedBody), kind: KindUnauthenticated, check: namesBaseURL},
		"404 as text":                       {answer: reply{status: 404, body: "404 page not found", header: map[string]string{"Content-Type": "text/plain"}}, kind: KindUpstream, ambiguous: true, check: namesBaseURL},
		"404 as awork's JSON, but HTML":     {answer: asHTML(404, notFound), kind: KindUpstream, ambiguous: true, check: namesBaseURL},
		"404 cut in the middle":             {answer: asJSON(404, notFound[:20]), kind: KindUpstream, ambiguous: true},
		"404 without a code":                {answer: asJSON(404, `{"error":"none"}`), kind: KindUpstream, ambiguous: true},
		"404 of the gateway":                {answer: asJSON(404, `{"message":"no Route matched with those values"}`), kind: KindUpstream, ambiguous: true},
		"405":                               {answer: asJSON(405, `{}`), kind: KindUpstream, ambiguous: true},
		"409 with a code alone":             {answer: asJSON(409, `{"code":"forbidden"}`), kind: KindUpstream, ambiguous: true},
		"425 of the gateway":                {answer: asJSON(425, gatewayBad), kind: KindUpstream},
		"404, larger than 4 MiB":            {answer: asHTML(404, strings.Repeat("x", maxAnswer+1)), kind: KindUpstream, ambiguous: true},
		"409":                               {answer: asJSON(409, `{"code":"x","description":"d"}`), kind: KindUpstream},
		"429, long reset":                   {answer: with(with(reply{status: 429}, "Ratelimit-Reset", "12"), "Retry-After", "99"), kind: KindRateLimited, check: waits(12)},
		"429, long Retry-After":             {answer: with(reply{status: 429}, "Retry-After", "44"), kind: KindRateLimited, check: waits(44)},
		"429, silent":                       {answer: reply{status: 429}, kind: KindRateLimited, check: waits(60)},
		"429, nonsense":                     {answer: with(reply{status: 429}, "Ratelimit-Reset", "9999999999999"), kind: KindRateLimited, check: waits(60)},
		"429, short":                        {answer: with(reply{status: 429}, "Ratelimit-Reset", "1"), kind: KindRateLimited, tries: 3, check: waits(1)},
		"500":                               {answer: asJSON(500, `{"code":"server-error","description":"d"}`), kind: KindUpstream, ambiguous: true},
		"500, larger than 4 MiB":            {answer: asHTML(500, strings.Repeat("x", maxAnswer+1)), kind: KindUpstream, ambiguous: true},
		"501":                               {answer: reply{status: 501}, kind: KindUpstream, ambiguous: true},
		"502":                               {answer: reply{status: 502}, kind: KindUnavailable, ambiguous: true, tries: 3},
		"503":                               {answer: asHTML(503, "<html>"), kind: KindUnavailable, ambiguous: true, tries: 3},
		"503, long Retry-After":             {answer: with(reply{status: 503}, "Retry-After", "30"), kind: KindUnavailable, ambiguous: true, check: waits(30)},
		"504":                               {answer: reply{status: 504}, kind: KindUnavailable, ambiguous: true, tries: 3},
		"301":                               {answer: with(reply{status: 301}, "Location", "https://elsewhere.test/"), kind: KindUpstream, ambiguous: true},
		"307":                               {answer: with(reply{status: 307}, "Location", testBaseURL+"/elsewhere"), kind: KindUpstream, ambiguous: true},
		"308, broken Location":              {answer: with(reply{status: 308}, "Location", "http://[::1"), kind: KindUpstream, ambiguous: true},
		"304":                               {answer: reply{status: 304}, kind: KindUpstream, ambiguous: true},
		"200 and a page":                    {answer: asHTML(200, "<html>"), kind: KindUpstream, ambiguous: true},
		"200 and half a record":             {answer: asJSON(200, `{"id":"6933`), kind: KindUpstream, ambiguous: true},
		"200, larger than 4 MiB":            {answer: asJSON(200, strings.Repeat(" ", maxAnswer)+"{}"), kind: KindUpstream, ambiguous: true},
		"lost":                              {answer: lost, kind: KindUnavailable, ambiguous: true, tries: 3},
	} {
		if tc.me.status == 0 && tc.me.err == nil {
			tc.me = asJSON(200, goodMe)
		}
		writeKind := tc.kind
		if tc.kind == KindInvalid && tc.ambiguous {
			writeKind = KindUpstream
		}
		path := apiUserPath(zapierID)
		t.Run(name+"/read", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string][]reply{"GET " + path: {tc.answer}, "GET /me": {tc.me}}}
				_, err := clientWith(t, s, "canary-token").GetAPIUser(t.Context(), zapierID)
				checkFailure(t, err, http.MethodGet, tc.kind, tc.check)
				if got := s.count("GET " + path); got != max(1, tc.tries) {
					t.Errorf("sent %d times, want %d", got, max(1, tc.tries))
				}
			})
		})
		t.Run(name+"/write", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string][]reply{"DELETE " + path: {tc.answer}, "GET " + path: {recordReply(zapierID)}, "GET /me": {tc.me}}}
				err := errOf(clientWith(t, s, "canary-token").DeleteAPIUser(t.Context(), zapierID))
				checkFailure(t, err, http.MethodDelete, writeKind, tc.check)
				var effect *EffectError
				if errors.As(err, &effect) != tc.ambiguous || tc.ambiguous && effect.ReadBack != nil {
					t.Errorf("got %#v, want an effect that had to be looked for: %v", err, tc.ambiguous)
				}
				if (s.count("GET "+path) > 0) != tc.ambiguous {
					t.Errorf("asked %v", s.asked)
				}
			})
		})
	}
}

func namesBaseURL(e *Error) bool { return strings.Contains(e.Error(), testBaseURL) }

func waits(seconds int) func(*Error) bool {
	return func(e *Error) bool { return e.RetryAfter == time.Duration(seconds)*time.Second }
}

func checkFailure(t *testing.T, err error, method string, kind Kind, check func(*Error) bool) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	if e.Kind != kind || !Is(err, kind) {
		t.Errorf("kind %d, want %d: %v", e.Kind, kind, err)
	}
	if e.Method != method {
		t.Errorf("the error is that of %s %s", e.Method, e.Path)
	}
	if check != nil && !check(e) {
		t.Errorf("got %+v", e)
	}
}

// TestRecords: an answer that is JSON still has to be what was asked for.
func TestRecords(t *testing.T) {
	t.Parallel()
	id := zapierID.String()
	for name, tc := range map[string]struct {
		body string
		ok   bool
	}{
		"least":        {`{"id":"` + id + `","name":"Z"}`, true},
		"nulls":        {`{"id":"` + id + `","name":"Z","roleId":null,"clientId":null,"createdOn":null,"createdBy":null}`, true},
		"unknown too":  {`{"id":"` + id + `","name":"Z","isAgent":true,"tags":[{}]}`, true},
		"no id":        {`{"name":"Z"}`, false},
		"no name":      {`{"id":"` + id + `"}`, false},
		"zero id":      {`{"id":"00000000-0000-0000-0000-000000000000","name":"Z"}`, false},
		"another id":   {`{"id":"` + unknownID.String() + `","name":"Z"}`, false},
		"id is none":   {`{"id":"zapier","name":"Z"}`, false},
		"a list":       {`[{"id":"` + id + `","name":"Z"}]`, false},
		"null":         {` null`, false},
		"empty":        {``, false},
		"two records":  {`{"id":"` + id + `","name":"Z"}{}`, false},
		"text":         {`"` + id + `"`, false},
		"wrong fields": {`{"id":"` + id + `","name":7}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{replies: map[string][]reply{
				"GET " + apiUserPath(zapierID): {asJSON(200, tc.body)},
				"GET /apiusers":                {asJSON(200, "["+tc.body+"]")},
				"GET /roles":                   {asJSON(200, "["+tc.body+"]")},
			}}
			c := clientWith(t, s, "canary-token")
			_, err := c.GetAPIUser(t.Context(), zapierID)
			if tc.ok != (err == nil) || !tc.ok && !Is(err, KindUpstream) {
				t.Errorf("API user: got %v", err)
			}
			if name == "another id" || name == "empty" || name == "null" {
				return // fine in a list, or no list
			}
			_, _, err = c.ListAPIUsers(t.Context())
			_, roleErr := c.ListRoles(t.Context())
			if tc.ok != (err == nil) || tc.ok != (roleErr == nil) {
				t.Errorf("lists: got %v, %v", err, roleErr)
			}
		})
	}
}
