package args_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// TestDecode: values are decoded in each form that agents write them in; what is
// null, or an empty text where that means nothing, is left out.
func TestDecode(t *testing.T) {
	t.Parallel()
	ids := []uuid.UUID{uuid.MustParse(id), uuid.MustParse(other)}
	noon := time.Date(2025, 6, 30, 12, 0, 0, 0, time.UTC)
	text, empty := "x", ""
	for given, want := range map[string]input{
		`"name":"Ada"`:         {Name: "Ada"},
		`"name":" Ada "`:       {Name: " Ada "},
		`"name":null`:          {},
		`"name":" \t"`:         {},
		`"optional":"x"`:       {Optional: &text},
		`"optional":""`:        {Optional: &empty},
		`"optional":null`:      {},
		`"list":["a","b"]`:     {List: []string{"a", "b"}},
		`"list":"[\"a\"]"`:     {List: []string{"a"}},
		`"list":""`:            {},
		`"optionalList":["a"]`: {OptionalList: &[]string{"a"}},
		`"optionalList":[]`:    {OptionalList: &[]string{}},
		`"optionalList":null`:  {},
		`"ids":["` + id + `"]`: {IDs: ids[:1]},
		`"ids":["` + id + `","` + other + `","` + id + `"]`: {IDs: ids},
		`"ids":" [\"` + id + `\",\"{` + other + `}\"]"`:     {IDs: ids},
		`"ids":"` + id + `, ` + other + `"`:                 {IDs: ids},
		`"ids":""`:                                          {},
		`"count":0`:                                         {},
		`"count":20`:                                        {Count: 20},
		`"count":" 7 "`:                                     {Count: 7},
		`"count":7.0`:                                       {Count: 7},
		`"count":""`:                                        {},
		`"flag":true`:                                       {Flag: true},
		`"flag":" TRUE "`:                                   {Flag: true},
		`"flag":"false"`:                                    {},
		`"admin":true`:                                      {Admin: true},
		`"admin":false`:                                     {Denied: true},
		`"admin":null`:                                      {},
		`"since":"2025-06-30"`:                              {Since: noon.Add(-12 * time.Hour)},
		`"since":"2025-06-30T12:00:00"`:                     {Since: noon},
		`"since":" 2025-06-30T14:00:00.000000001+02:00 "`:                             {Since: noon.Add(1)},
		`"toolCallId":1,"sessionId":2,"chatInput":3,"action":4,"wait_for_previous":5`: {},
	} {
		var got input
		want.ID = ids[0]
		err := args.Decode(json.RawMessage(`{"apiUserId":"`+id+`",`+given+`}`), got.fields())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %+v", given, err, got)
		}
	}
}

// TestDecodeFalse: false is a value, and replaces true.
func TestDecodeFalse(t *testing.T) {
	t.Parallel()
	flag := true
	err := args.Decode(json.RawMessage(`{"flag":false}`), []args.Field{args.Bool("flag", "whether", &flag)})
	if err != nil || flag {
		t.Errorf("%v, %t", err, flag)
	}
}

// TestDecodeNothing: no arguments are an object without any, in each form that
// hosts send that in; what is no object is refused.
func TestDecodeNothing(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", " ", "null", "{}", "[]", " []\n"} {
		if err := args.Decode(json.RawMessage(raw), nil); err != nil {
			t.Errorf("%q: %v", raw, err)
		}
	}
	for _, raw := range []string{"7", `"x"`, `[{}]`, `{"name":`} {
		refused(t, raw, nil, "The arguments must be a JSON object.")
	}
}

// TestDecodeRefuses: a refusal names the argument, what it takes and where values
// come from, and quotes what was received.
func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	const (
		hint  = "; list_api_users shows the ids; received "
		count = "count must be a whole number from 0 to 20; received "
		date  = "since must be a date such as 2025-06-30, or a date and time such as 2025-06-30T12:00:00Z; received "
		admin = "admin must be the JSON value true, or be left out; received "
	)
	for given, want := range map[string]string{
		`"name":7`:               `name must be a string; received "7".`,
		`"optional":[]`:          `optional must be a string; received "[]".`,
		`"list":"a"`:             `list must be a list of texts; received "a".`,
		`"list":[1]`:             `list must be a list of texts; received "[1]".`,
		`"optionalList":""`:      `optionalList must be a list of texts; received "".`,
		`"ids":[]`:               `ids must hold 1 to 2 UUIDs, not 0` + hint + `"[]".`,
		`"ids":[7]`:              `ids must be a list of UUIDs as strings` + hint + `"[7]".`,
		`"ids":"` + id + `,Ada"`: `ids must be a list of UUIDs; number 2 is "Ada"` + hint + `"` + id + `,Ada".`,
		`"count":21`:             count + `"21".`,
		`"count":-1`:             count + `"-1".`,
		`"count":2.5`:            count + `"2.5".`,
		`"count":"two"`:          count + `"two".`,
		`"flag":"yes"`:           `flag must be true or false; received "yes".`,
		`"admin":"true"`:         admin + `"true".`,
		`"admin":""`:             admin + `"".`,
		`"since":"30.6.2025"`:    date + `"30.6.2025".`,
		// The first in the order of the fields.
		`"admin":1,"name":7`: `name must be a string; received "7".`,
		// The first in the order of the alphabet, before a wrong value.
		`"zone":1,"label":"Ada","name":7`: `There is no argument "label"; this tool takes apiUserId, name, optional, ` +
			`list, optionalList, ids, count, flag, admin, since.`,
	} {
		refused(t, `{"apiUserId":"`+id+`",`+given+`}`, new(input).fields(), want)
	}
	third := strings.Replace(id, "3f", "4f", 1)
	refused(t, `{"apiUserId":"`+id+`","ids":["`+id+`","`+other+`","`+third+`"]}`, new(input).fields(),
		`ids must hold 1 to 2 UUIDs, not 3`+hint+`"[\"`+id+`\",\"`+other+`\",…".`)
	const missing = "apiUserId is required; list_api_users shows the ids."
	for raw, want := range map[string]string{
		`{}`:                 missing,
		`{"apiUserId":null}`: missing,
		`{"apiUserId":""}`:   `apiUserId must be a UUID such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301` + hint + `"".`,
		`{"apiUserId":7}`:    `apiUserId must be a UUID as a string` + hint + `"7".`,
	} {
		refused(t, raw, new(input).fields(), want)
	}
	refused(t, `{"name":"Ada"}`, nil, `There is no argument "name"; this tool takes none.`)
}

// TestDecodeRest: what is refused leaves the good arguments decoded.
func TestDecodeRest(t *testing.T) {
	t.Parallel()
	var in input
	refused(t, `{"name":"Ada","count":99,"flag":true}`, in.fields(),
		"apiUserId is required; list_api_users shows the ids.")
	if want := (input{Name: "Ada", Flag: true}); !reflect.DeepEqual(in, want) {
		t.Errorf("%+v", in)
	}
}

// refused checks that arguments are refused as invalid input, in these words.
func refused(t *testing.T, raw string, fields []args.Field, message string) {
	t.Helper()
	var refusal *result.RefusalError
	err := args.Decode(json.RawMessage(raw), fields)
	if !errors.As(err, &refusal) || refusal.Outcome != result.InvalidInput || refusal.Message != message {
		t.Errorf("%s: %#v\n%v\nwant\n%s", raw, refusal, err, message)
	}
}
