package call

import (
	"reflect"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// TestPreviewEach: a preview for several API users has one entry for each, with its id
// and name, and counts in its message those alone that are spared or missing.
func TestPreviewEach(t *testing.T) {
	t.Parallel()
	zapier, datev := uuid.MustParse(sandbox.ZapierSyncID), uuid.MustParse(sandbox.DatevExportID)
	const asks = "The first call would answer with a confirmationCode, to be sent again once the user agreed."
	const nobody = "Nobody would be asked: nothing would be written."
	missing := uuid.New()
	for name, test := range map[string]struct {
		protect      []string
		missing      []uuid.UUID
		message      string
		confirmation string
		outcomes     map[uuid.UUID]result.Outcome
	}{
		"all": {nil, nil, asks, asks, map[uuid.UUID]result.Outcome{zapier: result.Preview, datev: result.Preview}},
		"one spared, one missing": {[]string{sandbox.ZapierSyncID}, []uuid.UUID{missing},
			"This server forbids it for 1 API user; see results. awork knows no API user with 1 of the ids; see results. " +
				asks, asks,
			map[uuid.UUID]result.Outcome{zapier: result.Blocked, datev: result.Preview, missing: result.NotFound}},
		"all spared": {[]string{"*"}, nil, "This server forbids it for 2 API users; see results. " + nobody, nobody,
			map[uuid.UUID]result.Outcome{zapier: result.Blocked, datev: result.Blocked}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t, policy.Settings{Protect: test.protect}, nil)
			ch := f.change(policy.Delete, sandbox.ZapierSyncID, sandbox.DatevExportID)
			ch.Missing = test.missing
			c := f.call(t.Context(), "tool", "")
			c.PreviewOnly()
			_, _, _, err := c.AuthorizeEach(t.Context(), ch, func(u awork.APIUser) (action, unchanged string) {
				return "delete " + u.Name, ""
			})
			reply, ok := Preview(err)
			if !ok {
				t.Fatal(err)
			}
			r := reply.(*previewResult)
			want := "Nothing was changed: this is a preview. The call would change it. " + test.message
			if r.Message != want || r.Confirmation != test.confirmation {
				t.Errorf("%s\n%s\nwant\n%s", r.Confirmation, r.Message, want)
			}
			names := map[uuid.UUID]string{zapier: ch.Targets[0].Name, datev: ch.Targets[1].Name}
			got := map[uuid.UUID]result.Outcome{}
			for _, item := range r.Results {
				if got[item.APIUserID] = item.Outcome; item.Name != names[item.APIUserID] {
					t.Errorf("%s is called %q", item.APIUserID, item.Name)
				}
			}
			if !reflect.DeepEqual(got, test.outcomes) {
				t.Errorf("%v", got)
			}
		})
	}
}

// TestPreviewConfirmation: a preview says that nobody is asked where nobody is.
func TestPreviewConfirmation(t *testing.T) {
	t.Parallel()
	f := open(t, policy.Settings{}, nil)
	for asked, want := range map[bool]string{
		true:  "The first call would answer with a confirmationCode, to be sent again once the user agreed.",
		false: "Nobody would be asked: this needs no confirmation.",
	} {
		ch := f.change(policy.Update, sandbox.ZapierSyncID)
		if !asked {
			ch.Question = nil
		}
		c := f.call(t.Context(), "tool", "")
		c.PreviewOnly()
		_, _, err := c.Authorize(t.Context(), ch)
		if reply, ok := Preview(err); !ok || reply.(*previewResult).Confirmation != want {
			t.Errorf("asked is %t: %v, %+v", asked, err, reply)
		}
	}
}

// TestMakes: what makes something can't be asked about without state, since an answer
// that is used twice would make it twice.
func TestMakes(t *testing.T) {
	t.Parallel()
	for kind, want := range map[policy.Kind]bool{policy.Create: true, policy.IssueKey: true, policy.CreateRole: true,
		policy.Update: false, policy.Delete: false} {
		if makes(kind) != want {
			t.Errorf("%v: %t", kind, !want)
		}
	}
}
