package tools_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// TestIntentsOfCredentials: each intent names what it is about, before awork has
// given that an id.
func TestIntentsOfCredentials(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		tool      string
		arguments args
		want      []string // API user, name and client application of each intent
	}{
		{"issue_api_key", args{"apiUserId": sandbox.ZapierSyncID}, []string{sandbox.ZapierSyncID + " Zapier Sync zapier"}},
		{"issue_api_key", args{"name": "Time Export", "roleId": "User"},
			[]string{" Time Export time-export-?", " Time Export time-export-?", "? Time Export time-export-?"}},
		{"issue_api_key", args{"name": "Time Export", "roleId": "User", "clientId": "zapier"},
			[]string{" Time Export zapier", "? Time Export zapier"}},
		{"create_client_application", args{"clientId": "vault", "displayName": "Vault"}, []string{" Vault vault"}},
		{"update_client_application", args{"clientId": "zapier", "displayName": "Zap"}, []string{" Zapier zapier"}},
		{"generate_client_secret", args{"clientId": "datev-export"}, []string{" DATEV Export datev-export"}},
	} {
		r := newKeyFixture(t, func(o *tools.Options) { o.Policy.Confirm = "never" })
		if a := r.call(tc.tool, tc.arguments); a.Outcome != "created" && a.Outcome != "updated" {
			t.Errorf("%s: %s", tc.tool, a.text)
		}
		var got []string
		for line := range strings.Lines(r.journal()) {
			var e journal.Entry
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			if e.Phase == journal.PhaseIntent {
				got = append(got, intentWords(e, tc.arguments))
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s %v: got %q, want %q", tc.tool, tc.arguments, got, tc.want)
		}
	}
}

// intentWords is what an intent names; ? stands for what only the call has found out.
func intentWords(e journal.Entry, arguments args) string {
	id, client := "", e.ClientID
	if e.APIUserID.String() != sandbox.ZeroID {
		id = e.APIUserID.String()
	}
	if id != "" && id != arguments["apiUserId"] {
		id = "?"
	}
	if made, ok := strings.CutPrefix(client, "time-export-"); ok && made != "" {
		client = "time-export-?"
	}
	return fmt.Sprintf("%s %s %s", id, e.Name, client)
}

// TestNothingExistsOfIt is claimed where it is known, and only there.
func TestNothingExistsOfIt(t *testing.T) {
	t.Parallel()
	create := args{"name": "Time Export", "roleId": "User"}
	inClient := args{"name": "Time Export", "roleId": "User", "clientId": "zapier"}
	for name, tc := range map[string]struct {
		arguments args
		faults    []sandbox.Fault
		outcome   string
		claimed   bool
	}{
		"client application refused": {create,
			[]sandbox.Fault{{Kind: sandbox.FaultUnauthorized, Method: "POST", Path: "/clientapplications"}}, "permission_denied", true},
		"API user refused": {inClient,
			[]sandbox.Fault{{Kind: sandbox.FaultUnauthorized, Method: "POST", Path: "/apiusers"}}, "permission_denied", true},
		"API user lost": {inClient, []sandbox.Fault{{Kind: sandbox.FaultLostBefore, Method: "POST", Path: "/apiusers"},
			{Kind: sandbox.FaultStatus, Method: "GET", Path: "/apiusers", Skip: 1, Status: 403}}, "unknown", false},
	} {
		r := newKeyFixture(t, nil)
		r.box.AddFaults(tc.faults...)
		a := r.call("issue_api_key", tc.arguments).want(tc.outcome)
		if strings.Contains(a.Message, "Nothing exists of it.") != tc.claimed || a.Exists != nil {
			t.Errorf("%s: %s", name, a.text)
		}
	}
}
