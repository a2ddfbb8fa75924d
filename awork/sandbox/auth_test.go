package sandbox

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPermissions(t *testing.T) {
	t.Parallel()
	const one = "/apiusers/" + ZapierSyncID
	name := `{"name":"a"}`
	for path, tc := range map[string]struct {
		body                  string
		admin, reader, nobody int
	}{
		"GET /apiusers":             {"", 200, 200, 401},
		"POST /apiusers":            {name, 200, 401, 401},
		"GET " + one:                {"", 200, 200, 401},
		"PUT " + one:                {name, 200, 401, 401},
		"DELETE " + one:             {"", 204, 401, 401},
		"GET /clientapplications":   {"", 200, 200, 401},
		"POST /clientapplications":  {`{"clientId":"x"}`, 200, 401, 401},
		"GET /roles":                {"", 200, 200, 401},
		"GET /roles/" + AdminRoleID: {"", 200, 200, 401},
		"GET /webhooks":             {"", 200, 200, 401},
		"GET /me":                   {"", 200, 200, 200},
		"GET /me/permissions":       {"", 200, 200, 200},
		"GET /users":                {"", 200, 200, 200},
		"GET /permissions/features": {"", 200, 200, 200},
		"POST /clientapplications/zapier/generateapikey": {`{"apiUserId":"` + ZapierSyncID + `"}`, 200, 200, 401},
		"POST /clientapplications/zapier/generatesecret": {"", 200, 401, 401},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			method, path, _ := strings.Cut(path, " ")
			for token, want := range map[string]int{AdminToken: tc.admin, ReaderToken: tc.reader, NobodyToken: tc.nobody} {
				a := do(t, unlimited(), token, method, path, tc.body)
				if a.status != want || want == 401 && a.code() != "unauthorized" {
					t.Errorf("%s: got %d %s, want %d", token, a.status, a.body, want)
				}
			}
		})
	}
}

func TestAccessLevels(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]struct{ read, write int }{
		"read": {200, 401}, "delete": {200, 401}, "write": {200, 204}, "Manage": {200, 204}, "CONFIG": {200, 204},
	} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			s := unlimited()
			role := s.AddRole(Role{Name: "Own", Permissions: []Permission{{workspaceConfig, []string{level}}}})
			s.AddToken("own", s.AddAPIUser(APIUser{Name: "Own", RoleID: role.ID}).ID)
			if a := do(t, s, "own", "GET", "/apiusers/"+ZapierSyncID, ""); a.status != want.read {
				t.Errorf("read: %d", a.status)
			}
			if a := do(t, s, "own", "DELETE", "/apiusers/"+ZapierSyncID, ""); a.status != want.write {
				t.Errorf("write: %d", a.status)
			}
			s.RemoveRole(role.ID)
			if a := do(t, s, "own", "GET", "/apiusers", ""); a.status != 401 {
				t.Errorf("without its role: %d", a.status)
			}
		})
	}
}

func TestBadTokens(t *testing.T) {
	t.Parallel()
	const shape = `{"message":{"description":"Bad token; invalid JSON","code":"unauthorized"}}`
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer unknown", "Basic " + AdminToken, AdminToken} {
		r := httptest.NewRequest(http.MethodGet, BasePath+"/me", nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		unlimited().ServeHTTP(w, r)
		if w.Code != 401 || w.Body.String() != shape {
			t.Errorf("%q: got %d %s", header, w.Code, w.Body)
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := unlimited()
	s.AddToken("mareike", MareikePetersenID)
	if a := do(t, s, "mareike", "GET", "/apiusers", ""); a.status != 200 {
		t.Errorf("a person who is admin: %d", a.status)
	}
	if a := do(t, s, "mareike", "GET", "/me", ""); !strings.Contains(a.body, `"firstName":"Mareike"`) {
		t.Errorf("me: %s", a.body)
	}
	s.RemoveToken("mareike")
	if a := do(t, s, "mareike", "GET", "/me", ""); a.status != 401 {
		t.Errorf("removed token: %d", a.status)
	}
	s.RemoveRole(AdminRoleID)
	s.AddToken("connector", AworkConnectorID)
	if a := do(t, s, "connector", "GET", "/apiusers", ""); a.status != 200 {
		t.Errorf("admin by omission without an admin role: %d", a.status)
	}
}
