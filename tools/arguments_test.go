package tools_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// validArguments are arguments that every tool takes.
func validArguments(tool string) args {
	switch tool {
	case "get_api_user", "delete_api_user":
		return args{"apiUserId": sandbox.ZapierSyncID}
	case "update_api_user":
		return args{"apiUserId": sandbox.ZapierSyncID, "name": "Zapier"}
	case "create_api_user":
		return args{"name": "New one", "roleId": "Integration"}
	case "delete_api_users":
		return args{"apiUserIds": []string{sandbox.ZapierSyncID}}
	}
	return args{}
}

var allTools = []string{"list_api_users", "get_api_user", "create_api_user", "update_api_user", "delete_api_user", "delete_api_users",
	"audit_api_users", "list_roles", "list_client_applications", "check_access"}

func TestEveryToolAnswersInBothEras(t *testing.T) {
	for _, e := range eras() {
		t.Run(string(e), func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				for _, tool := range allTools {
					d := open(t, setup{})
					d.era = e
					if a := d.call(tool, validArguments(tool)); !slices.Contains(successes, a.outcome()) {
						t.Errorf("%s: %s", tool, a.text)
					}
				}
			})
		})
	}
}

// notUUIDs are texts that are no UUID of any form.
func notUUIDs() []string {
	id := sandbox.ZapierSyncID
	return []string{
		"", " ", "x", "Zapier Sync", id[:35], id + "0", "x" + id + "y", "(" + id + ")", "[" + id + "]", "{" + id, id + "}", "{" + id + ")", "{{" + id + "}}",
		"urn:uuid:{" + id + "}", "urn:uuid:" + strings.ReplaceAll(id, "-", ""), "urn:uuid" + id, "uuid:" + id, "urn:guid:" + id,
		"{" + strings.ReplaceAll(id, "-", "") + "}", strings.ReplaceAll(id, "-", "_"), strings.ReplaceAll(id, "-", "")[:31], "g" + id[1:], "６" + id[1:],
		id[:8] + id[9:], strings.Replace(id, "-", " ", 1), id + "/..", "../roles", id + "?x=1", id + "\x00", id + "%2f", "\"" + id + "\"", "0x" + strings.ReplaceAll(id, "-", ""),
		sandbox.ZeroID, "{" + sandbox.ZeroID + "}", "urn:uuid:" + sandbox.ZeroID, strings.Repeat("0", 32), "\u200b" + id, id[:4] + "\u200b" + id[4:], strings.Repeat("a", 10_000),
	}
}

func TestWhatIsNoUUIDIsNeverSent(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		for _, e := range eras() {
			d := open(t, setup{})
			d.era = e
			for _, text := range notUUIDs() {
				for _, tool := range []string{"get_api_user", "update_api_user", "delete_api_user"} {
					a := d.call(tool, args{"apiUserId": text}).want("invalid_input", "apiUserId")
					if _, ok := a.structured["apiUserId"]; ok {
						t.Errorf("%s: %q came back as an apiUserId: %s", tool, text, a.text)
					}
				}
				d.call("delete_api_users", args{"apiUserIds": []string{sandbox.ZapierSyncID, text}}).want("invalid_input", "apiUserIds")
				if sent := d.seen(); len(sent) > 0 {
					t.Fatalf("%q led to %v", text, sent)
				}
			}
			if len(d.box.APIUsers()) != 12 {
				t.Error("an API user is gone")
			}
		}
	})
}

func TestUUIDForms(t *testing.T) {
	id := sandbox.ZapierSyncID
	forms := []string{
		id, strings.ToUpper(id), "{" + id + "}", "{" + strings.ToUpper(id) + "}", "urn:uuid:" + id, "URN:UUID:" + strings.ToUpper(id),
		strings.ReplaceAll(id, "-", ""), strings.ToUpper(strings.ReplaceAll(id, "-", "")), "  " + id + "\n", "\t{" + id + "}\r\n", "\u00a0" + id,
	}
	parallelSynctest(t, func(t *testing.T) {
		for _, e := range eras() {
			for _, form := range forms {
				d := open(t, setup{})
				d.era = e
				d.call("get_api_user", args{"apiUserId": form}).want("found").same(id, "apiUser", "id")
				d.call("update_api_user", args{"apiUserId": form, "name": "Z"}).want("updated").same(id, "apiUserId")
				d.call("delete_api_user", args{"apiUserId": form}).want("deleted").same(id, "apiUserId")
				d.call("delete_api_users", args{"apiUserIds": []string{form}}).want("partial").same(id, "results", 0, "apiUserId")
				for _, r := range d.box.Requests() {
					if strings.HasPrefix(r.Path, "/apiusers/") && r.Path != "/apiusers/"+id {
						t.Errorf("%q was sent as %s", form, r.Path)
					}
				}
			}
		}
	})
}

func TestTheQuotedArgumentIsCut(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		d := open(t, setup{})
		for _, text := range []string{strings.Repeat("a", 1000), strings.Repeat("ä", 1000), strings.Repeat("a\u202e\x1b[31m", 500)} {
			m := d.call("delete_api_user", args{"apiUserId": text}).want("invalid_input", text[:1]).message()
			quote := m[strings.Index(m, `"`)+1 : strings.LastIndex(m, `"`)]
			if n := len([]rune(quote)); n > 80 {
				t.Errorf("%d characters are quoted: %s", n, m)
			}
		}
	})
}

func TestCoercion(t *testing.T) {
	deep := strings.Repeat(`{"a":[`, 400) + "1" + strings.Repeat(`]}`, 400)
	id := sandbox.ZapierSyncID
	for _, c := range []struct {
		tool, arguments, outcome string
		word                     string
		check                    func(*testing.T, answer)
	}{
		{"list_api_users", `{"limit":2}`, "found", "", shows(2)},
		{"list_api_users", `{"limit":"2"}`, "found", "", shows(2)},
		{"list_api_users", `{"limit":" 2 "}`, "found", "", shows(2)},
		{"list_api_users", `{"limit":2.0}`, "found", "", shows(2)},
		{"list_api_users", `{"limit":200}`, "found", "", shows(12)},
		{"list_api_users", `{"limit":null}`, "found", "", shows(12)},
		{"list_api_users", `{"limit":0}`, "invalid_input", "limit", nil},
		{"list_api_users", `{"limit":-1}`, "invalid_input", "limit", nil},
		{"list_api_users", `{"limit":201}`, "invalid_input", "200", nil},
		{"list_api_users", `{"limit":2.5}`, "invalid_input", "2.5", nil},
		{"list_api_users", `{"limit":"1e400"}`, "invalid_input", "limit", nil},
		{"list_api_users", `{"limit":12345678901234567890123}`, "invalid_input", "limit", nil},
		{"list_api_users", `{"limit":9223372036854775808}`, "invalid_input", "limit", nil},
		{"list_api_users", `{"limit":"NaN"}`, "invalid_input", "NaN", nil},
		{"list_api_users", `{"limit":"Infinity"}`, "invalid_input", "limit", nil},
		{"list_api_users", `{"limit":""}`, "found", "Showing 12 of 12", nil},
		{"list_api_users", `{"limit":"two"}`, "invalid_input", "two", nil},
		{"list_api_users", `{"limit":true}`, "invalid_input", "limit", nil},
		{"list_api_users", `{"limit":[2]}`, "invalid_input", "limit", nil},
		{"list_api_users", `{"limit":{"n":2}}`, "invalid_input", "limit", nil},
		{"list_api_users", `{"limit":` + deep + `}`, "invalid_input", "limit", nil},
		{"list_api_users", `{"adminOnly":true}`, "found", "", shows(4)},
		{"list_api_users", `{"adminOnly":"true"}`, "found", "", shows(4)},
		{"list_api_users", `{"adminOnly":"True"}`, "found", "", shows(4)},
		{"list_api_users", `{"adminOnly":"false"}`, "found", "", shows(12)},
		{"list_api_users", `{"adminOnly":false}`, "found", "", shows(12)},
		{"list_api_users", `{"adminOnly":null}`, "found", "", shows(12)},
		{"list_api_users", `{"adminOnly":"maybe"}`, "invalid_input", "maybe", nil},
		{"list_api_users", `{"adminOnly":""}`, "found", "Showing 12 of 12", nil},
		{"list_api_users", `{"adminOnly":[true]}`, "invalid_input", "adminOnly", nil},
		{"list_api_users", `{"text":5}`, "invalid_input", "text", nil},
		{"list_api_users", `{"text":{"a":1}}`, "invalid_input", "text", nil},
		{"list_api_users", `{"text":null,"role":null,"client":null,"createdBefore":null,"cursor":null}`, "found", "", shows(12)},
		{"list_api_users", `{"createdBefore":"2023-01-01"}`, "found", "", shows(2)},
		{"list_api_users", `{"createdBefore":"2022-11-21T14:05:33.1182904Z"}`, "found", "", shows(1)},
		{"list_api_users", `{"createdBefore":"2022-11-21T14:05:33.1182905Z"}`, "found", "", shows(2)},
		{"list_api_users", `{"createdBefore":"2022-11-21T16:05:33.1182905+02:00"}`, "found", "", shows(2)},
		{"list_api_users", `{"createdBefore":"last year"}`, "invalid_input", "last year", nil},
		{"list_api_users", `{"createdBefore":"2023-13-01"}`, "invalid_input", "createdBefore", nil},
		{"list_api_users", `{"createdBefore":true}`, "invalid_input", "createdBefore", nil},
		{"list_api_users", `{"cursor":"%%%"}`, "invalid_input", "cursor", nil},
		{"get_api_user", `{"apiUserId":"` + id + `","includeWebhooks":"TRUE"}`, "found", "", func(t *testing.T, a answer) {
			if a.at("made") == nil {
				t.Error("the string TRUE was not taken for true")
			}
		}},
		{"get_api_user", `{"apiUserId":null}`, "invalid_input", "apiUserId", nil},
		{"get_api_user", `{}`, "invalid_input", "apiUserId", nil},
		{"get_api_user", `{"ApiUserId":"` + id + `"}`, "invalid_input", "piUserId", nil},
		{"get_api_user", `{"apiUserId":5}`, "invalid_input", "5", nil},
		{"get_api_user", `{"apiUserId":["` + id + `"]}`, "invalid_input", "apiUserId", nil},
		{"get_api_user", `{"apiUserId":{"id":"` + id + `"}}`, "invalid_input", "apiUserId", nil},
		{"get_api_user", `{"apiUserId":true}`, "invalid_input", "apiUserId", nil},
		{"get_api_user", `{"apiUserId":` + deep + `}`, "invalid_input", "apiUserId", nil},
		{"get_api_user", `[]`, "invalid_input", "apiUserId is required", nil},
		{"get_api_user", `["` + id + `"]`, "invalid_input", "object", nil},
		{"get_api_user", `"` + id + `"`, "invalid_input", "object", nil},
		{"get_api_user", `7`, "invalid_input", "object", nil},
		{"get_api_user", `true`, "invalid_input", "object", nil},
		{"get_api_user", `null`, "invalid_input", "apiUserId", nil},
		{"check_access", `null`, "found", "", nil},
		{"delete_api_users", `{"apiUserIds":"[\"` + id + `\"]"}`, "deleted", "", nil},
		{"delete_api_users", `{"apiUserIds":" [ \"` + id + `\" , \"{` + id + `}\" ] "}`, "deleted", "", func(_ *testing.T, a answer) { a.same(1, "summary", "deleted") }},
		{"delete_api_users", `{"apiUserIds":[]}`, "invalid_input", "1 to 50", nil},
		{"delete_api_users", `{"apiUserIds":"[]"}`, "invalid_input", "1 to 50", nil},
		{"delete_api_users", `{"apiUserIds":""}`, "invalid_input", "apiUserIds", nil},
		{"delete_api_users", `{"apiUserIds":null}`, "invalid_input", "apiUserIds", nil},
		{"delete_api_users", `{"apiUserIds":[5]}`, "invalid_input", "apiUserIds", nil},
		{"delete_api_users", `{"apiUserIds":[null]}`, "invalid_input", "apiUserIds", nil},
		{"delete_api_users", `{"apiUserIds":["` + id + `",null]}`, "invalid_input", "apiUserIds", nil},
		{"delete_api_users", `{"apiUserIds":[["` + id + `"]]}`, "invalid_input", "apiUserIds", nil},
		{"delete_api_users", `{"apiUserIds":"[\"` + id + `\""}`, "invalid_input", "apiUserIds", nil},
		{"delete_api_users", `{"apiUserIds":{"0":"` + id + `"}}`, "invalid_input", "apiUserIds", nil},
		{"create_api_user", `{"name":null,"roleId":"Integration"}`, "invalid_input", "name", nil},
		{"create_api_user", `{"name":5,"roleId":"Integration"}`, "invalid_input", "name", nil},
		{"create_api_user", `{"name":"X","roleId":7}`, "invalid_input", "roleId", nil},
		{"create_api_user", `{"name":"X","roleId":null}`, "invalid_input", "roleId", nil},
		{"create_api_user", `{"name":"X","roleId":"","admin":null}`, "invalid_input", "roleId", nil},
		{"create_api_user", `{"name":"X","roleId":null,"admin":null,"clientId":null}`, "invalid_input", "roleId", nil},
		{"create_api_user", `{"name":"X","roleId":"Integration","clientId":null,"admin":null}`, "created", "", nil},
		{"create_api_user", `{"name":"X","admin":true}`, "created", "", func(_ *testing.T, a answer) { a.same(true, "apiUser", "admin") }},
	} {
		t.Run(c.tool+" "+c.arguments[:min(60, len(c.arguments))], func(t *testing.T) {
			parallelSynctest(t, func(t *testing.T) {
				for _, e := range eras() {
					d := open(t, setup{})
					d.era = e
					a := d.call(c.tool, json.RawMessage(c.arguments)).want(c.outcome, c.word)
					if c.outcome == "invalid_input" {
						if sent := d.seen(); len(sent) > 0 && !slices.Equal(sent, []string{"GET /me"}) {
							t.Errorf("refused arguments led to %v", sent)
						}
					}
					if c.check != nil {
						c.check(t, a)
					}
				}
			})
		})
	}
}

func shows(n int) func(*testing.T, answer) {
	return func(t *testing.T, a answer) {
		if got := len(a.list("apiUsers")); got != n {
			t.Errorf("%d are shown, want %d", got, n)
		}
	}
}

// Nobody is made an admin by a value that only looks like true.
func TestAdminIsTheJSONValueTrueAndNothingElse(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		d := open(t, setup{})
		for _, value := range []string{`"true"`, `"True"`, `"TRUE"`, `" true "`, `"yes"`, `"1"`, `1`, `1.0`, `[true]`, `{"admin":true}`, `"on"`, `""`} {
			for tool, rest := range map[string]string{
				"create_api_user": `"name":"X"`,
				"update_api_user": `"apiUserId":"` + sandbox.ZapierSyncID + `"`,
			} {
				for _, role := range []string{"", `,"roleId":"` + sandbox.AdminRoleID + `"`, `,"roleId":"` + sandbox.IntegrationRoleID + `"`} {
					d.call(tool, json.RawMessage(`{`+rest+role+`,"admin":`+value+`}`)).want("invalid_input", "admin")
				}
			}
		}
		if sent := d.seen(); len(sent) > 0 {
			t.Errorf("refused arguments led to %v", sent)
		}
		for _, value := range []string{"false", "null"} {
			a := d.call("create_api_user", json.RawMessage(`{"name":"X","admin":`+value+`}`)).want("invalid_input")
			b := d.call("create_api_user", json.RawMessage(`{"name":"X","roleId":"Administrator","admin":`+value+`}`)).want("invalid_input")
			if a.at("apiUser") != nil || b.at("apiUser") != nil {
				t.Errorf("admin: %s made an API user", value)
			}
		}
		d.nothingWritten()
	})
}

func TestUnknownArguments(t *testing.T) {
	parallelSynctest(t, func(t *testing.T) {
		d := open(t, setup{})
		for _, tool := range allTools {
			for _, name := range []string{"zzz", "confirm", "Limit", "apiuserid", "ADMIN", "api_user_id", "", strings.Repeat("n", 500), "a\u202eb\x1b"} {
				with := args{name: 1}
				for k, v := range validArguments(tool) {
					with[k] = v
				}
				word := name[:min(3, len(name))]
				if strings.HasPrefix(name, "a\u202e") {
					word = "ab"
				}
				d.call(tool, with).want("invalid_input", "no argument", word)
			}
		}
		if sent := d.seen(); len(sent) > 0 {
			t.Errorf("refused arguments led to %v", sent)
		}
	})
}

// The schema as it is listed takes what the tool takes and refuses what it
// refuses, coercion apart.
func TestSchemaAndDecodingAgree(t *testing.T) {
	list, err := listOf("default")
	if err != nil {
		t.Fatal(err)
	}
	parallelSynctest(t, func(t *testing.T) {
		for _, tool := range list {
			name := tool["name"].(string)
			properties, _ := at(tool, "inputSchema", "properties").(map[string]any)
			required, _ := at(tool, "inputSchema", "required").([]any)
			for property := range properties {
				d := open(t, setup{})
				with := validArguments(name)
				with[property] = map[string]any{"no": "such"}
				d.call(name, with).want("invalid_input", property)
			}
			for _, r := range required {
				d := open(t, setup{})
				without := validArguments(name)
				delete(without, r.(string))
				d.call(name, without).want("invalid_input", r.(string), "required")
			}
			if len(required) == 0 {
				open(t, setup{}).call(name, nil).want("found")
			}
			if _, ok := properties["nextCursor"]; ok {
				t.Error(fmt.Sprint(name, " takes what it gives"))
			}
		}
	})
}
