package awork

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// TestNoWriteWithoutRole: awork makes an admin of an API user that it gets without
// a role, so the client sends none.
func TestNoWriteWithoutRole(t *testing.T) {
	t.Parallel()
	backend, c := workspace(t)
	was := APIUser{ID: zapierID, Name: "Zapier Sync", RoleID: uuid.MustParse(sandbox.IntegrationRoleID)}
	if _, err := c.CreateAPIUser(t.Context(), NewAPIUser{Name: "X"}, nil, unknownID); !errors.Is(err, errNoRole) {
		t.Errorf("create: %v", err)
	}
	if _, err := c.UpdateAPIUser(t.Context(), was, "X", uuid.Nil, false); !errors.Is(err, errNoRole) {
		t.Errorf("update: %v", err)
	}
	if sent := backend.Requests(); len(sent) > 0 {
		t.Errorf("sent %v", sent)
	}
}

// shown is an API user as awork shows it.
func shown(id uuid.UUID, name string, role uuid.UUID, more ...string) reply {
	fields := append([]string{fmt.Sprintf(`"id":%q,"name":%q,"roleId":%q`, id, name, role)}, more...)
	return asJSON(200, "{"+strings.Join(fields, ",")+"}")
}

// TestAnswerOfAnotherAPIUser: an answer to a create or an update that is not the
// record that was sent is not believed; what is there is read.
func TestAnswerOfAnotherAPIUser(t *testing.T) {
	t.Parallel()
	role, other, me := uuid.MustParse(roleID), uuid.New(), uuid.New()
	by := fmt.Sprintf(`"createdBy":%q`, me)
	client := `"clientId":"x"`
	for name, answer := range map[string]reply{
		"another name":       shown(other, "Y", role, client),
		"another role":       shown(other, "X", other, client),
		"no role":            asJSON(200, fmt.Sprintf(`{"id":%q,"name":"X","clientId":"x"}`, other)),
		"another client":     shown(other, "X", role, `"clientId":"y"`),
		"no id":              asJSON(200, fmt.Sprintf(`{"name":"X","roleId":%q,"clientId":"x"}`, role)),
		"nothing":            {status: 200},
		"of another request": asJSON(200, `[]`),
	} {
		for _, made := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				list := []string{shown(me, "Own", role).body}
				if made {
					list = append(list, shown(zapierID, "X", role, by, client).body)
				}
				s := &script{replies: map[string][]reply{
					"POST /apiusers": {answer}, "GET /apiusers": {asJSON(200, "["+strings.Join(list, ",")+"]")}}}
				u, err := clientWith(t, s, "canary-token").CreateAPIUser(t.Context(),
					NewAPIUser{Name: "X", RoleID: role, ClientID: "x"}, []APIUser{{ID: me}}, me)
				var effect *EffectError
				if made && (err != nil || u.ID != zapierID) || !made && !errors.As(err, &effect) || s.count("POST /apiusers") != 1 {
					t.Errorf("create, %s, made %t: %v, %v", name, made, u, err)
				}
				reason := "the answer is not what was asked for"
				if answer.body == "" {
					reason = notJSON
				}
				if effect != nil && effect.Attempt.Reason != reason && name != "of another request" {
					t.Errorf("create, %s: got %v", name, err)
				}
				// What awork named instead may have been made.
				named := strings.Contains(answer.body, other.String())
				if effect != nil && (len(effect.Candidates) == 1 && effect.Candidates[0].ID == other) != named {
					t.Errorf("create, %s: may have made %+v", name, effect.Candidates)
				}
			})
		}
	}
	was, path := APIUser{ID: zapierID, Name: "Zapier", RoleID: unknownID}, apiUserPath(zapierID)
	before, after := shown(zapierID, "Zapier", unknownID), shown(zapierID, "X", role)
	for name, answer := range map[string]reply{
		"another id":   shown(other, "X", role),
		"another name": shown(zapierID, "Zapier", role),
		"another role": shown(zapierID, "X", unknownID),
		"no role":      recordReply(zapierID),
	} {
		for _, done := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				gets := []reply{before, after}
				if !done {
					gets = gets[:1]
				}
				s := &script{replies: map[string][]reply{"PUT " + path: {answer}, "GET " + path: gets}}
				u, err := clientWith(t, s, "canary-token").UpdateAPIUser(t.Context(), was, "X", role, false)
				var effect *EffectError
				if done && (err != nil || u.ID != zapierID || u.Name != "X") || !done && !errors.As(err, &effect) {
					t.Errorf("update, %s, done %t: %v, %v", name, done, u, err)
				}
			})
		}
	}
}

// TestCreateFoundAgain: what a lost create made is the one new API user that is
// like it and that the token's owner made.
func TestCreateFoundAgain(t *testing.T) {
	t.Parallel()
	role, me := uuid.MustParse(roleID), uuid.New()
	by := fmt.Sprintf(`"createdBy":%q`, me)
	form := NewAPIUser{Name: "X", RoleID: role}
	own, like, second := shown(me, "Own", role), shown(zapierID, "X", role, by), shown(uuid.New(), "X", role, by)
	for name, tc := range map[string]struct {
		form   NewAPIUser
		listed []reply
		before []APIUser
		made   bool
		may    int   // how many may have been made
		answer reply // 503 where there is none
	}{
		"one":                  {form: form, listed: []reply{own, like}, before: []APIUser{{ID: me}}, made: true},
		"of a person's token":  {form: form, listed: []reply{like}, before: []APIUser{}, made: true},
		"none":                 {form: form, listed: []reply{own}, before: []APIUser{{ID: me}}},
		"one from before":      {form: form, listed: []reply{own, like}, before: []APIUser{{ID: me}, {ID: zapierID}}},
		"one of somebody else": {form: form, listed: []reply{own, shown(zapierID, "X", role)}, before: []APIUser{{ID: me}}},
		"another name":         {form: form, listed: []reply{own, shown(zapierID, "Y", role, by)}, before: []APIUser{{ID: me}}},
		"another role":         {form: form, listed: []reply{own, shown(zapierID, "X", me, by)}, before: []APIUser{{ID: me}}},
		"another client":       {form: form, listed: []reply{own, shown(zapierID, "X", role, by, `"clientId":"x"`)}, before: []APIUser{{ID: me}}},
		"two":                  {form: form, listed: []reply{own, like, second}, before: []APIUser{{ID: me}}, may: 2},
		"two, a third named":   {form: form, listed: []reply{own, like, second}, before: []APIUser{{ID: me}}, may: 2, answer: shown(uuid.New(), "Y", role)},
		"before is not known":  {form: form, listed: []reply{own, like}, may: 1},
		"404 without words":    {form: form, listed: []reply{own}, before: []APIUser{{ID: me}}, answer: asJSON(404, `{"code":"not-found"}`)},
	} {
		synctest.Test(t, func(t *testing.T) {
			var bodies []string
			for _, r := range tc.listed {
				bodies = append(bodies, r.body)
			}
			if tc.answer.status == 0 {
				tc.answer.status = 503
			}
			s := &script{replies: map[string][]reply{"POST /apiusers": {tc.answer}, "GET /me": {asJSON(200, goodMe)},
				"GET /apiusers": {asJSON(200, "["+strings.Join(bodies, ",")+"]")}}}
			u, err := clientWith(t, s, "canary-token").CreateAPIUser(t.Context(), tc.form, tc.before, me)
			if (err == nil) != tc.made || tc.made && u.ID != zapierID || s.count("POST /apiusers") != 1 ||
				!tc.made && !slices.Contains(s.asked, "GET /apiusers") {
				t.Errorf("%s: %v, %v, %v", name, u, err, s.asked)
			}
			var effect *EffectError
			if errors.As(err, &effect) == tc.made || effect != nil && len(effect.Candidates) != tc.may || Is(err, KindInvalid) {
				t.Errorf("%s: got %+v", name, err)
			}
		})
	}
}

// TestCreateWithUnknownRole: awork's 404 to a create is about what was sent.
func TestCreateWithUnknownRole(t *testing.T) {
	t.Parallel()
	_, c := workspace(t)
	_, err := c.CreateAPIUser(t.Context(), NewAPIUser{Name: "X", RoleID: unknownID}, nil, unknownID)
	want := Error{Kind: KindInvalid, Method: "POST", Path: "/apiusers", Reason: "awork does not know the role or the client application"}
	checkFailure(t, err, want, nil)
}

// TestUpdateTheRole: an API user without a role is an admin. One is left without
// only where it had none, and awork may not show the admin role.
func TestUpdateTheRole(t *testing.T) {
	t.Parallel()
	path, role := apiUserPath(zapierID), uuid.MustParse(roleID)
	bare, gone := asJSON(200, fmt.Sprintf(`{"id":%q,"name":"X"}`, zapierID)), asJSON(404, notFound)
	for name, tc := range map[string]struct {
		was, role uuid.UUID
		adminRole bool
		gets      []reply
		ok        bool
		asked     string
	}{
		"none as before":    {gets: []reply{bare}, ok: true, asked: "GET,PUT"},
		"the admin role":    {role: role, adminRole: true, gets: []reply{bare}, ok: true, asked: "GET,PUT"},
		"not shown":         {role: role, gets: []reply{bare}, asked: "GET,PUT,GET,PUT,GET,PUT,GET"},
		"changed meanwhile": {was: role, role: role, gets: []reply{bare}, asked: "GET"},
		"gone before it":    {role: role, gets: []reply{gone, bare}, asked: "GET,GET"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{replies: map[string][]reply{"GET " + path: tc.gets, "PUT " + path: {bare}, "GET /me": {asJSON(200, goodMe)}}}
			was := APIUser{ID: zapierID, Name: "X", RoleID: tc.was}
			u, err := clientWith(t, s, "canary-token").UpdateAPIUser(t.Context(), was, "X", tc.role, tc.adminRole)
			var asked []string
			for _, key := range s.asked {
				asked = append(asked, strings.Fields(key)[0])
			}
			if (err == nil) != tc.ok || tc.ok && u.ID != zapierID || strings.Join(asked, ",") != tc.asked {
				t.Errorf("%s: got %v, %v, asked %q", name, u, err, s.asked)
			}
		})
	}
}
