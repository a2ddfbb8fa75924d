package tools_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

func TestRulesOfKeys(t *testing.T) {
	t.Parallel()
	none := func(o *tools.Options) { o.Delivery = nil }
	policy := func(p tools.Policy) func(*tools.Options) {
		p.Tools = []string{"credentials"}
		return func(o *tools.Options) { o.Policy = p }
	}
	existing, rotate := args{"apiUserId": sandbox.ZapierSyncID}, "rotate_api_key"
	for name, tc := range map[string]struct {
		change    func(*tools.Options)
		tool      string
		arguments args
		outcome   string
		says      []string
	}{
		"no delivery, issue":        {none, "issue_api_key", existing, "blocked", []string{"--deliver file", "--deliver-dir", "keyring", "--deliver-command"}},
		"no delivery, rotate":       {none, rotate, existing, "blocked", []string{"--deliver file"}},
		"no delivery, secret":       {none, "generate_client_secret", args{"clientId": "datev-export"}, "blocked", []string{"--deliver file"}},
		"no delivery, confidential": {none, "create_client_application", args{"clientId": "vault", "displayName": "Vault", "isConfidential": true}, "blocked", []string{"--deliver file"}},

		"own, issue":        {nil, "issue_api_key", args{"apiUserId": sandbox.AdminUserID}, "blocked", []string{"itself"}},
		"own, rotate":       {nil, rotate, args{"apiUserId": sandbox.AdminUserID}, "blocked", []string{"itself"}},
		"protected, issue":  {policy(tools.Policy{Protect: []string{"zapier*"}}), "issue_api_key", existing, "blocked", []string{"--protect"}},
		"protected, rotate": {policy(tools.Policy{Protect: []string{sandbox.ZapierSyncID}}), rotate, existing, "blocked", []string{"--protect"}},
		"protected, client": {policy(tools.Policy{Protect: []string{"zapier*"}}), "delete_client_application", args{"clientId": "zapier", "apiUserIds": []string{sandbox.ZapierSyncID}}, "blocked", []string{"--protect"}},
		"own, client": {nil, "delete_client_application", args{"clientId": sandbox.OperationsClientID, "apiUserIds": []string{sandbox.AdminUserID, sandbox.ReaderUserID, sandbox.NobodyUserID}},
			"blocked", []string{"itself"}},

		"--allow-roles, issue":   {policy(tools.Policy{AllowRoles: []string{"User"}}), "issue_api_key", existing, "blocked", []string{"--allow-roles", "Integration"}},
		"--allow-roles, new":     {policy(tools.Policy{AllowRoles: []string{"User"}}), "issue_api_key", args{"name": "R", "roleId": "Integration"}, "blocked", []string{"--allow-roles"}},
		"--allow-roles, no role": {policy(tools.Policy{AllowRoles: []string{"none"}}), "issue_api_key", args{"apiUserId": sandbox.PowerBIReportID}, "blocked", []string{"--allow-roles", "without a role"}},
		"--allow-roles, rotate":  {policy(tools.Policy{AllowRoles: []string{"User"}}), rotate, existing, "blocked", []string{"--allow-roles"}},
		"--no-admin, issue":      {policy(tools.Policy{NoAdmin: true}), "issue_api_key", args{"apiUserId": sandbox.PowerBIReportID}, "blocked", []string{"--no-admin"}},
		"--no-admin, new":        {policy(tools.Policy{NoAdmin: true}), "issue_api_key", args{"name": "R", "admin": true}, "blocked", []string{"--no-admin"}},
		"--no-admin, rotate":     {policy(tools.Policy{NoAdmin: true}), rotate, args{"apiUserId": sandbox.PowerBIReportID}, "blocked", []string{"--no-admin"}},
		"human":                  {policy(tools.Policy{Confirm: "human"}), rotate, existing, "blocked", []string{"--confirm human"}},
		"strict":                 {policy(tools.Policy{Confirm: "strict"}), "issue_api_key", existing, "confirmation_required", []string{"Zapier Sync", "confirmationCode"}},

		"nothing":                  {nil, "issue_api_key", args{}, "invalid_input", []string{"apiUserId", "name and roleId"}},
		"both":                     {nil, "issue_api_key", args{"apiUserId": sandbox.ZapierSyncID, "name": "R"}, "invalid_input", []string{"leave apiUserId out"}},
		"a role for an existing":   {nil, "issue_api_key", args{"apiUserId": sandbox.ZapierSyncID, "roleId": "User"}, "invalid_input", []string{"leave apiUserId out"}},
		"no UUID":                  {nil, "issue_api_key", args{"apiUserId": "zapier"}, "invalid_input", []string{"apiUserId"}},
		"unknown":                  {nil, "issue_api_key", args{"apiUserId": unknownID}, "not_found", []string{"no API user with this id"}},
		"no role":                  {nil, "issue_api_key", args{"name": "R"}, "invalid_input", []string{"roleId", "list_roles"}},
		"hidden characters":        {nil, "issue_api_key", args{"name": "R\u202eobot", "roleId": "User"}, "invalid_input", []string{"invisible"}},
		"admin role, not named":    {nil, "issue_api_key", args{"name": "R", "roleId": "Workspace Auditor"}, "invalid_input", []string{"admin: true"}},
		"admin as text":            {nil, "issue_api_key", args{"name": "R", "admin": "true"}, "invalid_input", []string{"admin"}},
		"archived role":            {nil, "issue_api_key", args{"name": "R", "roleId": sandbox.ArchivedRoleID}, "invalid_input", []string{"archived"}},
		"another's client":         {nil, "issue_api_key", args{"apiUserId": sandbox.ZapierSyncID, "clientId": "datev-export"}, "invalid_input", []string{"contradicts"}},
		"no client":                {nil, "issue_api_key", args{"apiUserId": sandbox.AworkConnectorID}, "invalid_input", []string{"clientId is missing"}},
		"unknown client":           {nil, "issue_api_key", args{"name": "R", "roleId": "User", "clientId": "zappier"}, "invalid_input", []string{"zapier"}},
		"rotate nothing":           {nil, rotate, args{}, "invalid_input", []string{"apiUserId is required"}},
		"rotate unknown":           {nil, rotate, args{"apiUserId": unknownID}, "not_found", nil},
		"rotate without client":    {nil, rotate, args{"apiUserId": sandbox.AworkConnectorID}, "invalid_input", []string{"issue_api_key"}},
		"a key of an orphan":       {nil, "issue_api_key", args{"apiUserId": sandbox.HubSpotBridgeID}, "invalid_input", []string{"no longer exists", "Make a new one"}},
		"rotate an orphan":         {nil, rotate, args{"apiUserId": sandbox.HubSpotBridgeID}, "invalid_input", []string{"no longer exists", "issue_api_key"}},
		"rotate, archived role":    {nil, rotate, args{"apiUserId": sandbox.RelaunchImporterID}, "invalid_input", []string{"archived", "update_api_user"}},
		"client id with a slash":   {nil, "create_client_application", args{"clientId": "a/b", "displayName": "A"}, "invalid_input", []string{"clientId"}},
		"client id of dots":        {nil, "create_client_application", args{"clientId": "..", "displayName": "A"}, "invalid_input", []string{"clientId"}},
		"client id taken":          {nil, "create_client_application", args{"clientId": "Zapier", "displayName": "A"}, "invalid_input", []string{"taken"}},
		"client without name":      {nil, "create_client_application", args{"clientId": "vault", "displayName": " "}, "invalid_input", []string{"displayName"}},
		"secret of a public one":   {nil, "generate_client_secret", args{"clientId": "website-forms"}, "invalid_input", []string{"public"}},
		"secret of nobody":         {nil, "generate_client_secret", args{"clientId": "nobody"}, "invalid_input", []string{"nobody"}},
		"delete with API users":    {nil, "delete_client_application", args{"clientId": "zapier"}, "invalid_input", []string{sandbox.ZapierSyncID, "apiUserIds"}},
		"delete with some of them": {nil, "delete_client_application", args{"clientId": "time-dashboard", "apiUserIds": []string{sandbox.TimeDashboardID}}, "invalid_input", []string{sandbox.PowerBIReportID}},
		"delete with another's":    {nil, "delete_client_application", args{"clientId": "zapier", "apiUserIds": []string{sandbox.ZapierSyncID, sandbox.DatevExportID}}, "invalid_input", []string{sandbox.DatevExportID}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newKeyFixture(t, tc.change)
			a := r.call(tc.tool, tc.arguments).want(tc.outcome, tc.says...)
			if tc.outcome == "blocked" {
				preview := maps.Clone(tc.arguments)
				preview["preview"] = true
				r.call(tc.tool, preview).want("preview", tc.says...)
			}
			for _, q := range r.box.Requests() {
				if q.Method != http.MethodGet {
					t.Errorf("%s %s was sent: %s", q.Method, q.Path, a.text)
				}
			}
		})
	}
}
