package sandbox

import (
	"strings"
	"testing"
)

func TestListRoles(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{"": 7, "?showArchived=false": 7, "?showArchived=true": 8} {
		var roles []wireRole
		admin(t, unlimited(), "GET", "/roles"+query, "").json(t, &roles)
		admins := 0
		for _, r := range roles {
			if r.IsAdminRole {
				admins++
			}
		}
		if len(roles) != want || admins != 1 {
			t.Errorf("%q: %d roles, %d of them admin", query, len(roles), admins)
		}
	}
	if a := admin(t, unlimited(), "GET", "/roles?showArchived=maybe", ""); a.status != 400 {
		t.Errorf("no boolean: %d", a.status)
	}
}

func TestGetRole(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]int{
		AdminRoleID: 200, unknownID: 404, "Administrator": 404,
		AdminRoleID + "/permissions": 200, unknownID + "/permissions": 404, "Administrator/permissions": 404,
	} {
		if a := admin(t, unlimited(), "GET", "/roles/"+path, ""); a.status != want {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

func TestRolePermissions(t *testing.T) {
	t.Parallel()
	a := admin(t, unlimited(), "GET", "/roles/"+OperationsRoleID+"/permissions?pageSize=2", "")
	var permissions []wireRolePermission
	a.json(t, &permissions)
	if len(permissions) != 2 || a.header.Get("Aw-Totalitems") != "3" ||
		permissions[0].Feature != workspaceConfig || permissions[0].AccessLevels[0] != "manage" {
		t.Errorf("got %s", a.body)
	}
}

func TestNoPermissions(t *testing.T) {
	t.Parallel()
	a := admin(t, unlimited(), "GET", "/roles/"+GuestRoleID+"/permissions", "")
	if a.body != "[]" || a.header.Get("Aw-Totalitems") != "0" {
		t.Errorf("got %s", a.body)
	}
}

func TestMyPermissions(t *testing.T) {
	t.Parallel()
	s := unlimited()
	s.AddToken("connector", AworkConnectorID)
	s.AddToken("emre", EmreYildizID)
	for token, want := range map[string]wireUserPermissions{
		AdminToken:  {UserID: AdminUserID, IsAdmin: true, RoleID: AdminRoleID},
		ReaderToken: {UserID: ReaderUserID, RoleID: AuditorRoleID},
		NobodyToken: {UserID: NobodyUserID, RoleID: IntegrationRoleID},
		"connector": {UserID: AworkConnectorID, IsAdmin: true, RoleID: AdminRoleID},
		"emre":      {UserID: EmreYildizID, IsGuest: true, RoleID: GuestRoleID},
	} {
		a := do(t, s, token, "GET", "/me/permissions", "")
		var got wireMyPermissions
		a.json(t, &got)
		p := got.UserPermission
		if p.UserID != want.UserID || p.IsAdmin != want.IsAdmin || p.IsGuest != want.IsGuest || p.RoleID != want.RoleID {
			t.Errorf("%s: %s", token, a.body)
		}
		if reads := strings.Contains(a.body, workspaceConfig); reads != (token != NobodyToken && token != "emre") {
			t.Errorf("%s: %s", token, a.body)
		}
	}
}

func TestFeatures(t *testing.T) {
	t.Parallel()
	a := do(t, unlimited(), NobodyToken, "GET", "/permissions/features", "")
	if !strings.Contains(a.body, workspaceConfig) {
		t.Errorf("got %d %s", a.status, a.body)
	}
}
