package awork

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func TestMe(t *testing.T) {
	t.Parallel()
	backend := sandbox.New(sandbox.Options{})
	for token, want := range map[string]struct {
		id          string
		read, write bool
	}{
		sandbox.AdminToken:  {sandbox.AdminUserID, true, true},
		sandbox.ReaderToken: {sandbox.ReaderUserID, true, false},
		sandbox.NobodyToken: {sandbox.NobodyUserID, false, false},
	} {
		c := clientWith(t, backend.RoundTripper(), token)
		me, err := c.Me(t.Context())
		if err != nil || me.ID.String() != want.id || me.Name() == "" || me.Workspace.ID.String() != sandbox.WorkspaceID || me.Workspace.Name == "" {
			t.Errorf("%s: got %+v, %v", token, me, err)
		}
		p, err := c.MyPermissions(t.Context())
		if err != nil || p.CanReadConfig() != want.read || p.CanWriteConfig() != want.write {
			t.Errorf("%s: got %+v, %v", token, p, err)
		}
	}
	c := clientWith(t, backend.RoundTripper(), "no-such-token")
	if _, err := c.Me(t.Context()); !Is(err, KindUnauthenticated) {
		t.Errorf("a bad token: %v", err)
	}
	if _, err := c.MyPermissions(t.Context()); !Is(err, KindUnauthenticated) {
		t.Errorf("a bad token: %v", err)
	}
}

// TestMeAnswers: what is no person and no API user is not believed.
func TestMeAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer reply
		kind   Kind
	}{
		"good":             {asJSON(200, goodMe), none},
		"awork's 401":      {asJSON(401, deniedBody), KindUnauthenticated},
		"the gateway's":    {asJSON(401, gatewayBad), KindUnauthenticated},
		"somebody's 401":   {asHTML(401, "<html>"), KindUnauthenticated},
		"a page":           {asHTML(200, goodMe), KindUpstream},
		"no type":          {reply{status: 200, body: goodMe}, KindUpstream},
		"no id":            {asJSON(200, `{"firstName":"A"}`), KindUpstream},
		"405":              {asJSON(405, notFound), KindUpstream},
		"problem JSON":     {reply{status: 401, body: deniedBody, header: map[string]string{"Content-Type": "application/problem+json"}}, KindUnauthenticated},
		"403, a page":      {asHTML(403, "<html>"), KindUpstream},
		"no content":       {reply{status: 204}, KindUpstream},
		"null for a world": {asJSON(200, "null"), KindUpstream},
	} {
		s := &script{replies: map[string][]reply{"GET /me": {tc.answer}}}
		c := clientWith(t, s, "canary-token")
		me, err := c.Me(t.Context())
		if tc.kind == none && (err != nil || me == nil) || tc.kind != none && (me != nil || !Is(err, tc.kind)) {
			t.Errorf("%s: got %v, %v", name, me, err)
		}
		if len(s.asked) != 1 {
			t.Errorf("%s: asked %q", name, s.asked[1:])
		}
		if c.answersAsAwork.Load() != (tc.kind == none) {
			t.Errorf("%s: 404s are believed: %v", name, c.answersAsAwork.Load())
		}
	}
}

func TestConfigLevels(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		p           Permissions
		read, write bool
		// roles: roles may be made and filled; rights: those of a role may be changed.
		roles, rights bool
	}{
		"none":           {p: Permissions{}},
		"admin":          {p: Permissions{IsAdmin: true}, read: true, write: true, roles: true},
		"read":           {p: features(manageConfig, "read"), read: true},
		"Manage":         {p: features("Workspace-Manage-Config", "Manage"), read: true, write: true},
		"config":         {p: features(manageConfig, "config"), read: true, write: true},
		"write, in two":  {p: features(manageConfig, "read", manageConfig, "write"), read: true, write: true},
		"a new word":     {p: features(manageConfig, "peek"), read: true},
		"no level":       {p: Permissions{Features: []Permission{{manageConfig, nil}}}},
		"another's":      {p: features("user-manage-config", "write")},
		"delete, no use": {p: features(manageConfig, "delete"), read: true},
		"rights":         {p: features(projectConfig, "write"), rights: true},
		"rights, read":   {p: features(manageConfig, "write", projectConfig, "Read"), read: true, write: true},
		"both":           {p: features(manageConfig, "write", projectConfig, "write"), read: true, write: true, roles: true, rights: true},
		"both, in part":  {p: features(manageConfig, "read", projectConfig, "write"), read: true, rights: true},
	} {
		if tc.p.CanReadConfig() != tc.read || tc.p.CanWriteConfig() != tc.write {
			t.Errorf("%s: read %v, write %v", name, tc.p.CanReadConfig(), tc.p.CanWriteConfig())
		}
		if tc.p.CanWriteRoles() != tc.roles || ManagesRoles(tc.p.Features) != tc.rights {
			t.Errorf("%s: roles %v, rights %v", name, tc.p.CanWriteRoles(), ManagesRoles(tc.p.Features))
		}
	}
}

// features are those with a name and an access level each.
func features(pairs ...string) (p Permissions) {
	for i := 0; i < len(pairs); i += 2 {
		p.Features = append(p.Features, Permission{pairs[i], pairs[i+1 : i+2]})
	}
	return p
}

func TestRoles(t *testing.T) {
	t.Parallel()
	_, c := workspace(t)
	roles, err := c.ListRoles(t.Context())
	if err != nil || len(roles) == 0 {
		t.Fatal(err)
	}
	admins := 0
	for _, role := range roles {
		if role.IsAdminRole {
			admins++
		}
	}
	if admins != 1 {
		t.Errorf("%d admin roles", admins)
	}
	if role, err := c.GetRole(t.Context(), roles[0].ID); err != nil || *role != roles[0] {
		t.Errorf("one read alone is %+v, %v", role, err)
	}
	if features, err := c.Features(t.Context()); err != nil || !slices.Contains(features, manageConfig) {
		t.Errorf("got %q, %v", features, err)
	}
	p, err := c.RolePermissions(t.Context(), uuid.MustParse(sandbox.AuditorRoleID))
	if err != nil || !ManagesConfig(p) {
		t.Errorf("got %v, %v", p, err)
	}
	p, err = c.RolePermissions(t.Context(), uuid.MustParse(sandbox.IntegrationRoleID))
	if err != nil || ManagesConfig(p) {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestOtherLists(t *testing.T) {
	t.Parallel()
	backend, c := workspace(t)
	apps, err := c.ListClientApplications(t.Context())
	if err != nil || len(apps) != len(backend.ClientApplications()) || apps[0].ClientID != sandbox.ZapierClientID || apps[0].DisplayName != "Zapier" {
		t.Errorf("got %+v, %v", apps, err)
	}
	hooks, err := c.ListWebhooks(t.Context())
	if err != nil || len(hooks) != len(backend.Webhooks()) || hooks[0].ID.String() != sandbox.SlackWebhookID {
		t.Errorf("got %+v, %v", hooks, err)
	}
	users, err := c.ListUsers(t.Context())
	if want := len(backend.Users()) + len(backend.APIUsers()); err != nil || len(users) != want || users[0].Name() == "" {
		t.Errorf("got %d users, %v, want %d", len(users), err, want)
	}
}
