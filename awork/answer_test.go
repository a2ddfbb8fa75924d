package awork

import (
	"cmp"
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

// What is wrong with an answer, in words.
const (
	underBase      = " under " + testBaseURL + "; check the API address"
	notJSON        = "the answer is not JSON; check the API address"
	tooLarge       = "the answer is larger than 4 MiB"
	redirected     = "a redirect, which is refused: the token goes to the configured address alone"
	notCommitted   = "awork did not commit the change; try again"
	foreign400     = "a 400 that is not awork's"
	foreign401     = "a 401 that is not awork's"
	foreign403     = "a 403 without the reference of awork's edge firewall; it is no missing permission"
	foreign404     = "a 404 that is not awork's" + underBase
	firewall       = "awork's edge firewall blocked the request; this is no missing permission"
	notInPlan      = "the plan of the workspace does not include it"
	connectionLost = "the connection to awork.test was lost"
	strangeMe      = "GET /me does not answer as awork does" + underBase
	meFailed       = "GET /me failed, which must confirm a 404 under " + testBaseURL
)

// TestAnswers holds what each of awork's answers means, for a read and for a
// write. The write's record is there all the time, so that a write whose effect
// is open ends as "still there".
func TestAnswers(t *testing.T) {
	t.Parallel()
	lost := reply{err: errors.New("connection reset by peer")}
	traced := func(r reply) reply { return with(r, "Trace-Id", "trace-1") }
	hasTrace := func(e *Error) bool { return e.TraceID == "trace-1" }
	const planBody = `{"code":"` + CodePlan + `","description":"d"}`
	path := apiUserPath(zapierID)
	for name, tc := range map[string]struct {
		answer reply
		me     reply
		kind   Kind
		// reason is the error's; writeReason that of the write, where it is another.
		reason, writeReason string
		ambiguous           bool // the write had to be read back
		tries               int  // of the read
		check               func(*Error) bool
	}{
		"400 with a body": {answer: asJSON(400, `{"code":"validation-failed","description":"d","link":"l","validationErrors":[{"property":"Name","message":"empty"}],"details":["x"],"traceId":"t"}`),
			kind: KindInvalid, check: func(e *Error) bool {
				return e.Code == "validation-failed" && e.Description == "d" && e.TraceID == "t" && e.Details[0] == "x" && e.ValidationErrors[0] == ValidationError{"Name", "empty"}
			}},
		"400 without":                       {answer: reply{status: 400}, kind: KindInvalid, reason: "awork refused the request without saying why", writeReason: foreign400, ambiguous: true},
		"400 concurrency-violation":         {answer: asJSON(400, `{"code":"concurrency-violation","description":"d","link":"l"}`), kind: KindUpstream, reason: notCommitted},
		"400 database-commit":               {answer: asJSON(400, `{"code":"database-commit","description":"d","link":"l"}`), kind: KindUpstream, reason: notCommitted},
		"401 of awork, good token":          {answer: asJSON(401, deniedBody), kind: KindPermissionDenied, check: func(e *Error) bool { return e.Identity.Name() == "Sandbox Admin" }},
		"401 of awork, bad token":           {answer: asJSON(401, deniedBody), me: asJSON(401, gatewayBad), kind: KindUnauthenticated},
		"401 of awork, bad token, same 401": {answer: asJSON(401, deniedBody), me: asJSON(401, deniedBody), kind: KindUnauthenticated},
		"401 of awork, /me down":            {answer: asJSON(401, deniedBody), me: reply{status: 503}, kind: KindPermissionDenied},
		"401 of the gateway":                {answer: asJSON(401, gatewayBad), kind: KindUnauthenticated, check: func(e *Error) bool { return e.Description == "Bad token; invalid JSON" }},
		"401 of the gateway, no code":       {answer: asJSON(401, `{"message":{"description":"token expired"}}`), kind: KindUnauthenticated, check: func(e *Error) bool { return e.Description == "token expired" }},
		"401 of the gateway, as text":       {answer: asJSON(401, `{"message":"Unauthorized"}`), kind: KindUnauthenticated, ambiguous: true, check: func(e *Error) bool { return e.Description == "Unauthorized" }},
		"401 of nobody, good token":         {answer: asHTML(401, "<html>"), kind: KindUpstream, reason: foreign401, ambiguous: true},
		"401 of nobody, bad token":          {answer: asHTML(401, "<html>"), me: asHTML(401, "<html>"), kind: KindUnauthenticated, reason: foreign401, ambiguous: true},
		"403":                               {answer: with(asHTML(403, "<html>"), "X-Edge-Ref", "edge-1"), kind: KindUpstream, reason: firewall, check: func(e *Error) bool { return e.EdgeRef == "edge-1" }},
		"403 of nobody":                     {answer: asHTML(403, "<html>"), kind: KindUpstream, reason: foreign403, ambiguous: true},
		"403 that looks like a permission":  {answer: asJSON(403, deniedBody), kind: KindUpstream, reason: foreign403, ambiguous: true},
		"404, believed":                     {answer: asJSON(404, notFound), kind: KindNotFound},
		"404, odd details":                  {answer: asJSON(404, `{"code":"not-found","description":"d","details":"x","traceId":7,"validationErrors":{}}`), kind: KindNotFound},
		"404 and so is /me":                 {answer: asJSON(404, notFound), me: asJSON(404, notFound), kind: KindUpstream, reason: strangeMe},
		"404 and /me is a page":             {answer: asJSON(404, notFound), me: asHTML(200, "<html>"), kind: KindUpstream, reason: strangeMe},
		"404 and /me has no id":             {answer: asJSON(404, notFound), me: asJSON(200, `{"name":"x"}`), kind: KindUpstream, reason: strangeMe},
		"404 and /me is null":               {answer: asJSON(404, notFound), me: asJSON(200, `null`), kind: KindUpstream, reason: strangeMe},
		"404 and /me is down":               {answer: asJSON(404, notFound), me: reply{status: 503}, kind: KindUnavailable, reason: meFailed, tries: 3},
		"404 and /me is limited":            {answer: asJSON(404, notFound), me: with(reply{status: 429}, "Ratelimit-Reset", "44"), kind: KindRateLimited, reason: meFailed, check: waits(44)},
		"404 and /me is limited, shortly":   {answer: asJSON(404, notFound), me: with(reply{status: 429}, "Ratelimit-Reset", "1"), kind: KindRateLimited, reason: meFailed, tries: 3},
		"404 and /me is lost":               {answer: asJSON(404, notFound), me: lost, kind: KindUnavailable, reason: meFailed + ": " + connectionLost, tries: 3},
		"404 and /me is 401":                {answer: asJSON(404, notFound), me: asJSON(401, deniedBody), kind: KindUnauthenticated, reason: meFailed},
		"404 as text":                       {answer: reply{status: 404, body: "404 page not found", header: map[string]string{"Content-Type": "text/plain"}}, kind: KindUpstream, reason: foreign404, ambiguous: true},
		"404 as awork's JSON, but HTML":     {answer: asHTML(404, notFound), kind: KindUpstream, reason: foreign404, ambiguous: true},
		"404 cut in the middle":             {answer: asJSON(404, notFound[:20]), kind: KindUpstream, reason: foreign404, ambiguous: true},
		"404 without a code":                {answer: asJSON(404, `{"error":"none"}`), kind: KindUpstream, reason: foreign404, ambiguous: true},
		"404 of the gateway":                {answer: asJSON(404, `{"message":"no Route matched with those values"}`), kind: KindUpstream, reason: foreign404, ambiguous: true},
		"405":                               {answer: asJSON(405, `{}`), kind: KindUpstream, ambiguous: true},
		"409 with a code alone":             {answer: asJSON(409, `{"code":"forbidden"}`), kind: KindUpstream, ambiguous: true},
		"425 of the gateway":                {answer: asJSON(425, gatewayBad), kind: KindUpstream},
		"404, larger than 4 MiB":            {answer: asHTML(404, strings.Repeat("x", maxAnswer+1)), kind: KindUpstream, reason: tooLarge + underBase, ambiguous: true},
		"409":                               {answer: asJSON(409, `{"code":"x","description":"d"}`), kind: KindUpstream},
		"429, long reset":                   {answer: with(with(reply{status: 429}, "Ratelimit-Reset", "12"), "Retry-After", "99"), kind: KindRateLimited, check: waits(12)},
		"429, long Retry-After":             {answer: with(reply{status: 429}, "Retry-After", "44"), kind: KindRateLimited, check: waits(44)},
		"429, silent":                       {answer: reply{status: 429}, kind: KindRateLimited, check: waits(60)},
		"429, nonsense":                     {answer: with(reply{status: 429}, "Ratelimit-Reset", "9999999999999"), kind: KindRateLimited, check: waits(60)},
		"429, short":                        {answer: with(reply{status: 429}, "Ratelimit-Reset", "1"), kind: KindRateLimited, tries: 3, check: waits(1)},
		"500":                               {answer: asJSON(500, `{"code":"server-error","description":"d"}`), kind: KindUpstream, ambiguous: true},
		"500, larger than 4 MiB":            {answer: asHTML(500, strings.Repeat("x", maxAnswer+1)), kind: KindUpstream, reason: tooLarge, ambiguous: true},
		"501":                               {answer: reply{status: 501}, kind: KindUpstream, ambiguous: true},
		"502":                               {answer: reply{status: 502}, kind: KindUnavailable, ambiguous: true, tries: 3},
		"503":                               {answer: asHTML(503, "<html>"), kind: KindUnavailable, ambiguous: true, tries: 3},
		"503, long Retry-After":             {answer: with(reply{status: 503}, "Retry-After", "30"), kind: KindUnavailable, ambiguous: true, check: waits(30)},
		"504":                               {answer: reply{status: 504}, kind: KindUnavailable, ambiguous: true, tries: 3},
		"301":                               {answer: with(reply{status: 301}, "Location", "https://elsewhere.test/"), kind: KindUpstream, reason: redirected, ambiguous: true},
		"307":                               {answer: with(reply{status: 307}, "Location", testBaseURL+"/elsewhere"), kind: KindUpstream, reason: redirected, ambiguous: true},
		"308, broken Location":              {answer: with(reply{status: 308}, "Location", "http://[::1"), kind: KindUpstream, reason: redirected, ambiguous: true},
		"304":                               {answer: reply{status: 304}, kind: KindUpstream, reason: redirected, ambiguous: true},
		"200 and a page":                    {answer: asHTML(200, "<html>"), kind: KindUpstream, reason: notJSON, ambiguous: true},
		"200 and half a record":             {answer: asJSON(200, `{"id":"6933`), kind: KindUpstream, reason: "the answer is not the JSON that awork documents", writeReason: notJSON, ambiguous: true},
		"200, larger than 4 MiB":            {answer: asJSON(200, strings.Repeat(" ", maxAnswer)+"{}"), kind: KindUpstream, reason: tooLarge, ambiguous: true},
		"299 and a page":                    {answer: traced(asHTML(299, "<html>")), kind: KindUpstream, reason: notJSON, ambiguous: true, check: hasTrace},
		"300":                               {answer: reply{status: 300}, kind: KindUpstream, reason: redirected, ambiguous: true},
		"399":                               {answer: reply{status: 399}, kind: KindUpstream, reason: redirected, ambiguous: true},
		"101":                               {answer: reply{status: 101}, kind: KindUpstream, ambiguous: true},
		"500 with a trace":                  {answer: traced(asJSON(500, `{"code":"server-error","description":"d"}`)), kind: KindUpstream, ambiguous: true, check: hasTrace},
		"400 as text/json":                  {answer: with(reply{status: 400, body: planBody}, "Content-Type", "text/json"), kind: KindInvalid, reason: notInPlan},
		"404 as JSON with half a charset":   {answer: with(reply{status: 404, body: notFound}, "Content-Type", "application/json; charset"), kind: KindUpstream, reason: foreign404, ambiguous: true},
		"404 as problem JSON":               {answer: with(reply{status: 404, body: notFound}, "Content-Type", "application/problem+json"), kind: KindNotFound},
		"402 of the plan":                   {answer: asJSON(402, planBody), kind: KindInvalid, reason: notInPlan},
		"400 of the plan, a code alone":     {answer: asJSON(400, `{"code":"`+CodePlan+`"}`), kind: KindInvalid, reason: notInPlan, writeReason: foreign400, ambiguous: true},
		"500 of the plan":                   {answer: asJSON(500, planBody), kind: KindUpstream, ambiguous: true},
		"402 of the gateway":                {answer: asJSON(402, `{"message":`+planBody+`}`), kind: KindUpstream},
		"401 of the gateway, a code alone":  {answer: asJSON(401, `{"message":{"code":"x"}}`), kind: KindUnauthenticated},
		"401 with no words":                 {answer: asJSON(401, `{"message":""}`), kind: KindUpstream, reason: foreign401, ambiguous: true},
		"401 with nothing in it":            {answer: asJSON(401, `{"message":{}}`), kind: KindUpstream, reason: foreign401, ambiguous: true},
		"401 with a description alone":      {answer: asJSON(401, `{"description":"d"}`), kind: KindUpstream, reason: foreign401, ambiguous: true},
		"401 of awork, /me has no id":       {answer: asJSON(401, deniedBody), me: asJSON(200, `{"name":"x"}`), kind: KindPermissionDenied, check: func(e *Error) bool { return e.Identity == nil }},
		"404 and /me is half right":         {answer: asJSON(404, notFound), me: asJSON(200, `{"id":"5fa814ac-1ffe-457a-b35b-46e68230b1f4","firstName":7}`), kind: KindUpstream, reason: strangeMe},
		"409 with a number as the code":     {answer: asJSON(409, `{"message":{"code":7,"description":"d"}}`), kind: KindUpstream, ambiguous: true},
		"lost":                              {answer: lost, kind: KindUnavailable, reason: connectionLost, ambiguous: true, tries: 3, check: func(e *Error) bool { return e.Err.Error() == lost.err.Error() }},
	} {
		if tc.me.status == 0 && tc.me.err == nil {
			tc.me = asJSON(200, goodMe)
		}
		writeKind := tc.kind
		if tc.kind == KindInvalid && tc.ambiguous {
			writeKind = KindUpstream
		}
		t.Run(name+"/read", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string][]reply{"GET " + path: {tc.answer}, "GET /me": {tc.me}}}
				_, err := clientWith(t, s, "canary-token").GetAPIUser(t.Context(), zapierID)
				checkFailure(t, err, Error{Method: http.MethodGet, Path: path, Kind: tc.kind, Reason: tc.reason}, tc.check)
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
				want := Error{Method: http.MethodDelete, Path: path, Kind: writeKind, Reason: cmp.Or(tc.writeReason, tc.reason)}
				checkFailure(t, err, want, tc.check)
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

func waits(seconds int) func(*Error) bool {
	return func(e *Error) bool { return e.RetryAfter == time.Duration(seconds)*time.Second }
}

func checkFailure(t *testing.T, err error, want Error, check func(*Error) bool) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	if e.Kind != want.Kind || !Is(err, want.Kind) {
		t.Errorf("kind %d, want %d: %v", e.Kind, want.Kind, err)
	}
	if e.Method != want.Method || e.Path != want.Path || e.Reason != want.Reason {
		t.Errorf("got %v, want %q", e, want.Reason)
	}
	if e.NewerToken {
		t.Error("a newer token is reported")
	}
	if check != nil && !check(e) {
		t.Errorf("got %+v", e)
	}
}
