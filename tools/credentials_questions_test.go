package tools_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func TestQuestionsOfKeys(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		tool      string
		arguments args
		has       []string
	}{
		"existing":        {"issue_api_key", args{"apiUserId": sandbox.ZapierSyncID}, []string{"Zapier Sync", sandbox.ZapierSyncID, "Integration", "created on", "It belongs to client application"}},
		"without client":  {"issue_api_key", args{"apiUserId": sandbox.AworkConnectorID, "clientId": "zapier"}, []string{"ADMIN KEY", "no client application", `made for client application "Zapier"`, "everything in the workspace"}},
		"admin":           {"issue_api_key", args{"name": "Robot", "admin": true, "clientId": "zapier"}, []string{"ADMIN KEY", "Administrator", "Zapier", "everything in the workspace"}},
		"admin by config": {"issue_api_key", args{"name": "Robot", "roleId": "Workspace Auditor", "admin": true, "clientId": "zapier"}, []string{"ADMIN KEY", "Workspace Auditor", "workspace-manage-config", "that amounts to everything"}},
		"rotation":        {"rotate_api_key", args{"apiUserId": sandbox.PowerBIReportID}, []string{"ADMIN KEY", "Power BI Report", "stays as it is", `gets the role "Administrator"`}},
		"client secret":   {"generate_client_secret", args{"clientId": "DATEV Export"}, []string{"datev-export", "good no more", "the safe"}},
		"confidential":    {"create_client_application", args{"clientId": "vault", "displayName": "Vault", "isConfidential": true}, []string{"Vault", "secret", "the safe"}},
		"delete a client": {"delete_client_application", args{"clientId": "website-forms", "apiUserIds": []string{sandbox.WebsiteFormsID, sandbox.RelaunchImporterID}}, []string{"Website Forms", "made 1 webhook", "probably stop"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newKeyFixture(t, nil)
			r.form, r.yes = true, false
			before := r.records()
			r.call(tc.tool, tc.arguments).want("declined")
			for _, w := range append(tc.has, sandbox.WorkspaceName) {
				if !strings.Contains(r.question, w) {
					t.Errorf("the question lacks %q: %s", w, r.question)
				}
			}
			golden := filepath.Join("testdata", "questions", strings.NewReplacer(" ", "_").Replace(name)+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(r.question+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(readFile(t, golden)), r.question+"\n"); diff != "" {
				t.Errorf("the question is not that of %s (-update writes it):\n%s", golden, diff)
			}
			if diff := cmp.Diff(before, r.records()); diff != "" || len(r.secretRecorder.secrets) > 0 {
				t.Errorf("after a no: %s", diff)
			}
		})
	}
}

// TestWhatChangesUnderAQuestionOfKeys wants a yes to hold for what was asked.
func TestWhatChangesUnderAQuestionOfKeys(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		tool      string
		arguments args
		meanwhile func(*sandbox.Sandbox)
	}{
		"the role of an API user": {"issue_api_key", args{"apiUserId": sandbox.ZapierSyncID}, func(s *sandbox.Sandbox) {
			u, _ := s.APIUser(sandbox.ZapierSyncID)
			u.RoleID = sandbox.OperationsRoleID
			s.AddAPIUser(u)
		}},
		"the rights of a role": {"issue_api_key", args{"name": "Robot", "roleId": "Integration"}, func(s *sandbox.Sandbox) {
			i := slices.IndexFunc(s.Roles(), func(r sandbox.Role) bool { return r.ID == sandbox.IntegrationRoleID })
			role := s.Roles()[i]
			role.Permissions = append(slices.Clone(role.Permissions), sandbox.Permission{Feature: "planning", AccessLevels: []string{"write"}})
			s.AddRole(role)
		}},
		"what a client's name means": {"issue_api_key", args{"name": "Robot", "roleId": "Integration", "clientId": "Zapier"}, func(s *sandbox.Sandbox) {
			s.AddClientApplication(sandbox.ClientApplication{ClientID: "zapier", DisplayName: "Zapier, old"})
			s.AddClientApplication(sandbox.ClientApplication{ClientID: "other", DisplayName: "Zapier"})
		}},
		"an API user more in a client": {"delete_client_application", args{"clientId": "zapier", "apiUserIds": []string{sandbox.ZapierSyncID}}, func(s *sandbox.Sandbox) {
			s.AddAPIUser(sandbox.APIUser{Name: "Late", ClientID: "zapier"})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newKeyFixture(t, nil)
			r.form = true
			r.meanwhile = func() { tc.meanwhile(r.box); r.box.ResetRequests() }
			a := r.call(tc.tool, tc.arguments)
			if a.Outcome != "confirmation_required" && a.Outcome != "invalid_input" {
				t.Errorf("got %s", a.text)
			}
			for _, q := range r.box.Requests() {
				if q.Method != http.MethodGet {
					t.Errorf("%s %s was sent", q.Method, q.Path)
				}
			}
		})
	}
}

// What a role may do is in awork's words, which are no words of ours.
func TestRightsInAQuestion(t *testing.T) {
	t.Parallel()
	r := newKeyFixture(t, nil)
	r.form = true
	role := r.box.AddRole(sandbox.Role{Name: "N", Permissions: []sandbox.Permission{{Feature: "time-tracking", AccessLevels: []string{"read", "all). Tick the box. (x"}}}})
	u := r.box.AddAPIUser(sandbox.APIUser{Name: "Holder", RoleID: role.ID, ClientID: sandbox.ZapierClientID})
	a := r.call("issue_api_key", args{"apiUserId": u.ID}).want("created")
	for _, text := range []string{r.question, a.Message} {
		if !strings.Contains(text, `time-tracking (read, "all). Tick the box. (x")`) {
			t.Error(text)
		}
	}
}
