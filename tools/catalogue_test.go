package tools_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/awork-mcp/awork-mcp/tools"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata, or rewrites that with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := readFile(t, path); !bytes.Equal(got, want) {
		t.Errorf("%s has changed; if that is meant, run the test with -update. Now it is\n%s", path, got)
	}
}

// listed is the catalogue of some families as tools/list gives it, and the complete
// result.
func listed(t *testing.T, families ...string) ([]map[string]any, json.RawMessage) {
	t.Helper()
	d := open(t, setup{policy: tools.Policy{Tools: families}})
	d.era = legacy
	r := d.rpc(t.Context(), "tools/list", map[string]any{})
	if r.Error != nil {
		t.Fatalf("%+v", r.Error)
	}
	var result struct{ Tools []map[string]any }
	if err := json.Unmarshal(r.Result, &result); err != nil {
		t.Fatal(err)
	}
	return result.Tools, r.Result
}

// everything is all families of tools.
func everything() []string { return []string{"default", "credentials"} }

func TestGoldenCatalogue(t *testing.T) {
	t.Parallel()
	_, raw := listed(t, everything()...)
	var result struct{ Tools []json.RawMessage }
	if err := json.Unmarshal(raw, &result); err != nil {
		t.Fatal(err)
	}
	files := []string{}
	for _, tool := range result.Tools {
		var head struct{ Name string }
		if err := json.Unmarshal(tool, &head); err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, tool, "", "  "); err != nil {
			t.Fatal(err)
		}
		pretty.WriteByte('\n')
		golden(t, filepath.Join("catalogue", head.Name+".json"), pretty.Bytes())
		files = append(files, filepath.Join("testdata", "catalogue", head.Name+".json"))
	}
	there, err := filepath.Glob(filepath.Join("testdata", "catalogue", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range there {
		if !slices.Contains(files, f) {
			t.Errorf("%s is of no tool", f)
		}
	}
}

func TestGoldenInstructions(t *testing.T) {
	t.Parallel()
	d := open(t, setup{})
	instructions := func(r rpc) string {
		var got struct{ Instructions string }
		if r.Error != nil || json.Unmarshal(r.Result, &got) != nil {
			t.Fatalf("%s %+v", r.Result, r.Error)
		}
		return got.Instructions
	}
	now := instructions(d.rpc(t.Context(), "server/discover", map[string]any{}))
	d.era = legacy
	before := instructions(d.rpc(t.Context(), "initialize", map[string]any{"protocolVersion": string(legacy), "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "t", "version": "1"}}))
	if now != before {
		t.Errorf("the eras differ: %q, %q", now, before)
	}
	if n := strings.Count(now+" ", ". "); n != 3 {
		t.Errorf("%d sentences, want 3: %s", n, now)
	}
	golden(t, "instructions.txt", []byte(now+"\n"))
}

// A host pays for the catalogue with every conversation.
func TestTheCatalogueStaysSmall(t *testing.T) {
	t.Parallel()
	for _, mode := range []tools.ConfirmMode{"", "strict"} {
		d := open(t, setup{policy: tools.Policy{Confirm: mode}})
		for _, e := range eras() {
			d.era = e
			r := d.rpc(t.Context(), "tools/list", map[string]any{})
			t.Logf("tools/list, %s, confirm %q: %d bytes", e, mode, len(r.Result))
			if len(r.Result) >= 12_000 || len(r.Result) < 2_000 {
				t.Errorf("%s, confirm %q: %d bytes, want below 12,000", e, mode, len(r.Result))
			}
		}
	}
}

func TestTheListIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	_, first := listed(t)
	for range 5 {
		if _, again := listed(t); !bytes.Equal(first, again) {
			t.Fatalf("differs:\n%s\n%s", first, again)
		}
	}
	list, _ := listed(t)
	var got []string
	for _, tool := range list {
		got = append(got, tool["name"].(string))
	}
	slices.Sort(got)
	want := slices.Sorted(slices.Values(allTools))
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestAnnotations(t *testing.T) {
	t.Parallel()
	want := map[string][4]bool{
		"list_api_users": {true, false, true, true}, "get_api_user": {true, false, true, true}, "create_api_user": {false, false, false, true},
		"update_api_user": {false, true, true, true}, "delete_api_user": {false, true, true, true}, "delete_api_users": {false, true, true, true},
		"audit_api_users": {true, false, true, true}, "list_roles": {true, false, true, true}, "list_client_applications": {true, false, true, true}, "check_access": {true, false, true, true}, "suggest_role": {true, false, true, true},
	}
	list, _ := listed(t, everything()...)
	for _, tool := range list {
		wanted, isDefault := want[tool["name"].(string)]
		if !isDefault { // credentials, some of which may be called again without more effect
			again, _ := at(tool, "annotations", "idempotentHint").(bool)
			wanted = [4]bool{false, true, again, true}
		}
		for i, hint := range []string{"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"} {
			if got, ok := at(tool, "annotations", hint).(bool); !ok || got != wanted[i] {
				t.Errorf("%s: %s is %v", tool["name"], hint, at(tool, "annotations", hint))
			}
		}
	}
}

var toolName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// Providers refuse schemas that the protocol allows; these rules hold for all.
func TestSchemasThatEveryProviderTakes(t *testing.T) {
	t.Parallel()
	list, _ := listed(t, everything()...)
	for _, tool := range list {
		name, _ := tool["name"].(string)
		if !toolName.MatchString(name) {
			t.Errorf("name %q", name)
		}
		if title, _ := tool["title"].(string); title == "" || len(title) > 64 {
			t.Errorf("%s: title %q", name, title)
		}
		for _, which := range []string{"inputSchema", "outputSchema"} {
			for _, problem := range lint(tool[which], true) {
				t.Errorf("%s: %s%s", name, which, problem)
			}
		}
		closed, _ := json.Marshal(at(tool, "inputSchema", "additionalProperties"))
		if s := string(closed); s != "false" {
			t.Errorf("%s: the input schema is not closed: additionalProperties is %s", name, s)
		}
		if got := string(mustJSON(at(tool, "outputSchema", "required"))); got != `["outcome","message"]` {
			t.Errorf("%s: the output schema requires %s", name, got)
		}
		properties, _ := at(tool, "inputSchema", "properties").(map[string]any)
		for p, s := range properties {
			if text, _ := at(s, "description").(string); text == "" {
				t.Errorf("%s: %s has no description", name, p)
			}
		}
		if s := properties["apiUserId"]; s != nil && (at(s, "type") != "string" || at(s, "format") != "uuid") {
			t.Errorf("%s: apiUserId is %v", name, s)
		}
		for _, p := range []string{"roleId", "clientId"} {
			if s := properties[p]; s != nil && name != "create_client_application" && (at(s, "type") != "string" || at(s, "format") != nil || !strings.Contains(at(s, "description").(string), "id or exact name")) {
				t.Errorf("%s: %s is %v", name, p, s)
			}
		}
	}
}

// lint says what some provider would refuse in a schema.
func lint(schema any, root bool) []string {
	s, ok := schema.(map[string]any)
	if !ok {
		return []string{": is no schema object, but " + string(mustJSON(schema))}
	}
	var problems []string
	bad := func(text string) { problems = append(problems, ": "+text) }
	kind, isText := s["type"].(string)
	switch {
	case !isText:
		bad("type is " + string(mustJSON(s["type"])))
	case root && kind != "object":
		bad("the root is a " + kind)
	case !slices.Contains([]string{"object", "array", "string", "integer", "number", "boolean"}, kind):
		bad("type " + kind)
	}
	for _, keyword := range []string{"$ref", "$defs", "definitions", "anyOf", "oneOf", "allOf", "not", "if", "const", "patternProperties", "prefixItems", "$dynamicRef", "nullable"} {
		if _, there := s[keyword]; there {
			bad(keyword)
		}
	}
	if required, there := s["required"]; there {
		list, isList := required.([]any)
		if !isList || len(list) == 0 {
			bad("required is " + string(mustJSON(required)))
		}
		properties, _ := s["properties"].(map[string]any)
		for _, r := range list {
			if _, known := properties[r.(string)]; !known {
				bad("requires " + r.(string) + ", which it does not have")
			}
		}
	}
	if kind == "array" {
		if s["items"] == nil {
			bad("an array without items")
		} else {
			for _, p := range lint(s["items"], false) {
				problems = append(problems, ".items"+p)
			}
		}
	}
	if more, there := s["additionalProperties"]; there && more != false {
		if _, isBool := more.(bool); isBool {
			bad("additionalProperties: true")
		} else {
			for _, p := range lint(more, false) {
				problems = append(problems, ".additionalProperties"+p)
			}
		}
	}
	properties, there := s["properties"]
	if there {
		if m, isObject := properties.(map[string]any); isObject {
			for name, p := range m {
				if len(name) > 64 {
					bad("the property name " + name)
				}
				for _, problem := range lint(p, false) {
					problems = append(problems, "."+name+problem)
				}
			}
		} else {
			bad("properties is " + string(mustJSON(properties)))
		}
	}
	return problems
}

// The lint itself finds what it is there for.
func TestLint(t *testing.T) {
	t.Parallel()
	for _, schema := range []string{
		`true`, `{}`, `{"type":"string"}`, `{"type":["object","null"]}`, `{"type":"object","properties":{"a":true}}`, `{"type":"object","properties":{"a":{"type":["null","string"]}}}`,
		`{"type":"object","properties":{"a":{"type":"array"}}}`, `{"type":"object","properties":{"a":{"type":"array","items":true}}}`, `{"type":"object","required":null}`,
		`{"type":"object","required":[]}`, `{"type":"object","required":["b"]}`, `{"type":"object","properties":null}`, `{"type":"object","anyOf":[]}`, `{"type":"object","oneOf":[]}`, `{"type":"object","allOf":[]}`,
		`{"type":"object","properties":{"a":{"$ref":"#/x"}}}`, `{"type":"object","properties":{"` + strings.Repeat("n", 65) + `":{"type":"string"}}}`, `{"type":"object","additionalProperties":{}}`,
		`{"type":"object","additionalProperties":true}`, `{"type":"object","properties":{"a":{"type":"object","properties":{"b":{}}}}}`,
	} {
		var v any
		if err := json.Unmarshal([]byte(schema), &v); err != nil {
			t.Fatal(err)
		}
		if len(lint(v, true)) == 0 {
			t.Errorf("lint finds nothing in %s", schema)
		}
	}
	if p := lint(map[string]any{"type": "object", "additionalProperties": false}, true); len(p) > 0 {
		t.Errorf("%v", p)
	}
}

// A description says when to use a tool and, where it writes, what it refuses.
func TestDescriptions(t *testing.T) {
	t.Parallel()
	words := map[string][]string{
		"list_api_users": {"filters", "no date of last use"}, "get_api_user": {"by id", "includeWebhooks"}, "create_api_user": {"admin: true", "never neither", "least role", "no key"},
		"update_api_user": {"stays as it is", "admin: true", "before and after"}, "delete_api_user": {"can't be undone", "no keys", "Refuses", "protected", "get_api_user first"},
		"delete_api_users": {"1 to 50", "Refuses", "partial"}, "audit_api_users": {"ask the user", "no date of last use"}, "list_roles": {"admin", "archived"},
		"list_client_applications": {"how many API users"}, "check_access": {"Use it first"},
	}
	list, _ := listed(t)
	for _, tool := range list {
		name, text := tool["name"].(string), tool["description"].(string)
		if n := utf8.RuneCountInString(text); n < 60 || n > 600 || !strings.HasSuffix(text, ".") {
			t.Errorf("%s: %d characters: %s", name, n, text)
		}
		for _, w := range words[name] {
			if !strings.Contains(text, w) {
				t.Errorf("%s: the description lacks %q: %s", name, w, text)
			}
		}
	}
}

// The list can be marshaled with every policy, and holds no null.
func TestTheListMarshals(t *testing.T) {
	t.Parallel()
	for _, p := range []tools.Policy{{}, {ReadOnly: true}, {Confirm: "strict"}, {Confirm: "human"}, {Tools: []string{"check_access"}}} {
		made, err := newTools(t, p)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(made.List())
		if err != nil || len(raw) < 100 || bytes.Contains(raw, []byte("null")) {
			t.Errorf("%+v: %v %s", p, err, raw)
		}
	}
}
