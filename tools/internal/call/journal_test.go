package call

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/awork/sandbox"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// granted is a call with the grant of a change that nobody is asked about.
func granted(f *fixture) (context.Context, *Call, Grant) {
	f.t.Helper()
	ch := f.change(policy.Update, sandbox.ZapierSyncID)
	ch.Question = nil
	c := f.call(f.t.Context(), "tool", "")
	ctx, grant, err := c.Authorize(f.t.Context(), ch)
	f.must(err)
	return ctx, c, grant
}

// TestWriteRecords: the journal and the log name what a write is about, and nothing
// that it is not about.
func TestWriteRecords(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	for name, test := range map[string]struct {
		write Write
		want  []string
	}{
		"role":     {Write{RoleID: id, Name: "Limited"}, []string{"roleId", "name"}},
		"API user": {Write{APIUserID: id, ClientID: "zapier"}, []string{"apiUserId", "clientId"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t, policy.Settings{}, nil)
			ctx, c, grant := granted(f)
			test.write.Success = result.Updated
			send := func(context.Context, *awork.Client, *journal.Entry) error { return nil }
			f.must(c.Write(ctx, grant, test.write, send))
			changes, err := journal.Read(f.path)
			f.must(err)
			if len(changes) != 1 || changes[0].RoleID != test.write.RoleID || changes[0].APIUserID != test.write.APIUserID ||
				changes[0].Finished.IsZero() {
				t.Errorf("%+v", changes)
			}
			line := map[string]any{}
			f.must(json.Unmarshal(f.log.Bytes(), &line))
			always := []string{"time", "level", "msg", "id", "workspace", "tool", "confirmed", "outcome"}
			for _, key := range append(always, test.want...) {
				if line[key] == nil || line[key] == "" {
					t.Errorf("the log lacks %s: %v", key, line)
				}
				delete(line, key)
			}
			if len(line) > 0 {
				t.Errorf("the log has %v too", line)
			}
		})
	}
}

// TestWriteEnded: a call that ends before its intent is in the journal sends
// nothing, and does not blame the journal.
func TestWriteEnded(t *testing.T) {
	t.Parallel()
	f := open(t, policy.Settings{}, nil)
	ctx, c, grant := granted(f)
	ended, end := context.WithCancel(ctx)
	end()
	err := c.Write(ended, grant, Write{}, func(context.Context, *awork.Client, *journal.Entry) error {
		t.Error("it is sent")
		return nil
	})
	if r := c.Describe(err).Base(); r.Outcome != result.Unavailable || strings.Contains(r.Message, "journal") {
		t.Errorf("%s: %s", r.Outcome, r.Message)
	}
	if f.log.Len() > 0 {
		t.Errorf("%s", f.log)
	}
}
