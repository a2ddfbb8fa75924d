package sandbox

import (
	"reflect"
	"strings"
	"testing"
)

// roleNamed finds a role of the workspace.
func roleNamed(s *Sandbox, name string) (Role, bool) {
	for _, r := range s.Roles() {
		if r.Name == name {
			return r, true
		}
	}
	return Role{}, false
}

func TestCreateRole(t *testing.T) {
	t.Parallel()
	s := unlimited()
	a := admin(t, s, "POST", "/roles", `{"name":"Exports","isAdminRole":false,"isGuestRole":false}`)
	var made wireRole
	a.json(t, &made)
	r, found := roleNamed(s, "Exports")
	if a.status != 200 || !found || r.ID != made.ID || r.IsAdmin || r.CreatedBy != AdminUserID || len(r.Permissions) != 0 {
		t.Errorf("%d %s, stored %+v", a.status, a.body, r)
	}
	for body, code := range map[string]string{
		`{}`:                                  "validation-failed",
		`{"name":" "}`:                        "validation-failed",
		`{"name":"EXPORTS"}`:                  "duplication-violation",
		`{"name":"Other","isAdminRole":true}`: "invalid-operation",
		`{"name":"Other","isGuestRole":true}`: "invalid-operation",
		`{"name":7}`:                          "validation-failed",
		``:                                    "invalid-model",
	} {
		if a := admin(t, s, "POST", "/roles", body); a.status != 400 || a.code() != code {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	if n := len(s.Roles()); n != 9 {
		t.Errorf("%d roles", n)
	}
	if a := do(t, s, ReaderToken, "POST", "/roles", `{"name":"Other"}`); a.status != 401 {
		t.Errorf("without permission: %d", a.status)
	}
}

func TestNewRolePermissions(t *testing.T) {
	t.Parallel()
	given := []Permission{permit("project-create", "read")}
	s := New(Options{NewRolePermissions: given})
	admin(t, s, "POST", "/roles", `{"name":"Exports"}`)
	if r, _ := roleNamed(s, "Exports"); !reflect.DeepEqual(r.Permissions, given) {
		t.Errorf("made with %v", r.Permissions)
	}
}

func TestSetRolePermission(t *testing.T) {
	t.Parallel()
	s := unlimited()
	set := func(body string, status int, want ...Permission) {
		t.Helper()
		a := admin(t, s, "POST", "/roles/"+TimeReaderRoleID+"/permissions", body)
		if a.status != status {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
		if r, _ := roleNamed(s, "Time Tracking Reader"); !reflect.DeepEqual(r.Permissions, want) {
			t.Errorf("%s: the role has %v", body, r.Permissions)
		}
	}
	times, users := permit("project-timetracking", "read"), permit(userData, "read")
	create := permit("project-create", "write")
	set(`{"feature":"project-create","accessLevels":["write"]}`, 200, times, users, create)
	more := permit("project-timetracking", "read", "write")
	set(`{"feature":"project-timetracking","accessLevels":["read","write"]}`, 200, more, users, create)
	set(`{"feature":"project-timetracking","accessLevels":[]}`, 204, users, create)
	set(`{"feature":"company-master-data"}`, 204, users, create)
	set(`{"feature":"exports","accessLevels":["read"]}`, 400, users, create)
	set(`{"feature":"company-master-data","accessLevels":["peek"]}`, 400, users, create)
	set(`{"feature":"company-master-data","accessLevels":"read"}`, 400, users, create)

	const body = `{"feature":"project-create","accessLevels":["read"]}`
	if a := admin(t, s, "POST", "/roles/"+AdminRoleID+"/permissions", body); a.status != 400 {
		t.Errorf("the admin role: %d", a.status)
	}
	if a := admin(t, s, "POST", "/roles/"+unknownID+"/permissions", body); a.status != 404 {
		t.Errorf("an unknown role: %d", a.status)
	}
	// Who may manage the workspace's configuration may not fill a role.
	operator := worker(s, "operator", permit(workspaceConfig, "write"))
	if a := do(t, s, operator, "POST", "/roles/"+UserRoleID+"/permissions", body); a.status != 401 {
		t.Errorf("without project-manage-config: %d", a.status)
	}
	filler := worker(s, "filler", permit("project-manage-config", "write"))
	if a := do(t, s, filler, "POST", "/roles/"+UserRoleID+"/permissions", body); a.status != 200 {
		t.Errorf("with project-manage-config: %d", a.status)
	}
}

func TestDeleteRole(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		role, body string
		status     int
	}{
		"nobody in it":         {OperationsRoleID, `{}`, 204},
		"API users in it":      {IntegrationRoleID, `{}`, 400},
		"people in it":         {UserRoleID, `{}`, 400},
		"moved":                {IntegrationRoleID, `{"newRoleId":"` + TimeReaderRoleID + `"}`, 204},
		"to an unknown role":   {IntegrationRoleID, `{"newRoleId":"` + unknownID + `"}`, 400},
		"to itself":            {IntegrationRoleID, `{"newRoleId":"` + IntegrationRoleID + `"}`, 400},
		"to no GUID":           {IntegrationRoleID, `{"newRoleId":"User"}`, 400},
		"the admin role":       {AdminRoleID, `{"newRoleId":"` + UserRoleID + `"}`, 400},
		"the guest role":       {GuestRoleID, `{"newRoleId":"` + UserRoleID + `"}`, 400},
		"unknown":              {unknownID, `{}`, 404},
		"with a body no JSON":  {OperationsRoleID, `x`, 400},
		"without a body":       {OperationsRoleID, ``, 400},
		"another case of role": {strings.ToUpper(OperationsRoleID), `{}`, 204},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := unlimited()
			a := admin(t, s, "POST", "/roles/"+tc.role+"/delete", tc.body)
			if gone := len(s.Roles()) == 7; a.status != tc.status || gone != (tc.status == 204) {
				t.Errorf("%d %s, gone: %v", a.status, a.body, gone)
			}
			u, _ := s.APIUser(ZapierSyncID)
			if moved := u.RoleID == TimeReaderRoleID; moved != (name == "moved") {
				t.Errorf("the API user is in %s", u.RoleID)
			}
		})
	}
}
