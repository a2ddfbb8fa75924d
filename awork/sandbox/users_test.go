package sandbox

import (
	"slices"
	"testing"
)

func TestListUsers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		token, query string
		total        string
		has, lacks   []string
	}{
		"people": {
			AdminToken, "?pageSize=1000", "7",
			[]string{MareikePetersenID, TobiasKernID}, []string{KlaraVossID, ZapierSyncID, DepartedUserID},
		},
		"with archived": {
			ReaderToken, "?showArchived=true&pageSize=1000", "20",
			[]string{KlaraVossID, ZapierSyncID, ReaderUserID}, []string{DepartedUserID},
		},
		"the first page": {AdminToken, "?showArchived=True", "20", []string{AylinDemirID}, []string{NobodyUserID}},
		"the last page": {
			AdminToken, "?showArchived=true&page=2", "20",
			[]string{NobodyUserID}, []string{AylinDemirID},
		},
		"without permission":        {NobodyToken, "", "1", []string{NobodyUserID}, []string{MareikePetersenID}},
		"archived, no permission":   {NobodyToken, "?showArchived=true", "1", []string{NobodyUserID}, []string{ZapierSyncID}},
		"a page beyond the records": {AdminToken, "?page=9223372036854775807", "7", nil, []string{MareikePetersenID}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := do(t, unlimited(), tc.token, "GET", "/users"+tc.query, "")
			var users []wireUser
			a.json(t, &users)
			has := func(id string) bool {
				return slices.ContainsFunc(users, func(u wireUser) bool { return u.ID == id })
			}
			if a.header.Get("Aw-Totalitems") != tc.total {
				t.Errorf("total %s, want %s", a.header.Get("Aw-Totalitems"), tc.total)
			}
			for _, id := range tc.has {
				if !has(id) {
					t.Errorf("%s is missing", id)
				}
			}
			for _, id := range tc.lacks {
				if has(id) {
					t.Errorf("%s is there", id)
				}
			}
		})
	}
}

func TestGetUser(t *testing.T) {
	t.Parallel()
	s := unlimited()
	for name, tc := range map[string]struct {
		token, id string
		status    int
		archived  bool
	}{
		"a person":           {AdminToken, AylinDemirID, 200, false},
		"an archived person": {AdminToken, KlaraVossID, 200, true},
		"an API user":        {ReaderToken, ZapierSyncID, 200, true},
		"who has left":       {AdminToken, DepartedUserID, 404, false},
		"nobody":             {AdminToken, ZeroID, 404, false},
		"oneself":            {NobodyToken, NobodyUserID, 200, true},
		"not permitted":      {NobodyToken, AylinDemirID, 401, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := do(t, s, tc.token, "GET", "/users/"+tc.id, "")
			var u wireUser
			a.json(t, &u)
			if a.status != tc.status || u.IsArchived != tc.archived {
				t.Errorf("got %d %s", a.status, a.body)
			}
		})
	}
}

func TestMe(t *testing.T) {
	t.Parallel()
	s := unlimited()
	for token, want := range map[string]string{
		AdminToken: AdminUserID, ReaderToken: ReaderUserID, NobodyToken: NobodyUserID,
	} {
		var me wireMe
		do(t, s, token, "GET", "/me", "").json(t, &me)
		workspace := me.Workspace
		if me.ID != want || me.LastName != "(API Client)" || workspace.Name != WorkspaceName || workspace.ID != WorkspaceID {
			t.Errorf("%s is %+v", token, me)
		}
	}
}
