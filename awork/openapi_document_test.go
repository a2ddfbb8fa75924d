package awork

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

type contract struct {
	compiler *jsonschema.Compiler
	root     map[string]any
}

func loadContract(t *testing.T, file string) *contract {
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
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("awork.json", doc); err != nil {
		t.Fatal(err)
	}
	return &contract{compiler, doc.(map[string]any)}
}

// at follows a JSON pointer's parts; nil where there is nothing.
func at(node any, parts ...string) any {
	for _, part := range parts {
		m, _ := node.(map[string]any)
		node = m[part]
	}
	return node
}

// check finds the operation that req calls and returns its path's template.
func (d *contract) check(t *testing.T, req *http.Request) string {
	t.Helper()
	path, method := strings.TrimPrefix(req.URL.Path, "/api/v1"), strings.ToLower(req.Method)
	template := d.template(path)
	operation, found := at(d.root, "paths", template, method).(map[string]any)
	if !found {
		t.Errorf("awork has no %s %s", req.Method, path)
		return template
	}
	allowed := map[string]any{}
	parameters, _ := operation["parameters"].([]any)
	for _, p := range parameters {
		if ref, ok := at(p, "$ref").(string); ok {
			p = at(d.root, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
		}
		if at(p, "in") == "query" {
			allowed[at(p, "name").(string)] = p
		}
	}
	for name := range req.URL.Query() {
		if allowed[name] == nil {
			t.Errorf("%s %s takes no %q in its query", req.Method, template, name)
		}
	}
	d.checkBody(t, req, operation, template, method)
	return template
}

func (d *contract) checkBody(t *testing.T, req *http.Request, operation map[string]any, template, method string) {
	t.Helper()
	if operation["requestBody"] == nil {
		if req.Body != nil {
			t.Errorf("%s %s takes no body", req.Method, template)
		}
		return
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	schema, err := d.compiler.Compile(fmt.Sprintf("awork.json#/paths/%s/%s/requestBody/content/application~1json/schema", escape.Replace(template), method))
	if err != nil {
		t.Error(err)
		return
	}
	again, err := req.GetBody()
	if err != nil {
		t.Error(err)
		return
	}
	sent, err := io.ReadAll(again)
	var body any
	if err != nil || json.Unmarshal(sent, &body) != nil || req.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s sends %q as %s", req.Method, template, sent, req.Header.Get("Content-Type"))
		return
	}
	if err := schema.Validate(body); err != nil {
		t.Errorf("%s %s sends %s: %v", req.Method, template, sent, err)
	}
}

// template finds the documented path that a path fits; a literal one first, and
// one that wants a UUID only for a UUID.
func (d *contract) template(path string) string {
	parts := strings.Split(path, "/")
	paths, _ := d.root["paths"].(map[string]any)
	if _, literal := paths[path]; literal {
		return path
	}
	for template := range paths {
		names := strings.Split(template, "/")
		fits := len(names) == len(parts)
		for i := 0; fits && i < len(parts); i++ {
			if !strings.HasPrefix(names[i], "{") {
				fits = names[i] == parts[i]
				continue
			}
			isUUID := uuid.Validate(parts[i]) == nil
			fits = !strings.HasSuffix(names[i], "Id}") || isUUID || names[i] == "{clientId}"
			fits = fits && (names[i] != "{roleName}" || !isUUID)
		}
		if fits {
			return template
		}
	}
	return path
}
