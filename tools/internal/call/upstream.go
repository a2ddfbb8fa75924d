package call

import (
	"fmt"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// describeUpstream is a request that awork refused or did not answer.
func (c *Call) describeUpstream(ch *Change, e *awork.Error) *result.Result {
	r := &result.Result{Error: Detail(e)}
	if c.identity == nil {
		c.identity = e.Identity
	}
	kind, missing := e.Kind, recordOf(e.Path)
	if e.Status == 404 && (kind == awork.KindUnavailable || kind == awork.KindRateLimited) ||
		kind == awork.KindNotFound && missing.name == "" {
		// GET /me could not be asked, without which a 404 proves nothing; nor does
		// that of a path which names no record.
		kind = awork.KindUpstream
	}
	switch kind {
	case awork.KindNotFound:
		r.Outcome = result.NotFound
		r.Message = fmt.Sprintf("awork knows no %s with this id: it never was in this workspace, or is gone. %s shows "+
			"which there are.", missing.name, missing.list)
	case awork.KindPermissionDenied:
		r.Outcome, r.RequiredPermission = result.PermissionDenied, c.permission(e)
		r.Message = fmt.Sprintf("awork does not allow it (%s): %s lacks %s. An admin of the workspace can give its "+
			"role that permission; whoever runs this server can give it another token.",
			ch.Action, tokenOwner(c.identity), r.RequiredPermission)
	case awork.KindUnauthenticated:
		r.Outcome, r.Message = result.Unauthenticated, c.unauthenticated(e)
	case awork.KindInvalid:
		r.Outcome, r.Message = result.InvalidInput, DescribeAnswer(e)
	case awork.KindRateLimited:
		r.Outcome, r.RetryAfterSeconds = result.RateLimited, ceilSeconds(e.RetryAfter)
		r.Message = fmt.Sprintf("awork's rate limit for this workspace is used up. Try again "+
			"in %s.", text.Count(r.RetryAfterSeconds, "second"))
	case awork.KindUnavailable:
		r.Outcome, r.Message = result.Unavailable, DescribeAnswer(e)+" Try again later."
	default:
		r.Outcome, r.Message = result.UpstreamError, DescribeAnswer(e)+" "+afterUpstream(e)
	}
	return r
}

// afterUpstream says what to do after an answer that awork should not have given.
func afterUpstream(e *awork.Error) string {
	if e.Status >= 500 {
		return "Try again later."
	}
	return "If it stays so, awork-mcp doctor says more to whoever runs this server."
}

// unauthenticated says what to do about the token that awork does not accept.
func (c *Call) unauthenticated(e *awork.Error) string {
	switch {
	case e.NewerToken:
		return "awork no longer takes the token that the call began with, and a write goes out under no other. There " +
			"is a new one: call again."
	case e.Status == 0:
		return "There is no token to send to awork. Set AWORK_TOKEN or the token file, or run awork-mcp login; " +
			"awork-mcp doctor says more."
	case c.ownAccount:
		return "awork does not accept the token that this call brings: it is wrong or expired, or its API user is gone. " +
			"Send a valid one in X-Awork-Token."
	}
	return "awork does not accept the token: it is wrong or expired, or its API user is gone. Set a valid one in " +
		"AWORK_TOKEN or in the token file, or run awork-mcp login."
}

// permission is what awork asks for to let the call's tool work, where it refused
// one of its requests.
func (c *Call) permission(e *awork.Error) string {
	switch {
	case e.ChangesRights():
		return awork.WriteProjectConfig
	case c.tool.Writes:
		return awork.WriteManageConfig
	}
	return awork.ReadManageConfig
}

// tokenOwner names who the token is, in words that begin "lacks".
func tokenOwner(me *awork.Identity) string {
	switch {
	case me == nil:
		return "the token's owner"
	case me.Name() == "":
		return "the token's owner, " + me.ID.String() + ","
	}
	return "the token's owner, " + text.Quote(me.Name()) + " (" + me.ID.String() + "),"
}

// DescribeAnswer says in one sentence how awork answered.
func DescribeAnswer(e *awork.Error) string {
	var b strings.Builder
	switch {
	case e.Method == "":
		b.WriteString("Nothing was sent to awork")
	case e.Status != 0:
		fmt.Fprintf(&b, "awork answered %d to %s %s", e.Status, e.Method, e.Path)
	default:
		fmt.Fprintf(&b, "%s %s got no answer", e.Method, e.Path)
	}
	if e.Reason != "" {
		b.WriteString(": " + text.Clean(e.Reason))
	}
	if e.Description != "" {
		b.WriteString(": " + text.Quote(strings.TrimRight(e.Description, ". ")))
	}
	for i, v := range e.ValidationErrors {
		if i == 3 {
			break
		}
		b.WriteString("; " + text.Quote(v.Property+": "+v.Message))
	}
	return b.String() + "."
}

// Detail is what a result shows of awork's answer; nil where there was none.
func Detail(e *awork.Error) *result.ErrorDetail {
	if e.Status == 0 {
		return nil
	}
	d := &result.ErrorDetail{
		Status:      e.Status,
		Code:        text.Clean(e.Code),
		Description: text.Clean(e.Description),
		Details:     text.CleanList(e.Details),
		TraceID:     text.Clean(e.TraceID),
		EdgeRef:     text.Clean(e.EdgeRef),
	}
	for _, v := range e.ValidationErrors[:min(text.MaxList, len(e.ValidationErrors))] {
		d.ValidationErrors = append(
			d.ValidationErrors,
			result.ValidationError{Property: text.Clean(v.Property), Message: text.Clean(v.Message)},
		)
	}
	return d
}
