package awork

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// contractFile is awork's OpenAPI document (https://api.awork.com/openapi/v1), cut to
// what the client calls and what it reads of the answers, without descriptions.
const contractFile = "testdata/openapi.json"

// TestContract compares every request that the client sends with awork's OpenAPI
// document: the path and its parameters, the names in the query, and the body.
func TestContract(t *testing.T) {
	t.Parallel()
	doc := loadContract(t, contractFile)
	backend := sandbox.New(sandbox.Options{RateLimit: sandbox.RateLimit{Off: true}})
	seen := map[string]bool{}
	c := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
		template := doc.check(t, req)
		seen[req.Method+" "+template] = true
		if canned, ok := cannedAnswers()[req.Method+" "+template]; ok {
			return canned.response(req), nil
		}
		return backend.RoundTripper().RoundTrip(req)
	}), sandbox.AdminToken)

	ctx, role := t.Context(), uuid.MustParse(sandbox.AuditorRoleID)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	me, err := c.Me(ctx)
	must(err)
	_, err = c.MyPermissions(ctx)
	must(err)
	before, _, err := c.ListAPIUsers(ctx)
	must(err)
	_, err = c.ListRoles(ctx)
	must(err)
	_, err = c.RolePermissions(ctx, role)
	must(err)
	_, err = c.ListUsers(ctx)
	must(err)
	_, err = c.ListWebhooks(ctx)
	must(err)
	_, err = c.ListClientApplications(ctx)
	must(err)
	made, err := c.CreateAPIUser(ctx, NewAPIUser{Name: "Contract", RoleID: role, ClientID: sandbox.ZapierClientID}, before, me.ID)
	must(err)
	bare, err := c.CreateAPIUser(ctx, NewAPIUser{Name: "Contract without a client", RoleID: role}, before, me.ID)
	must(err)
	_, err = c.UpdateAPIUser(ctx, *made, "Contract 2", role, false)
	must(err)
	must(errOf(c.DeleteAPIUser(ctx, bare.ID)))
	app, _, err := c.CreateClientApplication(ctx, NewClientApplication{ClientID: "contract", DisplayName: "Contract", RedirectURIs: []string{"https://x.example/"}, IsConfidential: true}, nil)
	must(err)
	app, err = c.UpdateClientApplication(ctx, *app, "Contract 2", app.RedirectURIs)
	must(err)
	_, err = c.UpdateClientApplication(ctx, *app, "Contract 3", nil)
	must(err)
	_, err = c.GenerateClientSecret(ctx, "contract")
	must(err)
	_, err = c.GenerateAPIKey(ctx, sandbox.ZapierClientID, made.ID)
	must(err)
	must(errOf(c.DeleteClientApplication(ctx, "contract")))

	_, err = c.GetRole(ctx, role)
	must(err)
	_, err = c.GetClientApplication(ctx, sandbox.ZapierClientID)
	must(err)
	_, err = c.GetUser(ctx, me.ID)
	must(err)
	_, _, err = c.FirstUsers(ctx)
	must(err)
	_, err = c.Features(ctx)
	must(err)
	_, err = c.LastDelivery(ctx, zapierID)
	must(err)
	for _, area := range Areas() {
		for _, kind := range []TraceKind{Created, Updated} {
			must(errOf(c.LatestTrace(ctx, area, kind, me.ID, zapierID)))
		}
		must(errOf(c.CheckFilter(ctx, area)))
	}
	must(errOf(c.CreateRole(ctx, "Export", nil, me.ID)))
	must(c.SetRolePermission(ctx, role, Permission{Feature: "project-master-data", AccessLevels: []string{"read"}}))
	must(c.SetRolePermission(ctx, role, Permission{Feature: "project-master-data"}))
	must(errOf(c.DeleteRole(ctx, role)))

	for template, methods := range at(doc.root, "paths").(map[string]any) {
		for method := range methods.(map[string]any) {
			if want := strings.ToUpper(method) + " " + template; !seen[want] && template != "/roles/{roleName}" {
				t.Errorf("%s is in the document and was not sent", want)
			}
		}
	}
	for _, want := range []string{
		"GET /me", "GET /me/permissions", "GET /users", "GET /webhooks", "GET /clientapplications",
		"GET /roles", "GET /roles/{roleId}/permissions",
		"GET /apiusers", "POST /apiusers", "GET /apiusers/{apiUserId}", "PUT /apiusers/{apiUserId}", "DELETE /apiusers/{apiUserId}",
		"POST /clientapplications", "GET /clientapplications/{clientId}", "PUT /clientapplications/{clientId}", "DELETE /clientapplications/{clientId}",
		"POST /clientapplications/{clientId}/generatesecret", "POST /clientapplications/{clientId}/generateapikey",
	} {
		if !seen[want] {
			t.Errorf("%s was not sent", want)
		}
	}
}

// cannedAnswers are answers for what the sandbox need not serve.
func cannedAnswers() map[string]reply {
	none := with(asJSON(200, "[]"), "Aw-Totalitems", "0")
	answers := map[string]reply{
		"GET /webhooks/{webhookId}/logs":   none,
		"GET /users/{userId}":              asJSON(200, goodMe),
		"POST /roles":                      asJSON(200, `{"id":"`+unknownID.String()+`","name":"Export"}`),
		"POST /roles/{roleId}/permissions": {status: 204},
		"POST /roles/{roleId}/delete":      {status: 204},
	}
	for _, area := range Areas() {
		answers["GET "+area.path] = none
	}
	return answers
}

// TestContractOfAnswers: what is read of an answer is what awork documents.
func TestContractOfAnswers(t *testing.T) {
	t.Parallel()
	doc := loadContract(t, contractFile)
	types := map[string]any{
		"/apiusers": APIUser{}, "/clientapplications": ClientApplication{}, "/roles": Role{}, "/users": User{},
		"/roles/{roleId}/permissions": Permission{}, "/webhooks": Webhook{}, "/webhooks/{webhookId}/logs": Delivery{},
	}
	for _, area := range Areas() {
		types[area.path] = traceRecord{}
	}
	for path, v := range types {
		schema := at(doc.root, "paths", path, "get", "responses", "200", "content", "application/json", "schema", "items")
		ref := strings.Split(strings.TrimPrefix(at(schema, "$ref").(string), "#/"), "/")
		properties, _ := at(at(doc.root, ref...), "properties").(map[string]any)
		for _, field := range reflect.VisibleFields(reflect.TypeOf(v)) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if _, ok := properties[name]; !ok {
				t.Errorf("%s: awork documents no %q", path, name)
			}
		}
	}
}
