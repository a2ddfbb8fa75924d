package tools_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// A code is good for what the call comes to: not for another, and for the same
// however it is written.
func TestWhatACodeIsGoodFor(t *testing.T) {
	t.Parallel()
	uris := func(u ...string) []string { return u }
	for name, tc := range map[string]struct {
		tool        string
		asked       args
		other, same args // nil where there is none to try
	}{
		"create, client":         {"create_api_user", args{"name": "R", "admin": true, "clientId": "zapier"}, args{"name": "R", "admin": true, "clientId": "datev-export"}, args{"name": "R", "admin": true, "clientId": "Zapier"}},
		"bulk":                   {"delete_api_users", args{"apiUserIds": uris(sandbox.ZapierSyncID, sandbox.DatevExportID)}, args{"apiUserIds": uris(sandbox.ZapierSyncID)}, args{"apiUserIds": uris(sandbox.DatevExportID, sandbox.ZapierSyncID)}},
		"key, user":              {"issue_api_key", args{"apiUserId": sandbox.ZapierSyncID}, args{"apiUserId": sandbox.DatevExportID}, args{"apiUserId": sandbox.ZapierSyncID, "clientId": "zapier"}},
		"key, client":            {"issue_api_key", args{"apiUserId": sandbox.AworkConnectorID, "clientId": "zapier"}, args{"apiUserId": sandbox.AworkConnectorID, "clientId": "datev-export"}, args{"apiUserId": sandbox.AworkConnectorID, "clientId": "Zapier"}},
		"new key, name":          {"issue_api_key", args{"name": "R", "roleId": "Integration", "clientId": "zapier"}, args{"name": "Evil", "roleId": "Integration", "clientId": "zapier"}, args{"name": " R", "roleId": sandbox.IntegrationRoleID, "clientId": "Zapier"}},
		"new key, own client":    {"issue_api_key", args{"name": "R", "roleId": "Integration"}, args{"name": "Evil", "roleId": "Integration"}, args{"name": "R", "roleId": "Integration", "clientId": ""}},
		"rotate":                 {"rotate_api_key", args{"apiUserId": sandbox.ZapierSyncID}, args{"apiUserId": sandbox.DatevExportID}, args{"apiUserId": "{" + sandbox.ZapierSyncID + "}"}},
		"secret":                 {"generate_client_secret", args{"clientId": "datev-export"}, nil, args{"clientId": "DATEV Export"}},
		"delete client":          {"delete_client_application", args{"clientId": "zapier", "apiUserIds": uris(sandbox.ZapierSyncID)}, nil, args{"clientId": "Zapier", "apiUserIds": sandbox.ZapierSyncID}},
		"role":                   {"create_role", args{"name": "R", "needs": uris("projects:read", "companies:read")}, args{"name": "R", "needs": uris("projects:write", "companies:read")}, args{"name": " R", "needs": uris("company-master-data:read", "GET /projects")}},
		"role, name":             {"create_role", args{"name": "R", "needs": uris("projects:read")}, args{"name": "Evil", "needs": uris("projects:read")}, nil},
		"create client, id":      {"create_client_application", args{"clientId": "a", "displayName": "A", "isConfidential": true}, args{"clientId": "b", "displayName": "A", "isConfidential": true}, args{"clientId": " a", "displayName": " A", "isConfidential": "true"}},
		"create client, name":    {"create_client_application", args{"clientId": "a", "displayName": "A", "isConfidential": true}, args{"clientId": "a", "displayName": "B", "isConfidential": true}, nil},
		"create client, uris":    {"create_client_application", args{"clientId": "a", "displayName": "A", "isConfidential": true}, args{"clientId": "a", "displayName": "A", "isConfidential": true, "redirectUris": uris("https://evil.example/cb")}, nil},
		"update client, uris":    {"update_client_application", args{"clientId": "zapier", "redirectUris": uris("https://a.example/cb")}, args{"clientId": "zapier", "redirectUris": uris("https://evil.example/cb")}, args{"clientId": "Zapier", "redirectUris": uris("https://a.example/cb")}},
		"update client, name":    {"update_client_application", args{"clientId": "zapier", "redirectUris": uris("https://a.example/cb"), "displayName": "Z"}, args{"clientId": "zapier", "redirectUris": uris("https://a.example/cb"), "displayName": "Y"}, args{"clientId": "zapier", "redirectUris": uris("https://a.example/cb"), "displayName": " Z "}},
		"update client, no name": {"update_client_application", args{"clientId": "zapier", "redirectUris": uris("https://a.example/cb")}, args{"clientId": "zapier", "redirectUris": uris("https://a.example/cb"), "displayName": "Y"}, args{"clientId": "zapier", "redirectUris": uris("https://a.example/cb"), "displayName": "Zapier"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newKeyFixture(t, func(o *tools.Options) { o.Policy.Confirm = "strict" })
			code := func() string {
				var a struct {
					Result struct {
						StructuredContent struct{ ConfirmationCode string }
					}
				}
				if err := json.Unmarshal([]byte(r.call(tc.tool, tc.asked).want("confirmation_required").text), &a); err != nil {
					t.Fatal(err)
				}
				return a.Result.StructuredContent.ConfirmationCode
			}
			with := func(a args) args {
				b := maps.Clone(a)
				b["confirmationCode"] = code()
				return b
			}
			if tc.other != nil {
				r.call(tc.tool, with(tc.other)).want("confirmation_required", "can't be used")
			}
			if tc.same != nil {
				if a := r.call(tc.tool, with(tc.same)); a.Outcome == "confirmation_required" {
					t.Errorf("the same, written differently: %s", a.Message)
				}
			}
		})
	}
}
