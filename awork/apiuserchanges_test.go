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
	own, like := shown(me, "Own", role), shown(zapierID, "X", role, by)
	for name, tc := range map[string]struct {
		form   NewAPIUser
		listed []reply
		before []APIUser
		made   bool
	}{
		"one":                  {form, []reply{own, like}, []APIUser{{ID: me}}, true},
		"of a person's token":  {form, []reply{like}, []APIUser{}, true},
		"none":                 {form, []reply{own}, []APIUser{{ID: me}}, false},
		"one from before":      {form, []reply{own, like}, []APIUser{{ID: me}, {ID: zapierID}}, false},
		"one of somebody else": {form, []reply{own, shown(zapierID, "X", role)}, []APIUser{{ID: me}}, false},
		"another name":         {form, []reply{own, shown(zapierID, "Y", role, by)}, []APIUser{{ID: me}}, false},
		"another role":         {form, []reply{own, shown(zapierID, "X", me, by)}, []APIUser{{ID: me}}, false},
		"another client":       {form, []reply{own, shown(zapierID, "X", role, by, `"clientId":"x"`)}, []APIUser{{ID: me}}, false},
		"two":                  {form, []reply{own, like, shown(uuid.New(), "X", role, by)}, []APIUser{{ID: me}}, false},
		"before is not known":  {form, []reply{own, like}, nil, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			var bodies []string
			for _, r := range tc.listed {
				bodies = append(bodies, r.body)
			}
			s := &script{replies: map[string][]reply{
				"POST /apiusers": {{status: 503}}, "GET /apiusers": {asJSON(200, "["+strings.Join(bodies, ",")+"]")}}}
			u, err := clientWith(t, s, "canary-token").CreateAPIUser(t.Context(), tc.form, tc.before, me)
			if (err == nil) != tc.made || tc.made && u.ID != zapierID || s.count("POST /apiusers") != 1 ||
				!tc.made && !slices.Contains(s.asked, "GET /apiusers") {
				t.Errorf("%s: %v, %v, %v", name, u, err, s.asked)
			}
		})
	}
}
