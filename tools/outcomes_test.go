package tools_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

func fault(kind sandbox.FaultKind) sandbox.Fault { return sandbox.Fault{Kind: kind} }

func status(code int) sandbox.Fault {
	return sandbox.Fault{Kind: sandbox.FaultStatus, Status: code}
}

func refusedWith(code string) sandbox.Fault {
	return sandbox.Fault{Kind: sandbox.FaultStatus, Status: 400, Code: code}
}

func times(n int, f sandbox.Fault) sandbox.Fault {
	f.Times = n
	return f
}

func on(method, path string, f sandbox.Fault) sandbox.Fault {
	f.Method, f.Path = method, path
	return f
}

// bothEras runs a test in a bubble of its own, once for each era, with a fixture
// that has these faults.
func bothEras(t *testing.T, name string, s setup, f func(*testing.T, *fixture)) {
	t.Run(name, func(t *testing.T) {
		parallelSynctest(t, func(t *testing.T) {
			for _, e := range eras() {
				d := open(t, s)
				d.era = e
				f(t, d)
			}
		})
	})
}

// A refusal names what was asked for in the words of the tool's title.
func TestARefusalNamesTheTool(t *testing.T) {
	t.Parallel()
	bothEras(t, "get", setup{}, func(_ *testing.T, d *fixture) {
		d.box.AddFaults(on("GET", "/apiusers/*", fault(sandbox.FaultUnauthorized)))
		d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("permission_denied", "(get API user)")
	})
}

// The answers that awork may give to a read, and how each is reported.
func TestAworksAnswersToReads(t *testing.T) {
	t.Parallel()
	// What the tools ask first.
	paths := map[string]string{
		"list_api_users": "/apiusers", "get_api_user": "/apiusers/*", "audit_api_users": "/apiusers", "list_roles": "/roles",
		"list_client_applications": "/clientapplications", "check_access": "/me/permissions",
	}
	for _, c := range []struct {
		name    string
		fault   sandbox.Fault
		outcome string
		words   []string
		check   func(*testing.T, answer)
	}{
		{"400", refusedWith("validation-failed"), "invalid_input", []string{"400"}, code(400)},
		{"concurrency", refusedWith("concurrency-violation"), "upstream_error", []string{"try again"}, code(400)},
		{"database", refusedWith("database-commit"), "upstream_error", []string{"try again"}, code(400)},
		{"permission", fault(sandbox.FaultUnauthorized), "permission_denied", []string{"Sandbox Admin", sandbox.AdminUserID, "admin of the workspace"}, code(401)},
		{"bad token", fault(sandbox.FaultBadToken), "unauthenticated", []string{"token", "AWORK_TOKEN"}, code(401)},
		{"firewall", fault(sandbox.FaultForbidden), "upstream_error", []string{"403", "firewall", "no missing permission"}, func(t *testing.T, a answer) {
			if a.str("error", "edgeRef") == "" || a.at("requiredPermission") != nil {
				t.Errorf("a 403 of the edge firewall: %s", a.text)
			}
		}},
		{"404 not awork's", fault(sandbox.FaultNotFoundPlain), "upstream_error", []string{baseURL}, code(404)},
		{"429 long", sandbox.Fault{Kind: sandbox.FaultRateLimited, Reset: 30}, "rate_limited", []string{"30 seconds"}, func(_ *testing.T, a answer) {
			a.same(30, "retryAfterSeconds")
		}},
		{"429 short", sandbox.Fault{Kind: sandbox.FaultRateLimited, Reset: 3, Times: 1}, "found", nil, nil},
		{"500", status(500), "upstream_error", []string{"500"}, code(500)},
		{"418", status(418), "upstream_error", []string{"418"}, code(418)},
		{"502", status(502), "unavailable", []string{"502"}, code(502)},
		{"503", status(503), "unavailable", []string{"503"}, code(503)},
		{"504", status(504), "unavailable", []string{"504"}, code(504)},
		{"503 twice", times(2, status(503)), "found", nil, nil},
		{"lost", fault(sandbox.FaultLostBefore), "unavailable", []string{"sandbox.invalid"}, func(_ *testing.T, a answer) { a.same(nil, "error") }},
		{"lost twice", times(2, fault(sandbox.FaultLostBefore)), "found", nil, nil},
		{"hang", fault(sandbox.FaultHang), "unavailable", []string{"in time"}, nil},
		{"web page", fault(sandbox.FaultHTML), "upstream_error", []string{"not JSON"}, code(200)},
		{"redirect", fault(sandbox.FaultRedirect), "upstream_error", []string{"redirect"}, code(307)},
		{"huge", fault(sandbox.FaultHuge), "upstream_error", []string{"4 MiB"}, code(200)},
		{"broken", fault(sandbox.FaultBroken), "upstream_error", []string{"JSON"}, code(200)},
		{"truncated", fault(sandbox.FaultTruncated), "unavailable", []string{"lost"}, nil},
	} {
		for tool, path := range paths {
			f := c.fault
			f.Path = path
			bothEras(t, c.name+" "+tool, setup{faults: []sandbox.Fault{f}}, func(t *testing.T, d *fixture) {
				a := d.call(tool, validArguments(tool)).want(c.outcome, c.words...)
				if c.check != nil {
					c.check(t, a)
				}
				d.nothingWritten()
			})
		}
	}
	for _, tool := range []string{"list_api_users", "get_api_user", "audit_api_users", "list_roles"} {
		bothEras(t, "records without id "+tool, setup{faults: []sandbox.Fault{{Kind: sandbox.FaultMissingFields, Path: paths[tool]}}}, func(_ *testing.T, d *fixture) {
			d.call(tool, validArguments(tool)).want("upstream_error", "without id or name")
		})
	}
	bothEras(t, "404 of an API user", setup{}, func(_ *testing.T, d *fixture) {
		d.call("get_api_user", args{"apiUserId": unknownID}).want("not_found").same(unknownID, "apiUserId").same("not-found", "error", "code")
	})
	// A wrong address answers 404 to everything, in awork's shape or not.
	for _, kind := range []sandbox.FaultKind{sandbox.FaultNotFound, sandbox.FaultNotFoundPlain, sandbox.FaultHTML} {
		bothEras(t, "404 where /me is "+string(kind), setup{faults: []sandbox.Fault{on("", "/me", fault(kind)), on("", "/apiusers/*", fault(sandbox.FaultNotFound))}}, func(_ *testing.T, d *fixture) {
			d.call("get_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("upstream_error", baseURL)
			d.call("delete_api_user", args{"apiUserId": sandbox.ZapierSyncID}).want("upstream_error")
			d.nothingWritten()
		})
	}
}

func code(n int) func(*testing.T, answer) {
	return func(_ *testing.T, a answer) { a.same(n, "error", "status") }
}

// The answers that awork may give to a delete, and the truth about each.
func TestAworksAnswersToADelete(t *testing.T) {
	t.Parallel()
	id := sandbox.ZapierSyncID
	path := "/apiusers/*"
	lookups := func(kind sandbox.FaultKind) sandbox.Fault {
		return sandbox.Fault{Kind: kind, Method: "GET", Path: path, Skip: 1} // the read-back, not the plan's read
	}
	for _, c := range []struct {
		name    string
		faults  []sandbox.Fault
		outcome string
		words   []string
		gone    bool
		tries   int
	}{
		{"no fault", nil, "deleted", []string{"new id", "no keys"}, true, 1},
		{"400", []sandbox.Fault{on("DELETE", "", refusedWith("validation-failed"))}, "invalid_input", []string{"was not deleted"}, false, 1},
		{"concurrency", []sandbox.Fault{on("DELETE", "", refusedWith("concurrency-violation"))}, "upstream_error", []string{"try again"}, false, 1},
		{"permission", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultUnauthorized))}, "permission_denied", []string{"Sandbox Admin", "was not deleted"}, false, 1},
		{"bad token", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultBadToken))}, "unauthenticated", []string{"was not deleted"}, false, 1},
		{"firewall", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultForbidden))}, "upstream_error", []string{"firewall"}, false, 1},
		{"404 not awork's", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultNotFoundPlain))}, "upstream_error", []string{baseURL}, false, 3},
		{"redirect", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultRedirect))}, "upstream_error", []string{"redirect"}, false, 3},
		{"429 long", []sandbox.Fault{on("DELETE", "", sandbox.Fault{Kind: sandbox.FaultRateLimited, Reset: 40})}, "rate_limited", []string{"40 seconds", "was not deleted"}, false, 1},
		{"429 short", []sandbox.Fault{on("DELETE", "", sandbox.Fault{Kind: sandbox.FaultRateLimited, Reset: 2, Times: 1})}, "deleted", nil, true, 2},
		{"500", []sandbox.Fault{on("DELETE", "", status(500))}, "upstream_error", []string{"still"}, false, 3},
		{"500 once", []sandbox.Fault{on("DELETE", "", times(1, status(500)))}, "deleted", nil, true, 2},
		{"500 after the effect", []sandbox.Fault{on("DELETE", "", sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 500})}, "deleted", nil, true, 1},
		{"503", []sandbox.Fault{on("DELETE", "", status(503))}, "unavailable", []string{"still"}, false, 3},
		{"503 after the effect", []sandbox.Fault{on("DELETE", "", sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 503})}, "deleted", nil, true, 1},
		{"lost before", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultLostBefore))}, "unavailable", []string{"still"}, false, 3},
		{"lost before, once", []sandbox.Fault{on("DELETE", "", times(1, fault(sandbox.FaultLostBefore)))}, "deleted", nil, true, 2},
		{"lost after", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultLostAfter))}, "deleted", nil, true, 1},
		{"hang", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultHang))}, "unavailable", []string{"still"}, false, 1},
		{"hang after the effect", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultHangAfter))}, "deleted", nil, true, 1},
		{"web page", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultHTML))}, "upstream_error", []string{"still"}, false, 3},
		{"web page after the effect", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultHTMLAfter))}, "deleted", nil, true, 1},
		{"huge", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultHugeAfter))}, "deleted", nil, true, 1},
		{"lost after, unreadable", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultLostAfter)), lookups(sandbox.FaultLostBefore)}, "unknown", []string{"not known", "list_api_users"}, true, 1},
		{"lost before, unreadable", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultLostBefore)), lookups(sandbox.FaultForbidden)}, "unknown", []string{"not known"}, false, 1},
		{"hang, unreadable", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultHang)), lookups(sandbox.FaultHang)}, "unknown", nil, false, 1},
		{"hang, then a 404 not awork's", []sandbox.Fault{on("DELETE", "", fault(sandbox.FaultHang)), lookups(sandbox.FaultNotFoundPlain)}, "unknown", nil, false, 1},
	} {
		for _, tool := range []string{"delete_api_user", "delete_api_users"} {
			if tool == "delete_api_users" && len(c.faults) == 2 && c.faults[1].Skip == 1 {
				c.faults[1].Skip = 0 // the bulk call's plan reads the list
			}
			bothEras(t, c.name+" "+tool, setup{faults: slices.Clone(c.faults)}, func(t *testing.T, d *fixture) {
				var a answer
				if tool == "delete_api_user" {
					a = d.call(tool, args{"apiUserId": id}).want(c.outcome, c.words...).same(id, "apiUserId")
				} else {
					a = d.call(tool, args{"apiUserIds": []string{id}}).same(c.outcome, "results", 0, "outcome").same(1, "summary", c.outcome)
					if want := "partial"; c.outcome != "deleted" {
						a.want(want)
					}
				}
				if d.stands(id) == c.gone {
					t.Errorf("the API user stands: %t", d.stands(id))
				}
				if w := d.writes(); len(w) != c.tries {
					t.Errorf("sent %v, want %d deletes", w, c.tries)
				}
				if (a.outcome() == "unknown" || strings.Contains(a.message(), "still")) && claimsNoEffect(a.message()) {
					t.Errorf("claims what it can't know: %s", a.message())
				}
			})
		}
	}
}

// claimsNoEffect reports whether a message says that nothing came of a call.
func claimsNoEffect(message string) bool {
	return slices.ContainsFunc([]string{"Nothing was changed", "was not deleted", "was not changed", "No API user was"}, func(s string) bool { return strings.Contains(message, s) })
}

func TestAworksAnswersToAnUpdate(t *testing.T) {
	t.Parallel()
	id, path := sandbox.ZapierSyncID, "/apiusers/*"
	for _, c := range []struct {
		name    string
		faults  []sandbox.Fault
		outcome string
		words   []string
		renamed bool
		tries   int
	}{
		{"no fault", nil, "updated", nil, true, 1},
		{"400", []sandbox.Fault{on("PUT", "", refusedWith("validation-failed"))}, "invalid_input", []string{"was not changed"}, false, 1},
		{"permission", []sandbox.Fault{on("PUT", "", fault(sandbox.FaultUnauthorized))}, "permission_denied", []string{"Sandbox Admin"}, false, 1},
		{"bad token", []sandbox.Fault{on("PUT", "", fault(sandbox.FaultBadToken))}, "unauthenticated", nil, false, 1},
		{"firewall", []sandbox.Fault{on("PUT", "", fault(sandbox.FaultForbidden))}, "upstream_error", nil, false, 1},
		{"404 while it stands", []sandbox.Fault{on("PUT", "", fault(sandbox.FaultNotFound))}, "invalid_input", []string{"role"}, false, 1},
		{"500", []sandbox.Fault{on("PUT", "", status(500))}, "upstream_error", nil, false, 3},
		{"500 once", []sandbox.Fault{on("PUT", "", times(1, status(500)))}, "updated", nil, true, 2},
		{"500 after the effect", []sandbox.Fault{on("PUT", "", sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 500})}, "updated", nil, true, 1},
		{"lost before", []sandbox.Fault{on("PUT", "", fault(sandbox.FaultLostBefore))}, "unavailable", nil, false, 3},
		{"lost after", []sandbox.Fault{on("PUT", "", fault(sandbox.FaultLostAfter))}, "updated", nil, true, 1},
		{"hang after", []sandbox.Fault{on("PUT", "", fault(sandbox.FaultHangAfter))}, "updated", nil, true, 1},
		{"web page", []sandbox.Fault{on("PUT", "", fault(sandbox.FaultHTML))}, "upstream_error", nil, false, 3},
		{"broken after", []sandbox.Fault{on("PUT", "", fault(sandbox.FaultBrokenAfter))}, "updated", nil, true, 1},
		{"answer without id", []sandbox.Fault{on("PUT", "", fault(sandbox.FaultMissingFields))}, "updated", nil, true, 1},
		{"lost, unreadable", []sandbox.Fault{on("PUT", "", fault(sandbox.FaultLostAfter)), {Kind: sandbox.FaultForbidden, Method: "GET", Path: path, Skip: 2}}, "unknown", []string{"not known"}, true, 1},
		{"429 long", []sandbox.Fault{on("PUT", "", sandbox.Fault{Kind: sandbox.FaultRateLimited, Reset: 40})}, "rate_limited", []string{"40 seconds"}, false, 1},
		{"redirect", []sandbox.Fault{on("PUT", "", fault(sandbox.FaultRedirect))}, "upstream_error", nil, false, 3},
	} {
		bothEras(t, c.name, setup{faults: c.faults}, func(t *testing.T, d *fixture) {
			if a := d.call("update_api_user", args{"apiUserId": id, "name": "Renamed"}).want(c.outcome, c.words...); c.outcome == "unknown" && claimsNoEffect(a.message()) {
				t.Errorf("claims what it can't know: %s", a.message())
			}
			u, _ := d.box.APIUser(id)
			if (u.Name == "Renamed") != c.renamed || u.RoleID != sandbox.IntegrationRoleID {
				t.Errorf("stands as %+v", u)
			}
			if w := d.writes(); len(w) != c.tries {
				t.Errorf("sent %v, want %d writes", w, c.tries)
			}
		})
	}
}

func TestAworksAnswersToACreate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		faults  []sandbox.Fault
		outcome string
		words   []string
		made    int
		tries   int
	}{
		{"no fault", nil, "created", []string{"no key yet"}, 1, 1},
		{"400", []sandbox.Fault{on("POST", "", refusedWith("validation-failed"))}, "invalid_input", []string{"No API user was created"}, 0, 1},
		{"permission", []sandbox.Fault{on("POST", "", fault(sandbox.FaultUnauthorized))}, "permission_denied", []string{"Sandbox Admin"}, 0, 1},
		{"bad token", []sandbox.Fault{on("POST", "", fault(sandbox.FaultBadToken))}, "unauthenticated", nil, 0, 1},
		{"firewall", []sandbox.Fault{on("POST", "", fault(sandbox.FaultForbidden))}, "upstream_error", nil, 0, 1},
		{"404", []sandbox.Fault{on("POST", "", fault(sandbox.FaultNotFound))}, "invalid_input", []string{"role"}, 0, 1},
		{"429 short", []sandbox.Fault{on("POST", "", sandbox.Fault{Kind: sandbox.FaultRateLimited, Reset: 2, Times: 1})}, "created", nil, 1, 2},
		{"429 long", []sandbox.Fault{on("POST", "", sandbox.Fault{Kind: sandbox.FaultRateLimited, Reset: 40})}, "rate_limited", nil, 0, 1},
		{"500", []sandbox.Fault{on("POST", "", status(500))}, "unknown", []string{"not known"}, 0, 1},
		{"500 after the effect", []sandbox.Fault{on("POST", "", sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 500})}, "created", nil, 1, 1},
		{"lost before", []sandbox.Fault{on("POST", "", fault(sandbox.FaultLostBefore))}, "unknown", []string{"not known"}, 0, 1},
		{"lost after", []sandbox.Fault{on("POST", "", fault(sandbox.FaultLostAfter))}, "created", nil, 1, 1},
		{"hang after", []sandbox.Fault{on("POST", "", fault(sandbox.FaultHangAfter))}, "created", nil, 1, 1},
		{"web page after", []sandbox.Fault{on("POST", "", fault(sandbox.FaultHTMLAfter))}, "created", nil, 1, 1},
		{"broken after", []sandbox.Fault{on("POST", "", fault(sandbox.FaultBrokenAfter))}, "created", nil, 1, 1},
		{"answer without id", []sandbox.Fault{on("POST", "", fault(sandbox.FaultMissingFields))}, "created", nil, 1, 1},
		{"lost, unreadable", []sandbox.Fault{on("POST", "", fault(sandbox.FaultLostAfter)), {Kind: sandbox.FaultForbidden, Method: "GET", Path: "/apiusers", Skip: 1}}, "unknown", nil, 1, 1},
		{"redirect", []sandbox.Fault{on("POST", "", fault(sandbox.FaultRedirect))}, "unknown", nil, 0, 1},
	} {
		bothEras(t, c.name, setup{faults: c.faults}, func(t *testing.T, d *fixture) {
			a := d.call("create_api_user", args{"name": "Fresh", "roleId": "Integration"}).want(c.outcome, c.words...)
			if c.outcome == "unknown" && claimsNoEffect(a.message()) {
				t.Errorf("claims what it can't know: %s", a.message())
			}
			made := named(d, "Fresh")
			if len(made) != c.made {
				t.Errorf("%d were made", len(made))
			}
			if c.outcome == "created" {
				a.same(made[0].ID, "apiUserId").same(made[0].ID, "apiUser", "id").same(false, "apiUser", "admin")
			} else if a.at("apiUserId") != nil {
				t.Errorf("apiUserId without an API user: %s", a.text)
			}
			if w := d.writes(); len(w) != c.tries {
				t.Errorf("sent %v, want %d writes", w, c.tries)
			}
		})
	}
}

func named(d *fixture, name string) []sandbox.APIUser {
	return slices.DeleteFunc(d.box.APIUsers(), func(u sandbox.APIUser) bool { return u.Name != name })
}

// Where an attempt's answer never came, a namesake that somebody else made, or
// that was there before, is not taken for the one that was to be made.
func TestNamesakesAfterALostAnswer(t *testing.T) {
	t.Parallel()
	twin := func(change func(*sandbox.APIUser)) sandbox.APIUser {
		u := sandbox.APIUser{Name: "Twin", RoleID: sandbox.IntegrationRoleID, ClientID: sandbox.ZapierClientID, CreatedBy: sandbox.AdminUserID}
		change(&u)
		return u
	}
	none := func(*sandbox.APIUser) {}
	for _, c := range []struct {
		name       string
		kind       sandbox.FaultKind
		before     []sandbox.APIUser
		meanwhile  []sandbox.APIUser
		outcome    string
		candidates int
	}{
		{"one before, lost after", sandbox.FaultLostAfter, []sandbox.APIUser{twin(none)}, nil, "created", 0},
		{"one before, lost before", sandbox.FaultLostBefore, []sandbox.APIUser{twin(none)}, nil, "unknown", 0},
		{"one meanwhile, lost after", sandbox.FaultLostAfter, nil, []sandbox.APIUser{twin(none)}, "unknown", 2},
		{"another's meanwhile, lost after", sandbox.FaultLostAfter, nil, []sandbox.APIUser{twin(func(u *sandbox.APIUser) { u.CreatedBy = sandbox.JonasBrandtID })}, "created", 0},
		{"another role meanwhile, lost before", sandbox.FaultLostBefore, nil, []sandbox.APIUser{twin(func(u *sandbox.APIUser) { u.RoleID = sandbox.UserRoleID })}, "unknown", 0},
		{"another client meanwhile, lost before", sandbox.FaultLostBefore, nil, []sandbox.APIUser{twin(func(u *sandbox.APIUser) { u.ClientID = "" })}, "unknown", 0},
		{"another name meanwhile, lost before", sandbox.FaultLostBefore, nil, []sandbox.APIUser{twin(func(u *sandbox.APIUser) { u.Name = "twin" })}, "unknown", 0},
	} {
		bothEras(t, c.name, setup{faults: []sandbox.Fault{on("POST", "", fault(c.kind))}}, func(t *testing.T, d *fixture) {
			for _, u := range c.before {
				d.box.AddAPIUser(u)
			}
			d.wire.hook(nil, func(r *http.Request) {
				if r.Method == http.MethodPost {
					for _, u := range c.meanwhile {
						d.box.AddAPIUser(u)
					}
				}
			})
			a := d.call("create_api_user", args{"name": "Twin", "roleId": sandbox.IntegrationRoleID, "clientId": "Zapier"}).want(c.outcome)
			if c.outcome == "unknown" {
				list := a.list("candidates")
				if c.candidates == 0 {
					if list == nil || len(list) > 0 {
						t.Errorf("candidates: %s", a.text)
					}
				} else if len(list) != c.candidates || at(list[0], "name") != "Twin" || at(list[0], "admin") == nil {
					t.Errorf("candidates: %s", a.text)
				}
			} else if a.at("candidates") != nil {
				t.Errorf("candidates that are none: %s", a.text)
			}
			if w := d.writes(); len(w) != 1 {
				t.Errorf("sent %v", w)
			}
		})
	}
}

// No write goes on without knowing who the token is.
func TestNoWriteWithoutMe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault   sandbox.Fault
		outcome string
	}{
		{status(500), "upstream_error"}, {status(503), "unavailable"}, {fault(sandbox.FaultLostBefore), "unavailable"}, {fault(sandbox.FaultHang), "unavailable"},
		{fault(sandbox.FaultBadToken), "unauthenticated"}, {fault(sandbox.FaultHTML), "upstream_error"}, {fault(sandbox.FaultForbidden), "upstream_error"},
		{sandbox.Fault{Kind: sandbox.FaultRateLimited, Reset: 50}, "rate_limited"}, {fault(sandbox.FaultMissingFields), "upstream_error"},
	} {
		c.fault.Path = "/me"
		for _, tool := range writeTools {
			bothEras(t, string(c.fault.Kind)+" "+tool, setup{faults: []sandbox.Fault{c.fault}}, func(_ *testing.T, d *fixture) {
				d.call(tool, validArguments(tool)).want(c.outcome).same(nil, "workspace")
				d.nothingWritten()
			})
		}
	}
}

// The 30 seconds are awork's, once for a plan and once for a commit.
func TestTheDeadline(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"get_api_user", "delete_api_user", "delete_api_users"} {
		method := "GET"
		if tool != "get_api_user" {
			method = "DELETE"
		}
		bothEras(t, tool, setup{faults: []sandbox.Fault{on(method, "/apiusers/*", fault(sandbox.FaultHang))}}, func(t *testing.T, d *fixture) {
			start := time.Now()
			d.call(tool, validArguments(tool))
			if took := time.Since(start); took < 30*time.Second || took > 45*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
