package awork

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzAnswer: whatever status, type and body come, a read returns either the
// record that was asked for or an *Error of a known kind with that status, and
// the token is not in it.
func FuzzAnswer(f *testing.F) {
	const canary = "canary-7b1f0c93"
	for _, body := range []string{
		deniedBody, gatewayBad, notFound, goodMe, `{"message":"x"}`, `{"message":null}`, `{"message":{"code":1}}`, `[]`, `null`, `"x"`, `{`, ``,
		`{"code":"` + canary + `","details":[null,1],"validationErrors":[null,{"property":null}]}`,
		`{"id":"` + zapierID.String() + `","name":"Z"}`,
	} {
		for _, status := range []int{200, 204, 302, 400, 401, 403, 404, 500} {
			f.Add(status, "application/json", body)
		}
		f.Add(200, "text/html; charset=\"", body)
	}
	f.Fuzz(func(t *testing.T, status int, contentType, body string) {
		if status < 100 || status > 999 || status == http.StatusTooManyRequests || status > 501 && status < 505 {
			t.Skip() // no status, or one that takes time
		}
		answer := reply{status: status, body: body, header: map[string]string{"Content-Type": contentType}}
		s := &script{replies: map[string][]reply{"GET " + apiUserPath(zapierID): {answer}, "GET /me": {asJSON(200, goodMe)}}}
		u, err := clientWith(t, s, canary).GetAPIUser(t.Context(), zapierID)
		var e *Error
		switch {
		case err == nil:
			if u.ID != zapierID || u.Name == "" || status < 200 || status > 299 || strings.Contains(fmt.Sprint(*u), canary) {
				t.Errorf("got %+v from %d %q", u, status, body)
			}
		case !errors.As(err, &e) || e.Kind < KindUpstream || e.Kind > KindRateLimited || e.Status != status && (status/100 != 2 || e.Status != 200):
			t.Errorf("got %#v from %d %q", err, status, body)
		case strings.Contains(fmt.Sprintf("%v %+v", err, *e), canary):
			t.Errorf("the token is in %+v", *e)
		case e.Kind == KindNotFound && status != 404, e.Kind == KindPermissionDenied && status != 401, e.Kind == KindUnauthenticated && status != 401:
			t.Errorf("%d is reported as %d", status, e.Kind)
		}
	})
}

// FuzzTimestamp: a time that is found in a text is the one the text names, and
// survives being written again.
func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{"2022-02-23T14:37:07.7040147Z", "2025-07-24T14:28:39.5966465+00:00", "2025-07-24T14:28:39", "0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999Z", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := Timestamp(s).Time()
		if !ok {
			if !at.IsZero() {
				t.Errorf("%q names none, and is %v", s, at)
			}
			return
		}
		again, ok := Timestamp(at.Format(time.RFC3339Nano)).Time()
		if at.Location() != time.UTC || at.Year() >= 0 && at.Year() <= 9999 && (!ok || !again.Equal(at)) {
			t.Errorf("%q is %v, and then %v, %v", s, at, again, ok)
		}
	})
}

// FuzzAPIUser: a record that decodes is the same after it was written and read.
func FuzzAPIUser(f *testing.F) {
	f.Add([]byte(`{"id":"693325c2-be31-4939-8e36-a82a27e4afd9","name":"Zapier Sync","roleId":"ece73048-cab3-451e-a44b-206fb62ba0ee","clientId":"zapier","createdOn":"2022-11-21T14:05:33.1182904Z"}`))
	f.Add([]byte(`{"id":"{693325C2-BE31-4939-8E36-A82A27E4AFD9}","name":"\ud800","roleId":null}`))
	f.Add([]byte(`{"createdBy":"00000000-0000-0000-0000-000000000000"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var u, again APIUser
		if json.Unmarshal(data, &u) != nil {
			return
		}
		out, err := json.Marshal(u)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &again); err != nil || again != u {
			t.Errorf("%s: %+v became %+v, %v", data, u, again, err)
		}
	})
}

// FuzzRedact: in no JSON that Go's encoder makes of a text is the token left.
func FuzzRedact(f *testing.F) {
	f.Add("canary-7b1f0c93", "x")
	f.Add(`can"\<>&/+'ary`, "\u2028")
	f.Fuzz(func(t *testing.T, value, around string) {
		token, err := ParseToken(value)
		if err != nil || len(token.reveal()) < 8 || strings.Contains(redacted, token.reveal()) {
			return
		}
		body, err := json.Marshal(map[string]string{"description": around + token.reveal() + around})
		if err != nil {
			t.Fatal(err)
		}
		var out map[string]string
		if json.Unmarshal(token.redactJSON(body), &out) != nil {
			return // the token was part of the JSON's own signs
		}
		if strings.Contains(out["description"], token.reveal()) && !strings.Contains(around+redacted+around, token.reveal()) {
			t.Errorf("%q is left in %q", token.reveal(), out["description"])
		}
	})
}
