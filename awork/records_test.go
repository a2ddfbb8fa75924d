package awork

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"
)

// TestEachAnswerForItself: what the answer to one attempt left out is not taken
// from the answer to the one before.
func TestEachAnswerForItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		role := uuid.MustParse("22222222-2222-4333-8444-555555555555")
		was := APIUser{ID: zapierID, Name: "Zapier", RoleID: unknownID}
		there := asJSON(200, fmt.Sprintf(`{"id":%q,"name":"Zapier","roleId":%q}`, zapierID, unknownID))
		admin := asJSON(200, fmt.Sprintf(`{"id":%q,"name":"Zapier"}`, zapierID)) // no role
		s := &script{replies: map[string][]reply{
			"GET " + apiUserPath(zapierID): {there, there, admin},
			"PUT " + apiUserPath(zapierID): {asJSON(200, fmt.Sprintf(`{"roleId":%q}`, role)), admin},
		}}
		u, err := clientWith(t, s, "canary-token").UpdateAPIUser(t.Context(), was, "Zapier", role, false)
		var changed *ChangedError[APIUser]
		if u != nil || !errors.As(err, &changed) || changed.Now.RoleID != uuid.Nil || s.count("PUT "+apiUserPath(zapierID)) != 2 {
			t.Errorf("got %+v, %v", u, err)
		}
	})
}

// TestCreateBesideAnIncompleteList: one like it among those that came may not be
// the only one.
func TestCreateBesideAnIncompleteList(t *testing.T) {
	t.Parallel()
	one := asJSON(200, fmt.Sprintf(`[{"id":%q,"name":"X","roleId":%q,"createdBy":%q}]`, zapierID, unknownID, unknownID))
	for total, made := range map[string]bool{"1": true, "2": false} {
		s := &script{replies: map[string][]reply{"POST /apiusers": {{status: 503}}, "GET /apiusers": {with(one, "Aw-Totalitems", total)}}}
		u, err := clientWith(t, s, "canary-token").CreateAPIUser(t.Context(), NewAPIUser{Name: "X", RoleID: unknownID}, []APIUser{}, unknownID)
		var effect *EffectError
		errors.As(err, &effect)
		if (u != nil) != made || made != (err == nil) || !made && (!errors.Is(err, ErrIncomplete) || len(effect.Candidates) != 1) {
			t.Errorf("total %s: %+v, %v", total, u, err)
		}
		// What was there before is not known either.
		if u, err := clientWith(t, s, "canary-token").CreateAPIUser(t.Context(), NewAPIUser{Name: "X", RoleID: unknownID}, nil, unknownID); u != nil || !errors.As(err, &effect) {
			t.Errorf("total %s, nothing known before: %+v, %v", total, u, err)
		}
	}
}

// TestNotFoundOnUpdate: awork answers an unknown role and an unknown API user
// alike, and which it was is asked, not guessed.
func TestNotFoundOnUpdate(t *testing.T) {
	t.Parallel()
	gone := asJSON(404, notFound)
	const unknown = "whether awork does not know the API user or the role could not be read"
	for name, tc := range map[string]struct {
		look   reply
		kind   Kind
		reason string
	}{
		"there":             {recordReply(zapierID), KindInvalid, "awork does not know the role"},
		"gone":              {gone, KindNotFound, ""},
		"can't be read":     {reply{status: 500}, KindUpstream, unknown},
		"is a page":         {asHTML(200, "<html>"), KindUpstream, unknown},
		"may not be read":   {asJSON(401, deniedBody), KindUpstream, unknown},
		"is a strange 404":  {asHTML(404, "<html>"), KindUpstream, unknown},
		"comes with no end": {asJSON(200, `{"id":"`), KindUpstream, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				path := apiUserPath(zapierID)
				s := &script{replies: map[string][]reply{"GET " + path: {recordReply(zapierID), recordReply(zapierID), tc.look}, "PUT " + path: {gone}, "GET /me": {asJSON(200, goodMe)}}}
				c := clientWith(t, s, "canary-token")
				was, err := c.GetAPIUser(t.Context(), zapierID)
				if err != nil {
					t.Fatal(err)
				}
				var effect *EffectError
				_, err = c.UpdateAPIUser(t.Context(), *was, "Other", unknownID, false)
				checkFailure(t, err, Error{Kind: tc.kind, Method: "PUT", Path: path, Reason: tc.reason}, nil)
				if errors.As(err, &effect) {
					t.Errorf("got %v", err)
				}
			})
		})
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
			var e *Error
			if errors.As(err, &e) && (e.Method != http.MethodGet || e.Path != apiUserPath(zapierID)) {
				t.Errorf("the error is that of %s %s", e.Method, e.Path)
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
