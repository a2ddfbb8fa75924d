package call

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/confirm"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
)

// Change is what a write would do, and to whom.
type Change struct {
	Kind policy.Kind
	// Action is what is done, in words that complete "to …": delete API user "x".
	Action string
	// Unchanged says what a failure leaves as it was: API user "x" was not deleted.
	Unchanged string
	// Effect says in sentences what there would be then, for a preview; empty where
	// the question says it.
	Effect string
	// Warnings are what the result will warn of, as far as that is known before.
	Warnings []string
	// After is the API user as it would be; nil where there would be none.
	After *awork.APIUser
	// Targets are the API users that it would write to, as they were read.
	Targets []awork.APIUser
	// Missing are the API users that the call names and awork does not know.
	Missing []uuid.UUID
	// Names are what the targets' ids stand for.
	Names directory.Names
	// NewRole is the role that would be given; nil where none is.
	NewRole *directory.Role
	// Decided is what the arguments came to: an answer to the question is good for a
	// call that comes to the same.
	Decided []any
	// Question says what would happen to those targets that policy allows; nil
	// where nobody is asked.
	Question func(ctx context.Context, targets []awork.APIUser) string
	// Existing are all API users there are, where an answer is bound to them and not
	// to the targets.
	Existing []awork.APIUser
	// Client is the client application that the write is about.
	Client awork.ClientApplication
	// Forbidden is why this server can't make the change now, beside its policy; nil
	// where it can.
	Forbidden error
}

// Grant is the permission to send the writes of a change: the token's owner is
// known, policy allows it, a human has agreed where one is to be asked, and what
// the human agreed to has not changed since. Only [Call.Authorize] and
// [Call.AuthorizeEach] make one.
type Grant interface{ granted() grant }

type grant struct {
	// client sends with the token whose owner the policy has judged.
	client *awork.Client
	change *Change
	how    string
}

func (g grant) granted() grant { return g }

// Authorize returns a grant for a change, and the context for its writes: a new
// deadline starts. An error says why there is none; it may be a
// [*confirm.PendingError].
func (c *Call) Authorize(ctx context.Context, ch Change) (context.Context, Grant, error) {
	token, err := c.owner(ctx)
	if err == nil && ch.NewRole != nil {
		err = c.server.Policy.AllowRole(*ch.NewRole)
	}
	if err == nil && ch.Kind == policy.CreateRole {
		err = c.server.Policy.AllowNewRole()
	}
	for _, target := range ch.Targets {
		if err == nil {
			err = c.server.Policy.AllowTarget(ch.Kind, target, c.identity.ID, ch.NewRole)
		}
	}
	if err == nil {
		err = ch.Forbidden
	}
	var refusal *result.RefusalError
	if c.previewOnly && (err == nil || errors.As(err, &refusal)) {
		return nil, nil, c.preview(ctx, &ch, err)
	}
	if err != nil {
		return nil, nil, ch.failure(err)
	}
	how, err := c.confirm(&ch, 0)
	if err != nil {
		return nil, nil, ch.failure(err)
	}
	return c.commit(), grant{c.client.Pin(token), &ch, how}, nil
}

// AuthorizeEach asks once about several targets, and returns a grant for each that
// policy allows and why it forbids the others. Action and Unchanged of ch are
// those of the call; describe returns those of one target.
func (c *Call) AuthorizeEach(ctx context.Context, ch Change, describe func(awork.APIUser) (action, unchanged string)) (
	writing context.Context, grants map[uuid.UUID]Grant, forbidden map[uuid.UUID]error, err error) {
	token, err := c.owner(ctx)
	if err != nil {
		return nil, nil, nil, ch.failure(err)
	}
	forbidden = map[uuid.UUID]error{}
	for _, target := range ch.Targets {
		if err := c.server.Policy.AllowTarget(ch.Kind, target, c.identity.ID, nil); err != nil {
			forbidden[target.ID] = err
		}
	}
	if c.previewOnly {
		return nil, nil, nil, c.previewEach(ctx, &ch, forbidden, describe)
	}
	ch.Targets = slices.DeleteFunc(slices.Clone(ch.Targets), func(u awork.APIUser) bool { return forbidden[u.ID] != nil })
	how := confirm.NotNeeded
	if len(ch.Targets) > 0 {
		if how, err = c.confirm(&ch, len(ch.Targets)); err != nil {
			return nil, nil, nil, ch.failure(err)
		}
	}
	grants = map[uuid.UUID]Grant{}
	all := grant{c.client.Pin(token), &ch, how}
	for _, target := range ch.Targets {
		action, unchanged := describe(target)
		grants[target.ID] = ForTarget(all, target, action, unchanged)
	}
	return c.commit(), grants, forbidden, nil
}

// ForTarget narrows a grant to one of its targets, whose failure is described in
// words of its own.
func ForTarget(g Grant, target awork.APIUser, action, unchanged string) Grant {
	all := g.granted()
	one := *all.change
	one.Targets, one.Action, one.Unchanged = []awork.APIUser{target}, action, unchanged
	return grant{all.client, &one, all.how}
}

// owner finds out who the token of now is: the reads before may have found it
// refused and taken up a newer one, and who is judged must be whose token the
// write carries.
func (c *Call) owner(ctx context.Context) (awork.Token, error) {
	token, err := c.client.TokenNow(ctx)
	if err != nil || token.IsZero() {
		return awork.Token{}, &awork.Error{Kind: awork.KindUnauthenticated, Err: err, Reason: "there is no token to send"}
	}
	c.identity, err = c.Directory.Me(ctx)
	return token, err
}

// confirm gets a human's yes where one is wanted; count is how many API users the
// human has to name, 0 for one.
func (c *Call) confirm(ch *Change, count int) (how string, err error) {
	r := confirm.Request{Count: count, Binding: c.binding(ch.subject(), ch), Answer: c.request.Answer,
		Names: ch.Names, Makes: makes(ch.Kind),
		Reread: func(ctx context.Context) (confirm.Binding, error) { return c.reread(ctx, ch) }}
	if ch.Question != nil {
		r.Question = func(ctx context.Context) string {
			return string(c.Redact([]byte(ch.Question(ctx, ch.Targets))))
		}
	}
	how, err = c.server.Confirm.Confirm(c.incoming, r)
	if err != nil {
		return "", err
	}
	return how, c.incoming.Err()
}

// commit starts the deadline of the writes.
func (c *Call) commit() context.Context {
	c.committing = true
	ctx, cancel := context.WithTimeout(c.incoming, c.server.Deadline)
	c.cancels = append(c.cancels, cancel)
	return ctx
}
