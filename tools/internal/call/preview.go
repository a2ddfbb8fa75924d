package call

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// previewResult is what a write would do.
type previewResult struct {
	result.Result
	// After is the API user as it would be.
	After *result.APIUser `json:"after,omitempty"`
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

// preview describes a change without making it. forbidden is why policy keeps it
// from happening.
func (c *Call) preview(ctx context.Context, ch *Change, forbidden error) error {
	r := c.newPreview(ch)
	r.Warnings = ch.Warnings
	if len(ch.Targets) == 1 {
		r.APIUser = ch.Names.Show(ch.Targets[0])
		r.Warnings = slices.Concat(r.Warnings, ch.Names.Warnings(ch.Targets[0]))
	}
	if ch.After != nil {
		r.After = ch.Names.Show(*ch.After)
	}
	if ch.Effect != "" {
		r.Message += " " + ch.Effect
	}
	if forbidden != nil {
		r.Forbidden, r.Confirmation = forbidden.Error(), "Nobody would be asked: the call would be refused."
		r.Message += " This server forbids it: " + r.Forbidden
		return &preview{r}
	}
	c.ask(ctx, r, ch, ch.Targets)
	return &preview{r}
}

// previewEach describes a change of several API users without making it. forbidden
// is why policy spares some of them.
func (c *Call) previewEach(ctx context.Context, ch *Change, forbidden map[uuid.UUID]error,
	describe func(awork.APIUser) (action, unchanged string)) error {
	r := c.newPreview(ch)
	var allowed []awork.APIUser
	for _, u := range ch.Targets {
		action, _ := describe(u)
		item := result.Item{
			APIUserID: u.ID,
			Name:      text.Clean(u.Name),
			Outcome:   result.Preview,
			Message:   "The call would " + action + ".",
		}
		if err := forbidden[u.ID]; err != nil {
			item.Outcome, item.Message = result.Blocked, err.Error()
		} else {
			allowed = append(allowed, u)
		}
		r.Results = append(r.Results, item)
	}
	for _, id := range ch.Missing {
		r.Results = append(r.Results,
			result.Item{APIUserID: id, Outcome: result.NotFound, Message: "awork knows no API user with this id."})
	}
	if len(forbidden) > 0 {
		r.Message += fmt.Sprintf(" This server forbids it for %s; see results.", text.Count(len(forbidden), "API user"))
	}
	if len(ch.Missing) > 0 {
		r.Message += fmt.Sprintf(" awork knows no API user with %d of the ids; see results.", len(ch.Missing))
	}
	if len(allowed) == 0 {
		r.Confirmation = "Nobody would be asked: nothing would be written."
		r.Message += " " + r.Confirmation
		return &preview{r}
	}
	c.ask(ctx, r, ch, allowed)
	return &preview{r}
}

func (c *Call) newPreview(ch *Change) *previewResult {
	r := &previewResult{Confirmation: c.server.Confirm.Describe(c.incoming, ch.Question != nil, makes(ch.Kind))}
	r.Outcome = result.Preview
	r.Message = "Nothing was changed: this is a preview. The call would " + ch.Action + "."
	return r
}

// ask adds what a human would be asked about some targets.
func (c *Call) ask(ctx context.Context, r *previewResult, ch *Change, targets []awork.APIUser) {
	if ch.Question != nil {
		r.Question = text.OneLine(string(c.Redact([]byte(ch.Question(ctx, targets)))))
	}
	r.Message += " " + r.Confirmation
}

func makes(k policy.Kind) bool {
	return k == policy.Create || k == policy.IssueKey || k == policy.CreateRole
}
