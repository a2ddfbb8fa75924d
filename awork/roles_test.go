package awork

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"
)

const (
	roleID   = "22222222-2222-4333-8444-555555555555"
	adminJS  = `{"id":"33333333-2222-4333-8444-555555555555","name":"Admin","isAdminRole":true}`
	newRole  = `{"id":"` + roleID + `","name":"Export","createdBy":"11111111-2222-4333-8444-555555555555"}`
	roleLike = `{"id":"44444444-2222-4333-8444-555555555555","name":"Export","createdBy":"11111111-2222-4333-8444-555555555555"}`
)

// TestCreateRole: made, refused, or found after an answer that did not come.
func TestCreateRole(t *testing.T) {
	t.Parallel()
	list := func(roles string) []reply { return []reply{asJSON(200, "["+roles+"]")} }
	for name, tc := range map[string]struct {
		posts, lists []reply
		before       []Role
		made         bool
		ambiguous    bool
	}{
		"made":                      {posts: []reply{asJSON(200, newRole)}, made: true},
		"refused":                   {posts: []reply{asJSON(400, `{"code":"duplication-violation","description":"d","link":"l"}`)}},
		"may not":                   {posts: []reply{asJSON(401, deniedBody)}},
		"lost, made":                {posts: []reply{{status: 503}}, lists: list(adminJS + "," + newRole), made: true},
		"lost, not made":            {posts: []reply{{status: 503}}, lists: list(adminJS), ambiguous: true},
		"lost, two like it":         {posts: []reply{{status: 503}}, lists: list(newRole + "," + roleLike), ambiguous: true},
		"lost, was there before":    {posts: []reply{{status: 503}}, lists: list(newRole), before: []Role{{ID: uuid.MustParse(roleID)}}, ambiguous: true},
		"lost, no list":             {posts: []reply{{status: 503}}, lists: []reply{{status: 500}}, ambiguous: true},
		"another, and not listed":   {posts: []reply{asJSON(200, adminJS)}, lists: list(adminJS), ambiguous: true},
		"lost, an incomplete list":  {posts: []reply{{status: 503}}, lists: []reply{with(list(newRole)[0], "Aw-Totalitems", "2")}, ambiguous: true},
		"lost, beside another new":  {posts: []reply{{status: 503}}, lists: list(newRole + "," + strings.Replace(roleLike, "Export", "Other", 1)), made: true},
		"lost, by somebody else":    {posts: []reply{{status: 503}}, lists: list(strings.Replace(newRole, "11111111", "99999999", 1)), ambiguous: true},
		"a guest role of the name":  {posts: []reply{asJSON(200, `{"id":"`+roleID+`","name":"Export","isGuestRole":true}`)}, lists: list(adminJS), ambiguous: true},
		"another name":              {posts: []reply{asJSON(200, strings.Replace(newRole, "Export", "Other", 1))}, lists: list(adminJS), ambiguous: true},
		"without an id":             {posts: []reply{asJSON(200, `{"name":"Export"}`)}, lists: list(adminJS), ambiguous: true},
		"an admin role of the name": {posts: []reply{asJSON(200, `{"id":"`+roleID+`","name":"Export","isAdminRole":true}`)}, lists: list(adminJS), ambiguous: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string][]reply{"POST /roles": tc.posts, "GET /roles": tc.lists, "GET /me": {asJSON(200, goodMe)}}}
				role, err := clientWith(t, s, "canary-token").CreateRole(t.Context(), "Export", tc.before, unknownID)
				var effect *EffectError
				if (role != nil) != tc.made || (err == nil) != tc.made || errors.As(err, &effect) != tc.ambiguous || s.count("POST /roles") != 1 {
					t.Errorf("got %+v, %v", role, err)
				}
				if effect != nil && effect.ReadBack == nil {
					t.Errorf("nothing can show that it was not made: %v", err)
				}
				if role != nil && role.ID.String() != roleID {
					t.Errorf("made %+v", role)
				}
			})
		})
	}
}

// TestSetRolePermission: set, or read back where the answer does not show it.
func TestSetRolePermission(t *testing.T) {
	t.Parallel()
	path := "/roles/" + roleID + "/permissions"
	entry := func(levels string) reply {
		return asJSON(200, `{"feature":"project-master-data","accessLevels":[`+levels+`]}`)
	}
	listed := func(levels string) []reply {
		return []reply{asJSON(200, `[{"feature":"Project-Master-Data","accessLevels":[`+levels+`]}]`)}
	}
	for name, tc := range map[string]struct {
		posts, gets []reply
		levels      []string
		ok          bool
		sent        int
	}{
		"204":                   {posts: []reply{{status: 204}}, levels: []string{"read"}, ok: true, sent: 1},
		"200":                   {posts: []reply{entry(`"read"`)}, levels: []string{"read"}, ok: true, sent: 1},
		"in another order":      {posts: []reply{entry(`"write","read"`)}, levels: []string{"read", "write"}, ok: true, sent: 1},
		"stored otherwise":      {posts: []reply{entry(`"read"`)}, gets: listed(`"read"`), levels: []string{"read", "write"}, sent: 3},
		"another feature":       {posts: []reply{asJSON(200, `{"feature":"other","accessLevels":["read"]}`)}, gets: listed(``), levels: []string{"read"}, sent: 3},
		"lost, set":             {posts: []reply{{status: 503}}, gets: listed(`"read"`), levels: []string{"read"}, ok: true, sent: 1},
		"lost, then set":        {posts: []reply{{status: 503}, {status: 204}}, gets: listed(``), levels: []string{"read"}, ok: true, sent: 2},
		"lost, never set":       {posts: []reply{{status: 503}}, gets: listed(``), levels: []string{"read"}, sent: 3},
		"lost, can't be read":   {posts: []reply{{status: 503}}, gets: []reply{{status: 500}}, levels: []string{"read"}, sent: 1},
		"taken away":            {posts: []reply{{status: 204}}, ok: true, sent: 1},
		"lost, taken away":      {posts: []reply{{status: 503}}, gets: []reply{asJSON(200, "[]")}, ok: true, sent: 1},
		"refused":               {posts: []reply{asJSON(400, `{"code":"validation-failed","description":"d"}`)}, levels: []string{"peek"}, sent: 1},
		"refused by a stranger": {posts: []reply{asHTML(400, "<html>")}, gets: listed(`"read"`), levels: []string{"read"}, ok: true, sent: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string][]reply{"POST " + path: tc.posts, "GET " + path: tc.gets}}
				err := clientWith(t, s, "canary-token").SetRolePermission(t.Context(), uuid.MustParse(roleID), Permission{"project-master-data", tc.levels})
				if (err == nil) != tc.ok || s.count("POST "+path) != tc.sent {
					t.Errorf("sent %d times: %v", s.count("POST "+path), err)
				}
			})
		})
	}
}

// TestDeleteRole: deleted, refused, or read back beside a list with the admin role.
func TestDeleteRole(t *testing.T) {
	t.Parallel()
	path := "/roles/" + roleID
	gone, here := asJSON(404, notFound), asJSON(200, newRole)
	for name, tc := range map[string]struct {
		posts, gets, lists []reply
		ok, inferred       bool
		stillThere         bool
		says               string
	}{
		"204":                          {posts: []reply{{status: 204}}, ok: true},
		"refused":                      {posts: []reply{asJSON(400, `{"code":"invalid-operation","description":"It has users."}`)}},
		"lost, gone":                   {posts: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{asJSON(200, "["+adminJS+"]")}, ok: true, inferred: true},
		"lost, there":                  {posts: []reply{{status: 503}}, gets: []reply{here}, stillThere: true},
		"lost, 404 and an empty list":  {posts: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{asJSON(200, "[]")}, says: errNoAdminRole.Error()},
		"lost, 404 and no admin role":  {posts: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{asJSON(200, "["+roleLike+"]")}, says: errNoAdminRole.Error()},
		"lost, 404 and no list":        {posts: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{{status: 500}}, says: "GET /roles: 500"},
		"lost, 404 and it is listed":   {posts: []reply{{status: 503}}, gets: []reply{gone}, lists: []reply{asJSON(200, "["+adminJS+","+newRole+"]")}, says: "GET " + path + ": 404: awork answers 404 for a record that it lists"},
		"a body, there":                {posts: []reply{asJSON(200, "{}")}, gets: []reply{here}, stillThere: true},
		"a body, gone":                 {posts: []reply{asJSON(200, "{}")}, gets: []reply{gone}, lists: []reply{asJSON(200, "["+adminJS+"]")}, ok: true},
		"lost, and another role comes": {posts: []reply{{status: 503}}, gets: []reply{asJSON(200, roleLike)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string][]reply{"POST " + path + "/delete": tc.posts, "GET " + path: tc.gets, "GET /roles": tc.lists, "GET /me": {asJSON(200, goodMe)}}}
				d, err := clientWith(t, s, "canary-token").DeleteRole(t.Context(), uuid.MustParse(roleID))
				var effect *EffectError
				if (err == nil) != tc.ok || d.Inferred != tc.inferred || tc.stillThere != (errors.As(err, &effect) && effect.ReadBack == nil) {
					t.Errorf("got %+v, %v", d, err)
				}
				if tc.says != "" && !strings.Contains(err.Error(), tc.says) {
					t.Errorf("got %v, want %q in it", err, tc.says)
				}
			})
		})
	}
}

// TestSingleRecords: one role, user and client application, and never another.
func TestSingleRecords(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse(roleID)
	for body, ok := range map[string]bool{
		`{"id":%q,"name":"X","clientId":%q}`:                                          true,
		`{"id":"33333333-2222-4333-8444-555555555555","name":"X","clientId":"other"}`: false,
		`{}`: false, `null`: false, `[]`: false,
	} {
		if ok {
			body = fmt.Sprintf(body, id, "app")
		}
		answer := []reply{asJSON(200, body)}
		s := &script{replies: map[string][]reply{"GET /roles/" + roleID: answer, "GET /users/" + roleID: answer, "GET /clientapplications/app": answer}}
		c := clientWith(t, s, "canary-token")
		for what, err := range map[string]error{"role": errOf(c.GetRole(t.Context(), id)), "user": errOf(c.GetUser(t.Context(), id)),
			"client application": errOf(c.GetClientApplication(t.Context(), "app"))} {
			if (err == nil) != ok || !ok && !Is(err, KindUpstream) {
				t.Errorf("%s %s: %v", what, body, err)
			}
		}
	}
}

func TestChangesRights(t *testing.T) {
	t.Parallel()
	rights := "/roles/" + roleID + "/permissions"
	for e, want := range map[[2]string]bool{
		{"POST", rights}: true, {"GET", rights}: false, {"POST", "/roles"}: false, {"POST", "/roles/" + roleID + "/delete"}: false,
		{"POST", "/me/permissions"}: false,
	} {
		if (&Error{Method: e[0], Path: e[1]}).ChangesRights() != want {
			t.Error(e)
		}
	}
}
