package sandbox

import (
	"strings"
	"testing"
)

const unknownID = "3f0e8a52-6a0c-4c53-9d51-0b8b6f1f7a11"

func TestListAPIUsers(t *testing.T) {
	t.Parallel()
	a := do(t, unlimited(), ReaderToken, "GET", "/apiusers?page=7", "")
	var users []map[string]any
	a.json(t, &users)
	if len(users) != 12 || a.header.Get("Aw-Totalitems") != "12" || a.header.Get("Aw-Items") != "12" {
		t.Fatalf("%d users, headers %v", len(users), a.header)
	}
	for _, u := range users {
		if role, given := u["roleId"]; given && role == nil {
			t.Errorf("%v has roleId null", u["name"])
		}
	}
	if _, given := users[0]["roleId"]; given {
		t.Error("an admin by omission shows a roleId")
	}
}

func TestListAPIUsersInPages(t *testing.T) {
	t.Parallel()
	s := New(Options{APIUsersPerPage: 5})
	for query, want := range map[string]string{"": "5", "?page=3": "2", "?page=4": "0", "?pageSize=1000": "12"} {
		a := admin(t, s, "GET", "/apiusers"+query, "")
		if got := a.header.Get("Aw-Items"); got != want || a.header.Get("Aw-Totalitems") != "12" {
			t.Errorf("%q: %s items, want %s", query, got, want)
		}
	}
}

func TestWriteAPIUserRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body   string
		status int
		code   string
		says   string
	}{
		"no name":         {`{}`, 400, "validation-failed", `{"property":"Name","message":"'Name' should not be empty."}`},
		"empty name":      {`{"name":" "}`, 400, "validation-failed", "'Name' should not be empty."},
		"name no text":    {`{"name":7}`, 400, "validation-failed", `"$.name"`},
		"role no GUID":    {`{"name":"a","roleId":"admin"}`, 400, "validation-failed", `"$.roleId"`},
		"role unknown":    {`{"name":"a","roleId":"` + unknownID + `"}`, 404, "not-found", unknownID},
		"role archived":   {`{"name":"a","roleId":"` + ArchivedRoleID + `"}`, 400, "entity-archived", "Relaunch 2023"},
		"no JSON":         {`name=a`, 400, "invalid-model", ""},
		"no object":       {`["a"]`, 400, "invalid-model", ""},
		"a large body":    {strings.Repeat(" ", maxBody) + `{"name":"a"}`, 400, "request-body-too-large", ""},
		"broken off JSON": {`{"name":"a"`, 400, "invalid-model", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := unlimited()
			for _, to := range []struct{ method, path string }{{"POST", "/apiusers"}, {"PUT", "/apiusers/" + ZapierSyncID}} {
				a := admin(t, s, to.method, to.path, tc.body)
				if a.status != tc.status || a.code() != tc.code || !strings.Contains(a.body, tc.says) {
					t.Errorf("%s: got %d %s", to.method, a.status, a.body)
				}
			}
			if u, _ := s.APIUser(ZapierSyncID); u.Name != "Zapier Sync" || len(s.APIUsers()) != 12 {
				t.Error("a refused write took effect")
			}
		})
	}
}

func TestCreateAPIUser(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ body, roleID, clientID string }{
		"role and client": {
			`{"name":"Bot","roleId":"` + UserRoleID + `","clientId":"zapier","a":1}`,
			UserRoleID, "zapier",
		},
		"role in upper case": {`{"name":"Bot","roleId":"` + strings.ToUpper(UserRoleID) + `"}`, UserRoleID, ""},
		"admin by omission":  {`{"name":"Bot"}`, "", ""},
		"admin by null":      {`{"name":"Bot","roleId":null,"clientId":null}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := unlimited()
			a := admin(t, s, "POST", "/apiusers", tc.body)
			var got wireAPIUser
			a.json(t, &got)
			want := wireAPIUser{
				Name: "Bot", RoleID: tc.roleID, ClientID: tc.clientID, ID: got.ID,
				wireStamps: stamps(noon(), AdminUserID, noon(), AdminUserID),
			}
			if a.status != 200 || got != want || strings.Contains(a.body, "null") {
				t.Errorf("got %d %s", a.status, a.body)
			}
			if u, found := s.APIUser(got.ID); !found || u.wire() != want {
				t.Errorf("stored %+v", u)
			}
			s.AddToken("bot", got.ID)
			if mayRead := do(t, s, "bot", "GET", "/apiusers", "").status == 200; mayRead != (tc.roleID == "") {
				t.Errorf("may read: %v", mayRead)
			}
		})
	}
	if a := admin(t, unlimited(), "POST", "/apiusers", `{"name":"Bot","clientId":"gone"}`); a.status != 404 {
		t.Errorf("unknown client application: %d", a.status)
	}
}

func TestUpdateAPIUser(t *testing.T) {
	t.Parallel()
	s := unlimited()
	a := admin(t, s, "PUT", "/apiusers/"+ZapierSyncID, `{"name":"Zapier","clientId":"datev-export"}`)
	u, _ := s.APIUser(ZapierSyncID)
	want := APIUser{
		ID: ZapierSyncID, Name: "Zapier", ClientID: ZapierClientID, CreatedOn: u.CreatedOn, CreatedBy: JonasBrandtID,
		UpdatedOn: noon(), UpdatedBy: AdminUserID,
	}
	if a.status != 200 || u != want {
		t.Errorf("a PUT without roleId: %d, stored %+v", a.status, u)
	}
	// An archived role takes nobody new, and keeps who is in it.
	a = admin(t, s, "PUT", "/apiusers/"+RelaunchImporterID, `{"name":"Importer","roleId":"`+ArchivedRoleID+`"}`)
	if a.status != 200 {
		t.Errorf("renaming in an archived role: %d %s", a.status, a.body)
	}
	if a = admin(t, s, "PUT", "/apiusers/"+unknownID, `{"name":"a"}`); a.status != 404 || a.code() != "not-found" {
		t.Errorf("unknown API user: %d %s", a.status, a.body)
	}
}

func TestDeleteAPIUser(t *testing.T) {
	t.Parallel()
	s := unlimited()
	path := "/apiusers/{" + strings.ToUpper(ZapierSyncID) + "}"
	if a := admin(t, s, "DELETE", path, ""); a.status != 204 || a.body != "" || a.header.Get("Content-Type") != "" {
		t.Errorf("first: %d %q %v", a.status, a.body, a.header)
	}
	if a := admin(t, s, "DELETE", path, ""); a.status != 404 || a.code() != "not-found" {
		t.Errorf("second: %d %s", a.status, a.body)
	}
	if a := admin(t, s, "GET", path, ""); a.status != 404 {
		t.Errorf("read: %d", a.status)
	}
	if a := admin(t, s, "DELETE", "/apiusers/"+AdminUserID, ""); a.status != 204 {
		t.Errorf("own API user: %d", a.status)
	}
	if a := admin(t, s, "GET", "/me", ""); a.status != 401 || !strings.Contains(a.body, "token expired") {
		t.Errorf("after deleting itself: %d %s", a.status, a.body)
	}
}
