package args_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/tools/internal/args"
)

const (
	id    = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
	other = "6fa459ea-ee8a-4ca4-894e-db77e160355e"
)

// input is where the fields of these tests point.
type input struct {
	ID            uuid.UUID
	Name          string
	Optional      *string
	List          []string
	OptionalList  *[]string
	IDs           []uuid.UUID
	Count         int
	Flag          bool
	Admin, Denied bool
	Since         time.Time
}

// fields are one field of each kind; the id is required.
func (in *input) fields() []args.Field {
	return []args.Field{
		args.APIUserID("which one", &in.ID).Require(),
		args.String("name", "a name", &in.Name),
		args.OptionalString("optional", "a text", &in.Optional),
		args.Strings("list", "texts", &in.List),
		args.OptionalStrings("optionalList", "other texts", &in.OptionalList),
		args.UUIDs("ids", "several", 2, &in.IDs),
		args.Int("count", "how many", 0, 20, &in.Count),
		args.Bool("flag", "whether", &in.Flag),
		args.Admin(&in.Admin, &in.Denied),
		args.Date("since", "from when", &in.Since),
	}
}

// TestSchema: a list of fields makes a closed schema with each field's type,
// bounds and description, in the order of the list.
func TestSchema(t *testing.T) {
	t.Parallel()
	const want = `{"type":"object","properties":{` +
		`"apiUserId":{"type":"string","description":"which one","format":"uuid"},` +
		`"name":{"type":"string","description":"a name"},` +
		`"optional":{"type":"string","description":"a text"},` +
		`"list":{"type":"array","items":{"type":"string"},"description":"texts"},` +
		`"optionalList":{"type":"array","items":{"type":"string"},"description":"other texts"},` +
		`"ids":{"type":"array","items":{"type":"string","format":"uuid"},"description":"several",` +
		`"minItems":1,"maxItems":2},` +
		`"count":{"type":"integer","description":"how many","minimum":0,"maximum":20},` +
		`"flag":{"type":"boolean","description":"whether"},` +
		`"admin":{"type":"boolean","description":"true to make it an admin"},` +
		`"since":{"type":"string","description":"from when"}},` +
		`"required":["apiUserId"],"additionalProperties":false}`
	for want, fields := range map[string][]args.Field{
		want: new(input).fields(),
		`{"type":"object","properties":{},"additionalProperties":false}`: nil,
	} {
		if got, err := json.Marshal(args.Schema(fields)); err != nil || string(got) != want {
			t.Errorf("%v\n%s\nwant\n%s", err, got, want)
		}
	}
}
