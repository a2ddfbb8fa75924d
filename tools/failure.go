package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// unclearResult is a create of which it is not known what it made.
type unclearResult struct {
	Result
	Candidates []*APIUser `json:"candidates"`
}

// failure is what an error is told as.
func (c *call) failure(err error) reply {
	var own *refusal
	var changed *awork.ChangedError[awork.APIUser]
	var changedClient *awork.ChangedError[awork.ClientApplication]
	var effect *awork.EffectError
	var upstream *awork.Error
	switch {
	case errors.As(err, &own):
		return &Result{Outcome: own.outcome, Message: own.message + c.nothingChanged()}
	case errors.As(err, &effect) && effect.Candidates != nil:
		r := &unclearResult{Result: *c.effectUnclear(effect), Candidates: []*APIUser{}}
		for _, u := range effect.Candidates {
			r.Candidates = append(r.Candidates, c.names.show(u))
		}
		return r
	case errors.As(err, &effect):
		return c.effectUnclear(effect)
	case errors.As(err, &changed):
		return &Result{Outcome: ConfirmationRequired,
			Message: fmt.Sprintf("API user %s has changed since it was read: %s. Look at it and call again.%s", quoted(changed.Was.Name), differences(changed.Was, changed.Now), c.nothingChanged())}
	case errors.As(err, &changedClient):
		return &Result{Outcome: ConfirmationRequired,
			Message: fmt.Sprintf("Client application %s has changed since it was read: %s. Look at it and call again.%s", quoted(changedClient.Was.ClientID), differencesOfClient(changedClient.Was, changedClient.Now), c.nothingChanged())}
	case errors.As(err, &upstream):
		return c.upstreamFailure(upstream)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &Result{Outcome: Unavailable, Message: "The call ended before awork had answered." + c.nothingChanged()}
	}
	return c.inside(err)
}

// inside is a fault of this program. What is told of it is a reference; the
// rest is in the log.
func (c *call) inside(err error) *Result {
	ref := uuid.NewString()[:8]
	c.tools.log.Error("internal error", "ref", ref, "tool", c.spec.name, "error", err)
	if c.committing {
		return &Result{Outcome: Unknown, Message: fmt.Sprintf("awork-mcp failed inside while it was at work (reference %s in its log). Check with get_api_user or list_api_users what happened.", ref)}
	}
	return &Result{Outcome: UpstreamError, Message: fmt.Sprintf("awork-mcp failed inside (reference %s in its log).%s", ref, c.nothingChanged())}
}

// effectUnclear is a write whose answer never came or did not tell, after its
// effect was looked for.
func (c *call) effectUnclear(e *awork.EffectError) *Result {
	r := c.upstreamFailure(e.Attempt)
	if e.ReadBack == nil {
		r.Message = strings.TrimSuffix(r.Message, c.nothingChanged())
		stands := "The record stands as it was when it was read again."
		if name, ok := strings.CutSuffix(c.notDone, " was not deleted."); ok {
			stands = name + " still exists: it was there when it was read again."
		}
		r.Message += " " + stands + " Look at it before you repeat the call: awork may yet carry out what it was sent."
		return r
	}
	r.Outcome, r.RequiredPermission, r.RetryAfterSeconds = Unknown, "", 0
	found := "Reading back did not settle it."
	var changed *awork.ChangedError[awork.APIUser]
	var changedClient *awork.ChangedError[awork.ClientApplication]
	switch {
	case errors.As(e.ReadBack, &changed):
		r.APIUser = c.names.show(changed.Now)
		found = "When it was read again, " + differences(changed.Was, changed.Now) + "."
	case errors.As(e.ReadBack, &changedClient):
		found = "When it was read again, " + differencesOfClient(changedClient.Was, changedClient.Now) + "."
	}
	r.Message = fmt.Sprintf("It is not known whether awork did what it was asked (%s): %s %s Check with %s before you repeat the call.", c.doing, said(e.Attempt), found, listOf(missingRecord(e.Attempt.Path)))
	return r
}

// upstreamFailure is a request that awork refused or did not answer, without
// any effect.
func (c *call) upstreamFailure(e *awork.Error) *Result {
	r := &Result{Error: detail(e)}
	if c.identity == nil {
		c.identity = e.Identity
	}
	kind, missing := e.Kind, missingRecord(e.Path)
	if e.Status == 404 && (kind == awork.KindUnavailable || kind == awork.KindRateLimited) || kind == awork.KindNotFound && missing == "" {
		// GET /me could not be asked, without which a 404 proves nothing; nor does
		// that of a path which names no record.
		kind = awork.KindUpstream
	}
	switch kind {
	case awork.KindNotFound:
		r.Outcome = NotFound
		r.Message = fmt.Sprintf("awork knows no %s with this id: it never was in this workspace, or is gone. %s shows which there are.%s", missing, listOf(missing), c.nothingChanged())
	case awork.KindPermissionDenied:
		r.Outcome, r.RequiredPermission = PermissionDenied, c.permission()
		r.Message = fmt.Sprintf("awork does not allow it (%s): %s lacks %s. An admin of the workspace can give its role that permission; whoever runs this server can give it another token.%s",
			c.doing, tokenOwner(c.identity), r.RequiredPermission, c.nothingChanged())
	case awork.KindUnauthenticated:
		r.Outcome = Unauthenticated
		r.Message = "awork does not accept the token: it is wrong or expired, or its API user is gone. Set a valid one in AWORK_TOKEN or in the token file." + c.nothingChanged()
		switch {
		case e.NewerToken:
			r.Message = "awork no longer takes the token that the call was planned with, and a write goes out under no other. There is a new one: call again." + c.nothingChanged()
		case e.Status == 0:
			r.Message = "There is no token to send to awork. Set AWORK_TOKEN or the token file, or run awork-mcp login; awork-mcp doctor says more." + c.nothingChanged()
		}
	case awork.KindInvalid:
		r.Outcome, r.Message = InvalidInput, said(e)+c.nothingChanged()
	case awork.KindRateLimited:
		r.Outcome, r.RetryAfterSeconds = RateLimited, max(1, wholeSeconds(e.RetryAfter))
		r.Message = fmt.Sprintf("awork's rate limit for this workspace is used up. Try again in %s.%s", count(r.RetryAfterSeconds, "second"), c.nothingChanged())
	case awork.KindUnavailable:
		r.Outcome, r.Message = Unavailable, said(e)+" Try again later."+c.nothingChanged()
	default:
		r.Outcome, r.Message = UpstreamError, said(e)+c.nothingChanged()
	}
	return r
}

// missingRecord names what a path is that of; empty where it names no record.
func missingRecord(path string) string {
	switch {
	case strings.HasPrefix(path, "/apiusers/"):
		return "API user"
	case strings.HasPrefix(path, "/clientapplications/"):
		return "client application"
	}
	return ""
}

// listOf is the tool that lists what missingRecord names.
func listOf(record string) string {
	if record == "client application" {
		return "list_client_applications"
	}
	return "list_api_users"
}

// nothingChanged ends the message of a write that did not go through.
func (c *call) nothingChanged() string {
	switch {
	case !c.spec.writes:
		return ""
	case c.notDone != "":
		return " " + c.notDone
	}
	return " Nothing was changed."
}

// said tells in one sentence how awork answered.
func said(e *awork.Error) string {
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
		b.WriteString(": " + clean(e.Reason))
	}
	if e.Description != "" {
		b.WriteString(": " + quoted(strings.TrimRight(e.Description, ". ")))
	}
	for i, v := range e.ValidationErrors {
		if i == 3 {
			break
		}
		b.WriteString("; " + quoted(v.Property+": "+v.Message))
	}
	return b.String() + "."
}

// tokenOwner names who the token is, in words that begin "lacks".
func tokenOwner(me *awork.Identity) string {
	switch {
	case me == nil:
		return "the token's owner"
	case me.Name() == "":
		return "the token's owner, " + me.ID.String() + ","
	}
	return "the token's owner, " + quoted(me.Name()) + " (" + me.ID.String() + "),"
}

// differences says what of a record is not as it was.
func differences(was, now awork.APIUser) string {
	var d []string
	if was.Name != now.Name {
		d = append(d, "its name was "+quoted(was.Name)+" and is "+quoted(now.Name))
	}
	if was.RoleID != now.RoleID {
		d = append(d, "its role was "+idOrNone(was.RoleID)+" and is "+idOrNone(now.RoleID))
	}
	if was.ClientID != now.ClientID {
		d = append(d, "its client application was "+quoted(was.ClientID)+" and is "+quoted(now.ClientID))
	}
	if len(d) == 0 {
		return "it was updated " + quoted(string(now.UpdatedOn)) + " by " + idOrNone(now.UpdatedBy)
	}
	return strings.Join(d, "; ")
}

func idOrNone(id uuid.UUID) string {
	if id == uuid.Nil {
		return "none"
	}
	return id.String()
}
