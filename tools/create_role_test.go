package tools_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
)

// export is what a role for the nightly export needs.
func export(name string) args {
	return args{"name": name, "needs": []string{"projects:read", "timeentries:read"}}
}

// exportRights is what a role for it holds.
const exportRights = "project-master-data:read project-timetracking:read"

// newRole returns the role that is there and was not at the start.
func newRole(d *fixture) (made sandbox.Role, ok bool) {
	return newAmong(sandbox.New(sandbox.Options{Empty: true}).Roles(), d.box.Roles())
}

func permissionsOf(r sandbox.Role) string {
	var all []string
	for _, p := range r.Permissions {
		all = append(all, p.Feature+":"+strings.Join(slices.Sorted(slices.Values(p.AccessLevels)), "+"))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestCreateRole(t *testing.T) {
	t.Parallel()
	family := setup{policy: tools.Policy{Tools: everything()}}
	bothEras(t, "with what is needed", family, func(t *testing.T, d *fixture) {
		p := says(yes)
		a := p.call(d, "create_role", export("Nightly Export")).want("created", `"Nightly Export"`, "project-master-data (read), project-timetracking (read)", "issue_api_key")
		r, ok := newRole(d)
		if !ok || r.IsAdmin || permissionsOf(r) != exportRights {
			t.Errorf("made %+v", r)
		}
		a.same(r.ID, "roleId").same(r.ID, "role", "id").same(false, "role", "admin").same(nil, "exists").warns("project-timetracking:write")
		for _, w := range []string{"Make a role", sandbox.WorkspaceName, `"Nightly Export"`, "project-timetracking (read)", "Private projects"} {
			if q := p.heard[0].Message; !strings.Contains(q, w) {
				t.Errorf("the question lacks %q: %s", w, q)
			}
		}
		// What is listed next has it, and it can be given.
		d.call("create_api_user", args{"name": "Nightly Export", "roleId": "Nightly Export"}).want("created")
	})
	bothEras(t, "from the draft, as it is", family, func(t *testing.T, d *fixture) {
		d.call("list_roles", args{}).want("found") // which is cached
		s := d.call("suggest_role", args{"needs": []string{"GET /companies", "companies:write"}}).want("found", "create_role")
		d.call("create_role", s.at("draft")).want("created")
		r, _ := newRole(d)
		if permissionsOf(r) != "company-master-data:manage+read" || r.Name != s.str("draft", "name") {
			t.Errorf("made %s with %s", r.Name, permissionsOf(r))
		}
		d.call("suggest_role", args{"needs": []string{"companies:write"}}).want("found", "exactly").same(r.ID, "roles", 0, "id")
		says(yes).call(d, "create_role", args{"name": "Another", "needs": []string{"companies:write"}}).want("created").warns("exactly that already", r.Name)
	})
	bothEras(t, "not with what awork gave it", setup{policy: family.policy, sandbox: sandbox.Options{NewRolePermissions: []sandbox.Permission{
		{Feature: "workspace-manage-config", AccessLevels: []string{"read"}}, {Feature: "project-master-data", AccessLevels: []string{"read", "write"}}}}},
		func(t *testing.T, d *fixture) {
			d.call("create_role", export("Nightly Export")).want("created")
			if r, _ := newRole(d); permissionsOf(r) != exportRights {
				t.Errorf("made with %s", permissionsOf(r))
			}
		})
	bothEras(t, "declined", family, func(_ *testing.T, d *fixture) {
		says(accepts(args{"confirm": false})).call(d, "create_role", export("Nightly Export")).want("declined", "No role was created.")
		d.nothingWritten()
	})
}

// What would not work is found before anything is made.
func TestCreateRoleRefuses(t *testing.T) {
	t.Parallel()
	family := tools.Policy{Tools: everything()}
	writer := []sandbox.Permission{{Feature: "workspace-manage-config", AccessLevels: []string{"read", "write"}}}
	reader := []sandbox.Permission{{Feature: "workspace-manage-config", AccessLevels: []string{"read"}}, {Feature: "project-manage-config", AccessLevels: []string{"write"}}}
	plan := func(status int) setup {
		return setup{policy: family, faults: []sandbox.Fault{{Kind: sandbox.FaultStatus, Method: "POST", Path: "/roles", Status: status, Code: "insufficient-subscription-level"}}}
	}
	for name, c := range map[string]struct {
		setup   setup
		owner   []sandbox.Permission // of the token; nil for an admin's
		change  args
		outcome string
		words   []string
		sends   int // writes
	}{
		"the plan, 400":          {plan(400), nil, nil, "invalid_input", []string{"the plan", "Standard", "No role was created."}, 1},
		"the plan, 403":          {plan(403), nil, nil, "invalid_input", []string{"the plan", "Standard", "No role was created."}, 1},
		"a name that is taken":   {setup{policy: family}, nil, args{"name": " inteGRATION "}, "invalid_input", []string{`"Integration"`, sandbox.IntegrationRoleID}, 0},
		"no name":                {setup{policy: family}, nil, args{"name": " "}, "invalid_input", []string{"name"}, 0},
		"a name that hides":      {setup{policy: family}, nil, args{"name": "Expo\u202ert"}, "invalid_input", []string{"invisible"}, 0},
		"a token that can't":     {setup{policy: family}, writer, nil, "permission_denied", []string{"project-manage-config:write", "Nothing was changed."}, 0},
		"a token that reads":     {setup{policy: family}, reader, nil, "permission_denied", []string{"workspace-manage-config:write"}, 0},
		"a key maker":            {setup{policy: family}, nil, args{"needs": []string{"workspace-manage-config:read"}}, "invalid_input", []string{"would make an admin", "Have a person"}, 0},
		"a role maker":           {setup{policy: family}, nil, args{"needs": []string{"project-manage-config:write"}}, "invalid_input", []string{"would make an admin"}, 0},
		"one that is no feature": {setup{policy: family}, nil, args{"needs": []string{"projects:read", "wishes:read"}}, "invalid_input", []string{"no feature"}, 0},
		"words nobody knows":     {setup{policy: family}, nil, args{"needs": []string{"user-planning-data:write"}}, "invalid_input", []string{"not known which words"}, 0},
		"no needs":               {setup{policy: family}, nil, args{"needs": []string{}}, "invalid_input", []string{"1 to 30"}, 0},
		"--allow-roles":          {setup{policy: tools.Policy{Tools: everything(), AllowRoles: []string{"Nightly Export"}}}, nil, nil, "blocked", []string{"--allow-roles", "No role was created."}, 0},
		"--confirm strict":       {setup{policy: tools.Policy{Tools: everything(), Confirm: "strict"}}, nil, nil, "confirmation_required", []string{"Nightly Export"}, 0},
		"--confirm human":        {setup{policy: tools.Policy{Tools: everything(), Confirm: "human"}}, nil, nil, "blocked", []string{"--confirm human"}, 0},
		"--no-admin, none":       {setup{policy: tools.Policy{Tools: everything(), NoAdmin: true}}, nil, nil, "created", nil, 3},
	} {
		if c.owner != nil {
			c.setup.owner = "33333333-2222-4333-8444-555555555555"
		}
		bothEras(t, name, c.setup, func(t *testing.T, d *fixture) {
			d.box.AddRole(sandbox.Role{ID: unknownID, Name: "Operator", Permissions: c.owner})
			d.box.AddAPIUser(sandbox.APIUser{ID: "33333333-2222-4333-8444-555555555555", Name: "Operator", RoleID: unknownID})
			arguments := export("Nightly Export")
			for k, v := range c.change {
				arguments[k] = v
			}
			a := d.call("create_role", arguments).want(c.outcome, c.words...)
			if w := d.writes(); len(w) != c.sends {
				t.Errorf("sent %v", w)
			}
			if a.outcome() != "created" {
				if len(d.box.Roles()) != len(sandbox.New(sandbox.Options{Empty: true}).Roles())+1 {
					t.Error("a role was made")
				}
				a.same(nil, "exists")
			}
		})
	}
}

// Between the question and its answer somebody else makes a role of that name.
func TestCreateRoleTwiceAtOnce(t *testing.T) {
	t.Parallel()
	bothEras(t, "taken meanwhile", setup{policy: tools.Policy{Tools: everything()}}, func(_ *testing.T, d *fixture) {
		p := &person{answer: func(question) any {
			d.box.AddRole(sandbox.Role{ID: unknownID, Name: "NIGHTLY export"})
			return yes
		}}
		p.call(d, "create_role", export("Nightly Export")).want("invalid_input", "NIGHTLY export", unknownID)
		d.nothingWritten()
	})
}

// A call that is cancelled in the middle leaves no role that holds less than it
// should.
func TestCreateRoleCancelled(t *testing.T) {
	t.Parallel()
	for name, hit := range map[string]string{"while it is made": "/roles", "while it is filled": "/permissions", "while it is removed": "/delete"} {
		bothEras(t, name, setup{policy: tools.Policy{Tools: everything()}}, func(t *testing.T, d *fixture) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if hit == "/delete" {
				d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultUnauthorized, Method: "POST", Path: "/roles/*/permissions"})
			}
			d.wire.hook(func(r *http.Request) {
				if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, hit) {
					cancel()
				}
			}, nil)
			d.era = legacy
			d.send(ctx, mustJSON(map[string]any{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": map[string]any{"name": "create_role", "arguments": export("Nightly Export")}}))
			if r, ok := newRole(d); ok {
				t.Errorf("left: %s with %s", r.Name, permissionsOf(r))
			}
			if !slices.ContainsFunc(d.writes(), func(w string) bool { return strings.HasSuffix(w, "/delete") }) {
				t.Error("nothing was removed")
			}
		})
	}
}

// An API user that was given the role meanwhile would be an admin without it.
func TestCreateRoleStaysWhereSomebodyHoldsIt(t *testing.T) {
	t.Parallel()
	bothEras(t, "held", setup{policy: tools.Policy{Tools: everything()}}, func(t *testing.T, d *fixture) {
		d.box.AddFaults(sandbox.Fault{Kind: sandbox.FaultUnauthorized, Method: "POST", Path: "/roles/*/permissions", Skip: 1})
		d.wire.hook(nil, func(r *http.Request) {
			if made, ok := newRole(d); ok && r.Method == http.MethodPost {
				d.box.AddAPIUser(sandbox.APIUser{ID: unknownID, Name: "Quick", RoleID: made.ID})
			}
		})
		a := d.call("create_role", export("Nightly Export")).want("permission_denied", "What exists now", "An API user holds it already", "project-master-data (read)", "project-manage-config:write")
		r, ok := newRole(d)
		if !ok || permissionsOf(r) != "project-master-data:read" {
			t.Errorf("left: %s", permissionsOf(r))
		}
		a.same(r.ID, "roleId").same(r.ID, "exists", 0, "id").same("role", "exists", 0, "what").same(nil, "exists", 0, "cleanUp")
	})
}

// check_access says whether a role could be made: awork asks for a permission of
// its own for that.
func TestCheckAccessOfCreateRole(t *testing.T) {
	t.Parallel()
	config := sandbox.Permission{Feature: "workspace-manage-config", AccessLevels: []string{"read", "write"}}
	for name, c := range map[string]struct {
		permissions []sandbox.Permission
		works       bool
		why         string
	}{
		"config alone":     {[]sandbox.Permission{config}, false, "project-manage-config:write"},
		"reading projects": {[]sandbox.Permission{config, {Feature: "project-manage-config", AccessLevels: []string{"read"}}}, false, "project-manage-config:write"},
		"both":             {[]sandbox.Permission{config, {Feature: "project-manage-config", AccessLevels: []string{"write"}}}, true, "may"},
		"no config":        {[]sandbox.Permission{{Feature: "project-manage-config", AccessLevels: []string{"write"}}}, false, "workspace-manage-config:read"},
	} {
		bothEras(t, name, setup{policy: tools.Policy{Tools: everything()}, owner: unknownID}, func(t *testing.T, d *fixture) {
			d.box.AddRole(sandbox.Role{ID: unknownID, Name: "Operator", Permissions: c.permissions})
			d.box.AddAPIUser(sandbox.APIUser{ID: unknownID, Name: "Operator", RoleID: unknownID})
			for _, tool := range d.call("check_access", args{}).want("found").list("tools") {
				if at(tool, "name") != "create_role" {
					continue
				}
				if why, _ := at(tool, "why").(string); at(tool, "works") != c.works || !strings.Contains(why, c.why) {
					t.Errorf("create_role: %s", mustJSON(tool))
				}
			}
			if made := d.call("create_role", export("R")); (made.outcome() == "created") != c.works {
				t.Errorf("check_access says %t, and create_role %s", c.works, made.text)
			}
		})
	}
}
