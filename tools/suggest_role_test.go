package tools_test

import (
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

func TestSuggestRole(t *testing.T) {
	t.Parallel()
	family := setup{policy: tools.Policy{Tools: everything()}}
	exact := sandbox.Role{ID: unknownID, Name: "Clients", Permissions: []sandbox.Permission{{Feature: "company-master-data", AccessLevels: []string{"read"}}}}
	wider := sandbox.Role{ID: "22222222-2222-4333-8444-555555555555", Name: "A wider one", Permissions: []sandbox.Permission{
		{Feature: "company-master-data", AccessLevels: []string{"read", "write"}}, {Feature: "project-create", AccessLevels: []string{"write"}}}}
	bothEras(t, "an exact one", family, func(_ *testing.T, d *fixture) {
		d.box.AddRole(wider)
		d.box.AddRole(exact)
		for _, need := range []string{"companies:read", " Companies : read ", "company-master-data:read", "GET /companies", "get https://api.awork.com/api/v1/companies"} {
			a := d.call("suggest_role", args{"needs": []string{need}}).want("found", "exactly", `"Clients"`)
			a.same(unknownID, "roles", 0, "id").same(nil, "draft")
		}
		d.nothingWritten()
	})
	bothEras(t, "a wider one, and a draft", family, func(t *testing.T, d *fixture) {
		d.box.AddRole(wider)
		a := d.call("suggest_role", args{"needs": []string{"companies:write", "companies:read"}}).want("found", `"A wider one"`)
		a.same("A wider one", "roles", 0, "name").same("project-create", "roles", 0, "surplus", 0, "feature")
		if got := string(mustJSON(a.at("draft"))); got != `{"name":"API company-master-data:write","needs":["company-master-data:write"]}` {
			t.Errorf("the draft is %s", got)
		}
		if got := string(mustJSON(a.at("permissions"))); got != `[{"accessLevels":["read","write"],"feature":"company-master-data"}]` {
			t.Errorf("it would hold %s", got)
		}
	})
	bothEras(t, "an area as traces name it", family, func(_ *testing.T, d *fixture) {
		d.call("suggest_role", args{"needs": []string{"time entries:read"}}).want("found").same("project-timetracking:read", "draft", "needs", 0)
	})
	bothEras(t, "a new project", family, func(_ *testing.T, d *fixture) {
		d.call("suggest_role", args{"needs": []string{"POST /projects"}}).want("found").same("project-create:write", "draft", "needs", 0)
	})
	bothEras(t, "no words for writing", family, func(_ *testing.T, d *fixture) {
		d.call("suggest_role", args{"needs": []string{"user-planning-data:write"}}).want("found", "No role covers").same(nil, "draft").warns("user-planning-data:write")
	})
	for name, c := range map[string]struct {
		needs []string
		words []string
	}{
		"a key maker":       {[]string{"workspace-manage-config:read"}, []string{"would make an admin", "key", "webhook"}},
		"webhooks":          {[]string{"POST /webhooks"}, []string{"would make an admin"}},
		"a role maker":      {[]string{"project-manage-config:write"}, []string{"would make an admin", "custom fields"}},
		"an admin's":        {[]string{"POST /teams"}, []string{"no role"}},
		"nothing":           {[]string{}, []string{"1 to 30"}},
		"another level":     {[]string{"projects:own"}, []string{"read or write"}},
		"no level":          {[]string{"projects"}, []string{"read or write"}},
		"another feature":   {[]string{"wishes:read"}, []string{"no feature", "project-master-data"}},
		"another request":   {[]string{"GET /wishes"}, []string{"no request"}},
		"another method":    {[]string{"LOOK /projects"}, []string{"a method and a path"}},
		"what everyone may": {[]string{"GET /me"}, []string{"every user"}},
		"for itself":        {[]string{"POST /me/timetracking/start"}, []string{"every user", "for itself", "Leave it out"}},
		"words":             {[]string{"read projects"}, []string{"a method and a path", "read or write"}},
	} {
		bothEras(t, name, family, func(_ *testing.T, d *fixture) {
			d.call("suggest_role", args{"needs": c.needs}).want("invalid_input", c.words...)
			d.nothingWritten()
		})
	}
}
