package tools_test

import (
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools"
	"github.com/awork-mcp/awork-mcp/tools/mcptest"
)

// refusedCall is a call that is refused, and why.
type refusedCall struct {
	outcome, why string
	call         scenario
	policy       tools.Policy
	owner        string // of the token; the admin's where empty
	faults       []sandbox.Fault
	prepare      func(*sandbox.Sandbox)
	options      func(*tools.Options)
	// answer is what the human answers to the first question; later ones get a yes.
	// Without it the client has no forms.
	answer func(*sandbox.Sandbox) mcptest.Answer
	// lasting: what keeps the call from working is still so when the next one comes.
	lasting bool
}

func deleting(id string) scenario { return scenario{"delete_api_user", args{"apiUserId": id}} }

func invalidCalls() []refusedCall {
	creating := func(more args) scenario {
		c := scenario{"create_api_user", args{"name": "Robot", "roleId": "Integration"}}
		for k, v := range more {
			c = c.with(k, v)
		}
		return c
	}
	zapier := args{"apiUserId": sandbox.ZapierSyncID}
	updating := func(argument string, v any) scenario { return scenario{"update_api_user", zapier}.with(argument, v) }
	issuing := func(a args) scenario { return scenario{"issue_api_key", a} }
	needing := func(needs ...any) scenario { return scenario{"suggest_role", args{"needs": needs}} }
	making := func(id string) scenario {
		return scenario{"create_client_application", args{"clientId": id, "displayName": "Z"}}
	}
	list := func(argument string, v any) scenario { return scenario{"list_api_users", args{argument: v}} }
	var all []refusedCall
	for why, c := range map[string]scenario{
		"unknown argument":         creating(args{"color": "red"}),
		"misspelt argument":        {"delete_api_user", args{"apiUserID": sandbox.ZapierSyncID}},
		"no id":                    deleting("Zapier Sync"),
		"required missing":         {"get_api_user", args{}},
		"limit too high":           list("limit", 1000),
		"no date":                  list("createdBefore", "last year"),
		"cursor of nobody":         list("cursor", "x"),
		"unknown role":             creating(args{"roleId": "Integrations"}),
		"unknown role of a filter": list("role", "Administrators"),
		"unknown client":           creating(args{"clientId": "zapir"}),
		"unknown creator":          list("createdBy", "Jonas Brant"),
		"no role":                  creating(args{"roleId": nil}),
		"archived role":            creating(args{"roleId": sandbox.ArchivedRoleID}),
		"role of an admin":         creating(args{"roleId": "Operations"}),
		"admin contradicts":        creating(args{"admin": true}),
		"empty name":               creating(args{"name": " "}),
		"line break in a name":     creating(args{"name": "a\nb"}),
		"admin false":              {"update_api_user", args{"apiUserId": sandbox.PowerBIReportID, "admin": false}},
		"admin as text":            updating("admin", "true"),
		"no ids":                   {"delete_api_users", args{"apiUserIds": []any{}}},
		"an id among names":        {"delete_api_users", args{"apiUserIds": []any{sandbox.ZapierSyncID, "X"}}},
		"request without user":     {"check_access", args{"request": "GET /projects"}},
		"user without request":     {"check_access", zapier},
		"no request":               scenario{"check_access", zapier}.with("request", "projects"),
		"no feature":               needing("kittens:read"),
		"feature without level":    needing("projects"),
		"needs an admin":           needing("projects:read", "workspace-manage-config:write"),
		"key of two":               issuing(args{"apiUserId": sandbox.ZapierSyncID, "name": "Robot"}),
		"key of none":              issuing(args{}),
		"key without client":       issuing(args{"apiUserId": sandbox.AworkConnectorID}),
		"key of another client":    issuing(args{"apiUserId": sandbox.ZapierSyncID, "clientId": "datev-export"}),
		"key without role":         issuing(args{"name": "Robot", "clientId": "zapier"}),
		"rotate without client":    {"rotate_api_key", args{"apiUserId": sandbox.AworkConnectorID}},
		"rotate archived role":     {"rotate_api_key", args{"apiUserId": sandbox.RelaunchImporterID}},
		"rotate client gone":       {"rotate_api_key", args{"apiUserId": sandbox.HubSpotBridgeID}},
		"client id taken":          making("zapier"),
		"client id with spaces":    making("time export"),
		"bad redirect URI": {"update_client_application", args{"clientId": "website-forms",
			"redirectUris": []any{"x"}}},
		"public client's secret": {"generate_client_secret", args{"clientId": "website-forms"}},
		"client with API users":  {"delete_client_application", args{"clientId": "datev-export"}},
		"not of that client": {"delete_client_application", args{"clientId": "datev-export",
			"apiUserIds": []any{sandbox.DatevExportID, sandbox.ZapierSyncID}}},
	} {
		all = append(all, refusedCall{outcome: "invalid_input", why: why, call: c, lasting: true})
	}
	all = append(all, refusedCall{outcome: "invalid_input", why: "a name of two roles", lasting: true, call: creating(nil),
		prepare: func(box *sandbox.Sandbox) { box.AddRole(sandbox.Role{Name: "Integration"}) }})
	return all
}

func policyCalls() []refusedCall {
	admin := scenario{"create_api_user", args{"name": "Robot", "admin": true}}
	human := tools.Policy{Confirm: "human"}
	return []refusedCall{
		{outcome: "blocked", why: "protected", call: deleting(sandbox.DatevExportID), lasting: true,
			policy: tools.Policy{Protect: []string{"DATEV*"}}},
		{outcome: "blocked", why: "no admin", call: admin, lasting: true, policy: tools.Policy{NoAdmin: true}},
		{outcome: "blocked", why: "role not allowed", lasting: true,
			policy: tools.Policy{AllowRoles: []string{"Integration", "User"}},
			call:   scenario{"create_api_user", args{"name": "Robot", "roleId": sandbox.TimeReaderRoleID}}},
		{outcome: "blocked", why: "own: delete", call: deleting(sandbox.AdminUserID), lasting: true},
		{outcome: "blocked", why: "own: role", lasting: true,
			call: scenario{"update_api_user", args{"apiUserId": sandbox.AdminUserID, "roleId": "Integration"}}},
		{outcome: "blocked", why: "own: key", lasting: true,
			call: scenario{"issue_api_key", args{"apiUserId": sandbox.AdminUserID}}},
		{outcome: "blocked", why: "key without a role", lasting: true, policy: tools.Policy{NoAdmin: true},
			call: scenario{"issue_api_key", args{"apiUserId": sandbox.PowerBIReportID}}},
		{outcome: "blocked", why: "nobody to ask", call: deleting(sandbox.ZapierSyncID), lasting: true, policy: human},
		{outcome: "blocked", why: "no delivery", lasting: true, options: func(o *tools.Options) { o.Delivery = nil },
			call: scenario{"issue_api_key", args{"apiUserId": sandbox.ZapierSyncID}}},
		{outcome: "blocked", why: "delivery broken", lasting: true,
			options: func(o *tools.Options) { o.Delivery = &fakeDelivery{broken: errNoForms} },
			call:    scenario{"issue_api_key", args{"apiUserId": sandbox.ZapierSyncID}}},
		{outcome: "blocked", why: "stateless", call: admin, lasting: true,
			options: func(o *tools.Options) { o.Stateless = true }, answer: answering(mcptest.Decline())},
		{outcome: "confirmation_required", why: "code", call: deleting(sandbox.ZapierSyncID),
			policy: tools.Policy{Confirm: "strict"}},
		{outcome: "confirmation_required", why: "bad code", policy: tools.Policy{Confirm: "strict"},
			call: deleting(sandbox.ZapierSyncID).with("confirmationCode", "x")},
		{outcome: "confirmation_required", why: "changed since", call: deleting(sandbox.ZapierSyncID),
			answer: func(box *sandbox.Sandbox) mcptest.Answer {
				u, _ := box.APIUser(sandbox.ZapierSyncID)
				u.Name = "Payroll"
				box.AddAPIUser(u)
				return mcptest.Accept(args{"confirm": true})
			}},
		{outcome: "declined", why: "no", call: deleting(sandbox.ZapierSyncID), answer: answering(mcptest.Decline())},
		{outcome: "declined", why: "closed", call: deleting(sandbox.ZapierSyncID),
			answer: answering(mcptest.Answer{Action: "cancel"})},
		{outcome: "declined", why: "nothing filled in", call: deleting(sandbox.ZapierSyncID),
			answer: answering(mcptest.Accept(nil))},
		{outcome: "declined", why: "not ticked", call: deleting(sandbox.ZapierSyncID),
			answer: answering(mcptest.Accept(args{"confirm": false}))},
		{outcome: "declined", why: "no answer", call: deleting(sandbox.ZapierSyncID),
			answer: answering(mcptest.Answer{Action: "later"})},
		{outcome: "declined", why: "another number", call: scenario{"delete_api_users", args{"apiUserIds": three}},
			answer: answering(mcptest.Accept(args{"confirm": true, "count": "2"}))},
	}
}

func answering(a mcptest.Answer) func(*sandbox.Sandbox) mcptest.Answer {
	return func(*sandbox.Sandbox) mcptest.Answer { return a }
}

func faultyCalls() []refusedCall {
	del := deleting(sandbox.ZapierSyncID)
	bulk := scenario{"delete_api_users", args{"apiUserIds": three}}
	issue := scenario{"issue_api_key", args{"name": "Robot", "roleId": "Integration", "clientId": "zapier"}}
	create := scenario{"create_api_user", args{"name": "Robot", "roleId": "Integration"}}
	key := "/clientapplications/*/generateapikey"
	one := func(outcome, why string, c scenario, faults ...sandbox.Fault) refusedCall {
		return refusedCall{outcome: outcome, why: why, call: c, faults: faults}
	}
	limited := sandbox.Fault{Kind: sandbox.FaultRateLimited, Reset: 40}
	all := []refusedCall{
		{outcome: "not_found", why: "API user", call: scenario{"get_api_user", args{"apiUserId": unknownID}}, lasting: true},
		{outcome: "not_found", why: "to delete", call: deleting(unknownID), lasting: true},
		{outcome: "invalid_input", why: "client application", lasting: true,
			call: scenario{"generate_client_secret", args{"clientId": "zapir"}}},
		{outcome: "invalid_input", why: "awork's validation", lasting: true, call: create,
			faults: []sandbox.Fault{on("POST", "", refusedWith("validation-failed"))}},
		{outcome: "permission_denied", why: "read", call: scenario{"list_api_users", args{}}, lasting: true,
			owner: sandbox.NobodyUserID},
		{outcome: "permission_denied", why: "write", call: create, owner: sandbox.ReaderUserID, lasting: true},
		one("unauthenticated", "bad token", scenario{"list_api_users", args{}}, fault(sandbox.FaultBadToken)),
		one("rate_limited", "read", scenario{"list_api_users", args{}}, limited),
		one("rate_limited", "delete", del, on("DELETE", "", limited)),
		one("unavailable", "read lost", scenario{"list_api_users", args{}}, fault(sandbox.FaultLostBefore)),
		one("unavailable", "read 503", scenario{"get_api_user", args{"apiUserId": sandbox.ZapierSyncID}}, status(503)),
		one("unavailable", "read hangs", scenario{"audit_api_users", args{}}, fault(sandbox.FaultHang)),
		one("unavailable", "delete 503", del, on("DELETE", "", status(503))),
		one("upstream_error", "read 500", scenario{"list_roles", args{}}, status(500)),
		one("upstream_error", "web page", scenario{"list_api_users", args{}}, fault(sandbox.FaultHTML)),
		one("upstream_error", "firewall", scenario{"list_api_users", args{}}, fault(sandbox.FaultForbidden)),
		one("upstream_error", "redirect", scenario{"list_api_users", args{}}, fault(sandbox.FaultRedirect)),
		one("upstream_error", "404 of another", scenario{"list_api_users", args{}}, fault(sandbox.FaultNotFoundPlain)),
		one("upstream_error", "concurrency", create, on("POST", "", refusedWith("concurrency-violation"))),
		one("upstream_error", "delete 500", del, on("DELETE", "", status(500))),
		one("upstream_error", "delete firewall", del, on("DELETE", "", fault(sandbox.FaultForbidden))),
		one("partial", "one fails", bulk, sandbox.Fault{Kind: sandbox.FaultStatus, Status: 500, Method: "DELETE", Skip: 1}),
		{outcome: "partial", why: "one is unknown", lasting: true,
			call: scenario{"delete_api_users", args{"apiUserIds": []any{sandbox.ZapierSyncID, unknownID}}}},
		one("partial", "permission", bulk, on("DELETE", "", fault(sandbox.FaultUnauthorized))),
		one("partial", "rate limit", bulk, on("DELETE", "", limited)),
		{outcome: "delivery_failed", why: "delivery", call: issue,
			options: func(o *tools.Options) { o.Delivery = &fakeDelivery{err: errNoForms} }},
		one("delivery_failed", "key not verified", issue, on("GET", "/me/permissions", status(500))),
		one("upstream_error", "no key", issue, on("POST", key, status(400))),
		one("unknown", "key lost", issue, on("POST", key, fault(sandbox.FaultLostAfter))),
		one("unknown", "create lost", create, on("POST", "/apiusers", fault(sandbox.FaultLostBefore))),
		one("unknown", "delete and no read", del, on("DELETE", "", status(500)),
			sandbox.Fault{Kind: sandbox.FaultStatus, Method: "GET", Path: "/apiusers/*", Skip: 1}),
		one("unknown", "update lost", scenario{"update_api_user", args{"apiUserId": sandbox.ZapierSyncID, "name": "New"}},
			on("PUT", "", fault(sandbox.FaultHang)),
			sandbox.Fault{Kind: sandbox.FaultStatus, Method: "GET", Path: "/apiusers/*", Skip: 2}),
		one("unknown", "secret lost", scenario{"generate_client_secret", args{"clientId": "zapier"}},
			on("POST", "", fault(sandbox.FaultLostAfter))),
	}
	return all
}
