package sandbox

import (
	"strings"
	"testing"
)

func key(t *testing.T, s *Sandbox, clientID, apiUserID string) string {
	t.Helper()
	a := do(t, s, ReaderToken, "POST", "/clientapplications/"+clientID+"/generateapikey", `{"apiUserId":"`+apiUserID+`"}`)
	var token wireToken
	a.json(t, &token)
	if a.status != 200 || token.TokenType != "Bearer" || token.ExpiresIn != noon().AddDate(10, 0, 0).Unix() {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	return token.AccessToken
}

func TestGenerateAPIKey(t *testing.T) {
	t.Parallel()
	s := unlimited()
	first, second := key(t, s, "zapier", ZapierSyncID), key(t, s, "zapier", ZapierSyncID)
	if first == second || strings.Count(first, ".") != 2 || !strings.HasPrefix(first, "eyJ") {
		t.Errorf("tokens %s and %s", first, second)
	}
	for _, token := range []string{first, second} {
		if a := do(t, s, token, "GET", "/me", ""); !strings.Contains(a.body, ZapierSyncID) {
			t.Errorf("me: %s", a.body)
		}
		if a := do(t, s, token, "GET", "/apiusers", ""); a.status != 401 || a.code() != "unauthorized" {
			t.Errorf("before: %d %s", a.status, a.body)
		}
	}
	admin(t, s, "PUT", "/apiusers/"+ZapierSyncID, `{"name":"Zapier Sync","roleId":"`+OperationsRoleID+`"}`)
	if a := do(t, s, first, "GET", "/apiusers", ""); a.status != 200 {
		t.Errorf("after its role changed: %d", a.status)
	}
	admin(t, s, "DELETE", "/apiusers/"+ZapierSyncID, "")
	if a := do(t, s, first, "GET", "/me", ""); a.status != 401 || !strings.Contains(a.body, `"description":"token expired"`) {
		t.Errorf("after its API user went: %d %s", a.status, a.body)
	}
}

func TestGenerateAPIKeyRefusals(t *testing.T) {
	t.Parallel()
	s := unlimited()
	key(t, s, "zapier", AworkConnectorID) // has no client application
	for name, tc := range map[string]struct {
		client, body string
		status       int
		code         string
	}{
		"another client":    {"zapier", `{"apiUserId":"` + DatevExportID + `"}`, 400, "invalid-operation"},
		"unknown client":    {"gone", `{"apiUserId":"` + ZapierSyncID + `"}`, 404, "not-found"},
		"unknown API user":  {"zapier", `{"apiUserId":"` + unknownID + `"}`, 404, "not-found"},
		"no API user":       {"zapier", `{}`, 400, "validation-failed"},
		"API user no GUID":  {"zapier", `{"apiUserId":"zapier"}`, 400, "validation-failed"},
		"API user no text":  {"zapier", `{"apiUserId":true}`, 400, "validation-failed"},
		"body without JSON": {"zapier", `zapier`, 400, "invalid-model"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := admin(t, s, "POST", "/clientapplications/"+tc.client+"/generateapikey", tc.body)
			if a.status != tc.status || a.code() != tc.code {
				t.Errorf("got %d %s", a.status, a.body)
			}
		})
	}
}
