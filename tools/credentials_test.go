package tools_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

func TestTheFamilyExistsByItsNameAlone(t *testing.T) {
	t.Parallel()
	family := []string{"create_client_application", "create_role", "delete_client_application", "generate_client_secret", "issue_api_key", "rotate_api_key", "suggest_role", "update_client_application"}
	for name, tc := range map[string]struct {
		policy tools.Policy
		want   []string
		err    string
	}{
		"by default":      {policy: tools.Policy{}},
		"by a glob":       {policy: tools.Policy{Tools: []string{"*"}}},
		"by its name":     {policy: tools.Policy{Tools: []string{"default", "credentials"}}, want: family},
		"by a tool's":     {policy: tools.Policy{Tools: []string{"issue_api_key"}}, want: []string{"issue_api_key"}},
		"read-only":       {policy: tools.Policy{Tools: []string{"default", "credentials"}, ReadOnly: true}, want: []string{"suggest_role"}},
		"read-only, tool": {policy: tools.Policy{Tools: []string{"issue_api_key"}, ReadOnly: true}, err: "--read-only"},
		"by a glob of it": {policy: tools.Policy{Tools: []string{"issue_*"}}, err: "names no tool"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, err := newTools(t, tc.policy)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, tool := range all.List() {
				if slices.Contains(family, tool.Name) {
					got = append(got, tool.Name)
					reads := tool.Name == "suggest_role"
					if a := tool.Annotations; *a.ReadOnlyHint != reads || *a.DestructiveHint == reads || !*a.OpenWorldHint {
						t.Errorf("%s: annotations %+v", tool.Name, a)
					}
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestKeysAndRotation goes from start to end: a key for a new API user, what it can
// do, its rotation, and the end of the old one.
func TestKeysAndRotation(t *testing.T) {
	t.Parallel()
	r := newKeyFixture(t, nil)
	r.form = true
	a := r.call("issue_api_key", args{"name": "Time Export", "roleId": "Time Tracking Reader"}).want("created", "Time Export", "compartment api-key", "time")
	for _, w := range []string{"Make a client application, an API user and a key", sandbox.WorkspaceName, `"Time Export"`, `"Time Tracking Reader"`, "What the key may do: ", "the safe"} {
		if !strings.Contains(r.question, w) {
			t.Errorf("the question lacks %q: %s", w, r.question)
		}
	}
	if strings.Contains(r.question, "ADMIN") {
		t.Errorf("the question: %s", r.question)
	}
	p := r.safe.only(t)
	u, _ := r.box.APIUser(a.APIUserID)
	if u.Name != "Time Export" || u.RoleID != sandbox.TimeReaderRoleID || u.ClientID != a.ClientID || !strings.HasPrefix(u.ClientID, "time-export-") || p.ClientID != u.ClientID || p.Kind != tools.KindAPIKey {
		t.Errorf("made %+v, delivered %+v: %s", u, p, a.text)
	}
	if a.APIUser.RoleName != "Time Tracking Reader" || a.APIUser.Admin || a.APIUser.ClientName != "Time Export" || a.APIUser.CreatedByName == "" {
		t.Errorf("shown as %+v", a.APIUser)
	}
	// It can do what its role may, and nothing else.
	for _, try := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "/me", "", 200}, {"GET", "/me/permissions", "", 200},
		{"GET", "/apiusers", "", 401}, {"GET", "/clientapplications", "", 401}, {"GET", "/roles", "", 401},
		{"POST", "/apiusers", `{"name":"More"}`, 401}, {"DELETE", "/apiusers/" + sandbox.ZapierSyncID, "", 401},
		{"PUT", "/apiusers/" + a.APIUserID, `{"name":"Time Export"}`, 401},
		{"POST", "/clientapplications/operations-console/generateapikey", `{"apiUserId":"` + sandbox.AdminUserID + `"}`, 401},
		{"POST", "/clientapplications/datev-export/generatesecret", "", 401},
	} {
		if status, body := r.as(p.Value, try.method, try.path, try.body); status != try.want {
			t.Errorf("%s %s with the key: %d %s", try.method, try.path, status, body)
		}
	}

	b := r.call("rotate_api_key", args{"apiUserId": a.APIUserID}).want("created", a.APIUserID, "delete_api_user")
	for _, w := range []string{"successor", `"Time Export"`, a.APIUserID, "stays as it is"} {
		if !strings.Contains(r.question, w) {
			t.Errorf("the question lacks %q: %s", w, r.question)
		}
	}
	if b.APIUserID != a.APIUserID || b.SuccessorID == a.APIUserID || b.APIUser.ID.String() != b.SuccessorID || b.Warnings != nil {
		t.Errorf("rotated: %s", b.text)
	}
	next, _ := r.box.APIUser(b.SuccessorID)
	if next.Name != u.Name || next.RoleID != u.RoleID || next.ClientID != u.ClientID {
		t.Errorf("the successor of %+v is %+v", u, next)
	}
	fresh := r.safe.secrets[1].Value
	for name, key := range map[string]awork.Secret{"old": p.Value, "new": fresh} {
		if status, body := r.as(key, "GET", "/me", ""); status != 200 {
			t.Errorf("the %s key after the rotation: %d %s", name, status, body)
		}
	}
	r.yes = false
	r.call("delete_api_user", args{"apiUserId": a.APIUserID}).want("declined")
	if _, ok := r.box.APIUser(a.APIUserID); !ok {
		t.Fatal("the old one is gone without a yes")
	}
	r.yes = true
	r.call("delete_api_user", args{"apiUserId": a.APIUserID}).want("deleted")
	if status, _ := r.as(p.Value, "GET", "/me", ""); status != 401 {
		t.Errorf("the old key after the delete, in the sandbox: %d", status)
	}
	if status, body := r.as(fresh, "GET", "/me", ""); status != 200 || !strings.Contains(body, b.SuccessorID) {
		t.Errorf("the new key after the delete: %d %s", status, body)
	}
	for _, text := range []string{a.Message, b.Message, r.question} {
		if strings.Contains(text, "will stop") || strings.Contains(text, "go on working") {
			t.Errorf("the fate of a key is promised: %s", text)
		}
	}
}
