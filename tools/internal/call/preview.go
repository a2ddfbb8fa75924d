package call

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// previewResult is what a write would do.
type previewResult struct {
	result.Result
	// Question is what a human would be asked.
	Question string `json:"question,omitempty"`
	// Confirmation says who would be asked, and how.
	Confirmation string `json:"confirmation"`
	// Forbidden says what would keep the write from happening.
	Forbidden string `json:"forbidden,omitempty"`
	// Results are the API users of a call for several, with what would forbid each.
	Results []result.Item `json:"results,omitempty"`
}

// preview is the error of a call that only wants to know what it would do.
type preview struct{ result *previewResult }

func (*preview) Error() string { return "only a preview was asked for" }

// PreviewOnly has the call end where its write would be authorized, with what it
// would do.
func (c *Call) PreviewOnly() { c.previewOnly = true }

// Preview returns what a call would have done whose err says that only that was
// asked for.
func Preview(err error) (r result.Reply, ok bool) {
	var p *preview
	if !errors.As(err, &p) {
		return nil, false
	}
	return p.result, true
}

// preview describes a change without making it. forbidden is why policy allows
// none of it, and each why it spares single targets; count is how
// many the human would have to name.
func (c *Call) preview(ctx context.Context, ch *Change, forbidden error, each map[uuid.UUID]error, count int) error {
	r := &previewResult{Confirmation: c.server.Confirm.Describe(c.incoming, ch.Question != nil, makes(ch.Kind))}
	r.Outcome = result.Preview
	r.Message = "Nothing was changed: this is a preview. The call would " + ch.Action + "."
	if len(ch.Targets) == 1 && count == 0 {
		r.APIUser = ch.Names.Show(ch.Targets[0])
	}
	if forbidden != nil {
		r.Forbidden = forbidden.Error()
		r.Message += " This server forbids it: " + r.Forbidden
		return &preview{r}
	}
	var allowed []awork.APIUser
	for _, u := range ch.Targets {
		item := result.Item{
			APIUserID: u.ID,
			Name:      text.Clean(u.Name),
			Outcome:   result.Preview,
			Message:   "It would be written to.",
		}
		if err := each[u.ID]; err != nil {
			item.Outcome, item.Message = result.Blocked, err.Error()
		} else {
			allowed = append(allowed, u)
		}
		if count > 0 {
			r.Results = append(r.Results, item)
		}
	}
	if count > 0 && len(each) > 0 {
		r.Message += fmt.Sprintf(" This server forbids it for %s; see results.", text.Count(len(each), "API user"))
	}
	if ch.Question != nil && (count == 0 || len(allowed) > 0) {
		r.Question = text.OneLine(string(c.Redact([]byte(ch.Question(ctx, allowed)))))
	}
	r.Message += " " + r.Confirmation
	return &preview{r}
}

func makes(k policy.Kind) bool {
	return k == policy.Create || k == policy.IssueKey || k == policy.CreateRole
}
