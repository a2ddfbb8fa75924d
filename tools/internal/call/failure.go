package call

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// ChangeError is an error with the change that it prevented.
type ChangeError struct {
	Change *Change
	Err    error
}

func (f *ChangeError) Error() string { return f.Err.Error() }
func (f *ChangeError) Unwrap() error { return f.Err }

func (ch *Change) failure(err error) error { return &ChangeError{Change: ch, Err: err} }

// IsAmbiguous reports whether err is that of a write whose effect is not known.
func IsAmbiguous(err error) bool { return errors.As(err, new(*awork.EffectError)) }

// unclearResult is a create of which it is not known what it made.
type unclearResult struct {
	result.Result
	Candidates []*result.APIUser `json:"candidates"`
}

// Describe returns the result of a call that failed with err.
func (c *Call) Describe(err error) result.Reply {
	r, unchanged := c.describe(err)
	if unchanged != "" {
		r.Base().Message += " " + unchanged
	}
	return r
}

// DescribeAlone is Describe without the sentence on what was left as it was, for
// a message that says it in its own words.
func (c *Call) DescribeAlone(err error) result.Reply {
	r, _ := c.describe(err)
	return r
}

// Candidates returns the API users that a create whose effect is not known may have
// made.
func (c *Call) Candidates(err error) []*result.APIUser {
	r, _ := c.describe(err)
	if unclear, ok := r.(*unclearResult); ok {
		return unclear.Candidates
	}
	return nil
}

// describe returns the result of a failure, and the sentence on what it left as it
// was; empty where that is not known.
func (c *Call) describe(err error) (r result.Reply, unchanged string) {
	ch := &Change{Action: strings.ToLower(c.tool.Title[:1]) + c.tool.Title[1:]}
	if c.tool.Writes {
		ch.Unchanged = "Nothing was changed."
	}
	var failure *ChangeError
	if errors.As(err, &failure) {
		ch = failure.Change
	}
	var refusal *result.RefusalError
	var changed *awork.ChangedError[awork.APIUser]
	var changedClient *awork.ChangedError[awork.ClientApplication]
	var effect *awork.EffectError
	var upstream *awork.Error
	switch {
	case errors.As(err, &refusal):
		return describeRefusal(ch, refusal)
	case errors.As(err, &effect):
		return c.describeEffect(ch, effect), ""
	case errors.As(err, &changed):
		return &result.Result{Outcome: result.ConfirmationRequired, Message: fmt.Sprintf("API user %s has changed "+
			"since it was read: %s. Look at it and call again.",
			text.Quote(changed.Was.Name), ch.Names.Differences(changed.Was, changed.Now))}, ch.Unchanged
	case errors.As(err, &changedClient):
		return &result.Result{Outcome: result.ConfirmationRequired, Message: fmt.Sprintf("Client application %s has "+
			"changed since it was read: %s. Look at it and call again.",
			text.Quote(changedClient.Was.ClientID), clientDifferences(changedClient.Was, changedClient.Now))}, ch.Unchanged
	case errors.As(err, &upstream):
		described := c.describeUpstream(ch, upstream)
		if target, ok := ch.targetOf(upstream.Path); ok && described.Outcome == result.NotFound {
			described.Message = gone(target, upstream.Method)
			return described, ""
		}
		return described, ch.Unchanged
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &result.Result{
			Outcome: result.Unavailable,
			Message: "The call ended before awork had answered.",
		}, ch.Unchanged
	}
	return c.internalError(err, ch)
}

func describeRefusal(ch *Change, r *result.RefusalError) (result.Reply, string) {
	described := &result.Result{Outcome: r.Outcome, Message: r.Message, ConfirmationCode: r.ConfirmationCode,
		RequiredPermission: r.RequiredPermission}
	if r.ConfirmationCode != "" {
		return described, "" // the message says what to do
	}
	return described, ch.Unchanged
}

// internalError describes a fault of this program: the result has a reference, the
// rest is in the log.
func (c *Call) internalError(err error, ch *Change) (result.Reply, string) {
	ref := uuid.NewString()[:8]
	c.server.Log.Error("internal error", "ref", ref, "tool", c.tool.Name, "error", err)
	if c.committing {
		return &result.Result{Outcome: result.Unknown, Message: fmt.Sprintf("awork-mcp failed while it was at work "+
			"(reference %s in its log). "+
			"Check with get_api_user or list_api_users what happened.", ref)}, ""
	}
	return &result.Result{Outcome: result.UpstreamError, Message: fmt.Sprintf("awork-mcp failed (reference %s in "+
		"its log).", ref)}, ch.Unchanged
}

// describeEffect is a write whose answer never came or proves nothing, after its
// effect was looked for.
func (c *Call) describeEffect(ch *Change, e *awork.EffectError) result.Reply {
	r := c.describeUpstream(ch, e.Attempt)
	if e.ReadBack == nil {
		r.Message += " " + ch.stillThere() + " Look at it before you repeat the call: awork may yet carry out what it " +
			"was sent."
		return r
	}
	r.Outcome, r.RequiredPermission, r.RetryAfterSeconds = result.Unknown, "", 0
	found := "Reading it again did not show that."
	var changed *awork.ChangedError[awork.APIUser]
	var changedClient *awork.ChangedError[awork.ClientApplication]
	switch {
	case errors.As(e.ReadBack, &changed):
		r.APIUser = ch.Names.Show(changed.Now)
		found = "When it was read again, " + ch.Names.Differences(changed.Was, changed.Now) + "."
	case errors.As(e.ReadBack, &changedClient):
		found = "When it was read again, " + clientDifferences(changedClient.Was, changedClient.Now) + "."
	}
	r.Message = fmt.Sprintf("It is not known whether awork did what it was asked (%s): %s %s Check with %s before "+
		"you repeat the call.",
		ch.Action, DescribeAnswer(e.Attempt), found, recordOf(e.Attempt.Path).list)
	if e.Candidates == nil {
		return r
	}
	unclear := &unclearResult{Result: *r, Candidates: []*result.APIUser{}}
	for _, u := range e.Candidates {
		unclear.Candidates = append(unclear.Candidates, ch.Names.Show(u))
	}
	return unclear
}

// targetOf returns the target that a path names.
func (ch *Change) targetOf(path string) (awork.APIUser, bool) {
	i := slices.IndexFunc(ch.Targets, func(u awork.APIUser) bool { return path == "/apiusers/"+u.ID.String() })
	if i < 0 {
		return awork.APIUser{}, false
	}
	return ch.Targets[i], true
}

// gone says that awork no longer knows an API user that the call has read. A DELETE
// may have been carried out and then sent again on the way to awork.
func gone(target awork.APIUser, method string) string {
	by := "by somebody else"
	if method == "DELETE" {
		by = "perhaps by this call's own first attempt, or by somebody else"
	}
	return fmt.Sprintf("awork knows no API user with this id any more: %s was there when this call read it, and is "+
		"gone since, %s. list_api_users shows which there are.", text.Quote(target.Name), by)
}

// stillThere says that a write had no effect that could be seen.
func (ch *Change) stillThere() string {
	if ch.Kind == policy.Delete && len(ch.Targets) == 1 {
		return "API user " + text.Quote(ch.Targets[0].Name) + " still exists: it was there when it was read again."
	}
	return "The record was as before when it was read again."
}

// record is a kind of awork's records.
type record struct{ name, list string }

// recordOf returns what a path is that of; its name is empty where it names no
// record.
func recordOf(path string) record {
	switch {
	case strings.HasPrefix(path, "/clientapplications/"):
		return record{"client application", "list_client_applications"}
	case strings.HasPrefix(path, "/apiusers/"):
		return record{"API user", "list_api_users"}
	case strings.HasPrefix(path, "/roles/"):
		return record{"role", "list_roles"}
	case path == "/roles":
		return record{"", "list_roles"}
	}
	return record{"", "list_api_users"}
}

func clientDifferences(was, now awork.ClientApplication) string {
	var d []string
	if was.DisplayName != now.DisplayName {
		d = append(d, "its name was "+text.Quote(was.DisplayName)+" and is "+text.Quote(now.DisplayName))
	}
	if wasURIs, uris := text.QuoteList(was.RedirectURIs), text.QuoteList(now.RedirectURIs); wasURIs != uris {
		d = append(d, "its redirect URIs were "+wasURIs+" and are "+uris)
	}
	if len(d) == 0 {
		return "it was updated " + text.Quote(string(now.UpdatedOn))
	}
	return strings.Join(d, "; ")
}

func ceilSeconds(d time.Duration) int { return max(1, int(math.Ceil(d.Seconds()))) }
