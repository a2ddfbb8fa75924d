package sandbox

import (
	"strings"
	"testing"
)

func TestClientApplications(t *testing.T) {
	t.Parallel()
	a := admin(t, unlimited(), "GET", "/clientapplications", "")
	var apps []wireClient
	a.json(t, &apps)
	if len(apps) != 5 || apps[0].ClientID != ZapierClientID || strings.Contains(a.body, "ecret") {
		t.Errorf("got %s", a.body)
	}
}

func TestCreateClientApplication(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body   string
		status int
		code   string
		secret bool
	}{
		"confidential": {
			`{"clientId":"new","displayName":"New","redirectUris":["https://a.example/"],"isConfidential":true}`,
			200, "", true,
		},
		"public":     {`{"clientId":"new"}`, 200, "", false},
		"no id":      {`{"displayName":"New"}`, 400, "validation-failed", false},
		"used id":    {`{"clientId":"zapier"}`, 400, "duplication-violation", false},
		"wrong type": {`{"clientId":"new","redirectUris":"https://a.example/"}`, 400, "validation-failed", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := unlimited()
			a := admin(t, s, "POST", "/clientapplications", tc.body)
			if a.status != tc.status || a.code() != tc.code || strings.Contains(a.body, "clientSecret") != tc.secret {
				t.Errorf("got %d %s", a.status, a.body)
			}
			if exists := admin(t, s, "GET", "/clientapplications/new", "").status == 200; exists != (tc.status == 200) {
				t.Errorf("exists: %v", exists)
			}
		})
	}
}

func TestChangeClientApplication(t *testing.T) {
	t.Parallel()
	s := unlimited()
	a := admin(t, s, "PUT", "/clientapplications/zapier", `{"displayName":"Zaps","isConfidential":false}`)
	var app wireClient
	a.json(t, &app)
	if a.status != 200 || app.DisplayName != "Zaps" || len(app.RedirectURIs) != 0 || !app.IsConfidential {
		t.Errorf("PUT: %d %s", a.status, a.body)
	}
	secret := s.ClientApplications()[0].Secret
	if a = admin(t, s, "POST", "/clientapplications/zapier/generatesecret", ""); a.status != 200 {
		t.Errorf("generatesecret: %d %s", a.status, a.body)
	}
	if now := s.ClientApplications()[0].Secret; now == secret || !strings.Contains(a.body, now) {
		t.Errorf("the secret is %s, the answer %s", now, a.body)
	}
	if a = admin(t, s, "POST", "/clientapplications/website-forms/generatesecret", ""); a.status != 400 {
		t.Errorf("a public one's secret: %d", a.status)
	}
	if a = admin(t, s, "DELETE", "/clientapplications/zapier", ""); a.status != 204 {
		t.Errorf("DELETE: %d", a.status)
	}
	if u, found := s.APIUser(ZapierSyncID); !found || u.ClientID != ZapierClientID {
		t.Errorf("its API user is %+v", u)
	}
	for _, call := range []string{"GET ", "PUT ", "DELETE ", "POST /generatesecret"} {
		method, suffix, _ := strings.Cut(call, " ")
		if a = admin(t, s, method, "/clientapplications/zapier"+suffix, `{}`); a.status != 404 || a.code() != "not-found" {
			t.Errorf("%s: %d %s", call, a.status, a.body)
		}
	}
}

func key(t *testing.T, s *Sandbox, clientID, apiUserID string) string {
	t.Helper()
	path, body := "/clientapplications/"+clientID+"/generateapikey", `{"apiUserId":"`+apiUserID+`"}`
	a := do(t, s, ReaderToken, "POST", path, body)
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
	if a := do(t, s, first, "GET", "/me", ""); a.status != 401 || !strings.Contains(a.body, `:"token expired"`) {
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
