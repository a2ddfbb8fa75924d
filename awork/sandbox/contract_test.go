package sandbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestContract holds the sandbox's answers against awork's OpenAPI document
// (https://api.awork.com/openapi/v1), of which testdata has what the sandbox
// answers; AWORK_OPENAPI names another one. Every status is one that the
// operation documents, and every body fits its schema, with no null and no field
// too many. Every endpoint is met.
func TestContract(t *testing.T) {
	t.Parallel()
	spec := loadSpec(t, cmp.Or(os.Getenv("AWORK_OPENAPI"), "testdata/openapi.json"))

	const forms, key = "/clientapplications/time-dashboard", "/clientapplications/zapier/generateapikey"
	const client, rolePermissions = "/clientapplications/{clientId}", "/roles/{roleId}/permissions"
	const permission = `{"feature":"project-create","accessLevels":["read"]}`
	met := map[string]bool{}
	for _, tc := range []struct {
		template, method, path, token, body string
		status                              int
	}{
		{"/apiusers", "GET", "/apiusers", AdminToken, "", 200},
		{"/apiusers", "GET", "/apiusers", NobodyToken, "", 401},
		{"/apiusers", "POST", "/apiusers", AdminToken, `{"name":"a"}`, 200},
		{"/apiusers", "POST", "/apiusers", AdminToken, `{"name":"a","clientId":"zapier"}`, 200},
		{"/apiusers", "POST", "/apiusers", AdminToken, `{"name":""}`, 400},
		{"/apiusers", "POST", "/apiusers", AdminToken, `{`, 400},
		{"/apiusers", "POST", "/apiusers", AdminToken, `{"name":"a","roleId":"` + ArchivedRoleID + `"}`, 400},
		{"/apiusers", "POST", "/apiusers", AdminToken, `{"name":"a","clientId":"gone"}`, 404},
		{"/apiusers/{apiUserId}", "GET", "/apiusers/" + AworkConnectorID, AdminToken, "", 200},
		{"/apiusers/{apiUserId}", "GET", "/apiusers/" + unknownID, AdminToken, "", 404},
		{"/apiusers/{apiUserId}", "GET", "/apiusers/none", AdminToken, "", 404},
		{"/apiusers/{apiUserId}", "PUT", "/apiusers/" + ZapierSyncID, AdminToken, `{"name":"b"}`, 200},
		{"/apiusers/{apiUserId}", "PUT", "/apiusers/" + ZapierSyncID, AdminToken, `{}`, 400},
		{"/apiusers/{apiUserId}", "PUT", "/apiusers/" + unknownID, AdminToken, `{"name":"b"}`, 404},
		{"/apiusers/{apiUserId}", "DELETE", "/apiusers/" + HubSpotBridgeID, AdminToken, "", 204},
		{"/apiusers/{apiUserId}", "DELETE", "/apiusers/" + unknownID, AdminToken, "", 404},
		{"/clientapplications", "GET", "/clientapplications", AdminToken, "", 200},
		{"/clientapplications", "POST", "/clientapplications", AdminToken, `{"clientId":"c","isConfidential":true}`, 200},
		{"/clientapplications", "POST", "/clientapplications", AdminToken, `{}`, 400},
		{client, "GET", "/clientapplications/zapier", AdminToken, "", 200},
		{client, "GET", "/clientapplications/gone", AdminToken, "", 404},
		{client, "PUT", "/clientapplications/zapier", AdminToken, `{"displayName":"Z"}`, 200},
		{client, "PUT", "/clientapplications/zapier", AdminToken, `[]`, 400},
		{client, "DELETE", "/clientapplications/datev-export", AdminToken, "", 204},
		{client, "DELETE", "/clientapplications/gone", AdminToken, "", 404},
		{client + "/generateapikey", "POST", key, ReaderToken, `{"apiUserId":"` + ZapierSyncID + `"}`, 200},
		{client + "/generateapikey", "POST", key, ReaderToken, `{}`, 400},
		{client + "/generateapikey", "POST", key, ReaderToken, `{"apiUserId":"` + unknownID + `"}`, 404},
		{client + "/generatesecret", "POST", "/clientapplications/zapier/generatesecret", AdminToken, "", 200},
		{client + "/generatesecret", "POST", forms + "/generatesecret", AdminToken, "", 400},
		{"/me", "GET", "/me", AdminToken, "", 200},
		{"/me", "GET", "/me", "person", "", 200},
		{"/me/permissions", "GET", "/me/permissions", AdminToken, "", 200},
		{"/me/permissions", "GET", "/me/permissions", ReaderToken, "", 200},
		{"/users", "GET", "/users?showArchived=true&pageSize=1000", AdminToken, "", 200},
		{"/users", "GET", "/users", NobodyToken, "", 200},
		{"/users/{userId}", "GET", "/users/" + TobiasKernID, AdminToken, "", 200},
		{"/users/{userId}", "GET", "/users/" + ZapierSyncID, AdminToken, "", 200},
		{"/users/{userId}", "GET", "/users/" + DepartedUserID, AdminToken, "", 404},
		{"/users/{userId}", "GET", "/users/" + TobiasKernID, NobodyToken, "", 401},
		{"/roles", "GET", "/roles?showArchived=true", AdminToken, "", 200},
		{"/roles/{roleId}", "GET", "/roles/" + AuditorRoleID, AdminToken, "", 200},
		{"/roles/{roleId}", "GET", "/roles/" + unknownID, AdminToken, "", 404},
		{"/roles/{roleId}/permissions", "GET", "/roles/" + AdminRoleID + "/permissions", AdminToken, "", 200},
		{"/roles/{roleId}/permissions", "GET", "/roles/" + unknownID + "/permissions", AdminToken, "", 404},
		{"/roles/{roleId}/permissions", "GET", "/roles/" + GuestRoleID + "/permissions", AdminToken, "", 200},
		{"/roles", "POST", "/roles", AdminToken, `{"name":"Exports"}`, 200},
		{"/roles", "POST", "/roles", AdminToken, `{"name":"guest"}`, 400},
		{"/roles", "POST", "/roles", ReaderToken, `{"name":"Exports"}`, 401},
		{rolePermissions, "POST", "/roles/" + UserRoleID + "/permissions", AdminToken, permission, 200},
		{rolePermissions, "POST", "/roles/" + UserRoleID + "/permissions", AdminToken, `{"feature":"project-create"}`, 204},
		{rolePermissions, "POST", "/roles/" + UserRoleID + "/permissions", AdminToken, `{"feature":"x"}`, 400},
		{"/roles/{roleId}/delete", "POST", "/roles/" + OperationsRoleID + "/delete", AdminToken, `{}`, 204},
		{"/roles/{roleId}/delete", "POST", "/roles/" + UserRoleID + "/delete", AdminToken, `{}`, 400},
		{"/roles/{roleId}/delete", "POST", "/roles/" + unknownID + "/delete", AdminToken, `{}`, 404},
		{"/webhooks", "GET", "/webhooks", ReaderToken, "", 200},
		{"/webhooks/{webhookId}/logs", "GET", "/webhooks/" + DashboardWebhookID + "/logs", ReaderToken, "", 200},
		{"/webhooks/{webhookId}/logs", "GET", "/webhooks/" + unknownID + "/logs", ReaderToken, "", 404},
		{"/timeentries", "GET", "/timeentries", AdminToken, "", 200},
		{"/me/projecttasks", "GET", "/me/projecttasks", AdminToken, "", 200},
		{"/projects", "GET", "/projects", AdminToken, "", 200},
		{"/companies", "GET", "/companies", AdminToken, "", 200},
		{"/companies", "GET", "/companies", ReaderToken, "", 401},
		{"/documents", "GET", "/documents?includeTrashedDocuments=true", AdminToken, "", 200},
		{"/absences", "GET", "/absences", AdminToken, "", 200},
		{"/timebookings", "GET", "/timebookings", ReaderToken, "", 200},
		{"/permissions/features", "GET", "/permissions/features", NobodyToken, "", 200},
	} {
		if tc.status < 300 {
			met[tc.method+" "+braces.ReplaceAllString(tc.template, "{}")] = true
		}
		t.Run(fmt.Sprint(tc.method, tc.path, tc.status, tc.token), func(t *testing.T) {
			t.Parallel()
			s := unlimited()
			s.AddToken("person", TobiasKernID)
			a := do(t, s, tc.token, tc.method, tc.path, tc.body)
			if a.status != tc.status {
				t.Fatalf("got %d %s, want %d", a.status, a.body, tc.status)
			}
			spec.check(t, tc.template, tc.method, a)
			if strings.Contains(a.body, ":null") {
				t.Errorf("a null: %s", a.body)
			}
		})
	}
	for _, operation := range Routes() {
		if !met[braces.ReplaceAllString(operation, "{}")] {
			t.Errorf("%s is not met", operation)
		}
	}
}

// braces are the variable segments of a path, whatever they are called.
var braces = regexp.MustCompile(`{\w+}`)

// TestAccess holds what the endpoints ask of their callers against the
// requirements of the specification.
func TestAccess(t *testing.T) {
	t.Parallel()
	documented := map[string]map[string]any{}
	for path, operations := range loadSpec(t, "testdata/openapi.json").paths {
		for method, o := range operations.(map[string]any) {
			access, _ := o.(map[string]any)["x-access"].(map[string]any)
			documented[strings.ToUpper(method)+" "+braces.ReplaceAllString(path, "{}")] = access
		}
	}
	for _, r := range routes() {
		operation := r.method + " " + braces.ReplaceAllString(r.path, "{}")
		want := map[string]any{"any": "true"}
		if feature, level, needs := strings.Cut(string(r.need), ":"); needs {
			want = map[string]any{"admin": "true", feature: level}
		}
		if got := documented[operation]; !maps.Equal(got, want) {
			t.Errorf("%s: the specification asks for %v, the sandbox for %v", operation, got, want)
		}
	}
}

type spec struct {
	mu       sync.Mutex // a compiler is not for concurrent use
	compiler *jsonschema.Compiler
	paths    map[string]any
}

func (s *spec) compile(pointer string) (*jsonschema.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.compiler.Compile("awork.json#" + pointer)
}

func loadSpec(t *testing.T, file string) *spec {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("awork.json", doc); err != nil {
		t.Fatal(err)
	}
	return &spec{compiler: c, paths: doc.(map[string]any)["paths"].(map[string]any)}
}

// check finds the schema of the answer's status. awork documents no 401 on most
// operations, and no 404 where only a path's form is wrong; both still occur, as
// an ErrorResponse.
func (s *spec) check(t *testing.T, template, method string, a received) {
	t.Helper()
	pointer := "/components/schemas/ErrorResponse"
	operation := s.paths[template].(map[string]any)[strings.ToLower(method)].(map[string]any)
	responses := operation["responses"].(map[string]any)
	response, documented := responses[fmt.Sprint(a.status)].(map[string]any)
	switch {
	case documented && response["content"] == nil:
		if a.body != "" {
			t.Errorf("a body where none is documented: %s", a.body)
		}
		return
	case documented:
		if !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
			t.Errorf("Content-Type %q", a.header.Get("Content-Type"))
		}
		escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
		pointer = fmt.Sprintf("/paths/%s/%s/responses/%d/content/application~1json/schema",
			escape.Replace(template), strings.ToLower(method), a.status)
	case a.status != 401:
		t.Fatalf("status %d is not documented", a.status)
	}
	schema, err := s.compile(pointer)
	if err != nil {
		t.Fatal(err)
	}
	var body any
	if err := json.Unmarshal([]byte(a.body), &body); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(body); err != nil {
		t.Errorf("%v\n%s", err, a.body)
	}
}
