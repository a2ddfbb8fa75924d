package call

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

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
	// Targets are the API users that it would write to, as they were read.
	Targets []awork.APIUser
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
	// Described is the role that the question describes, where it is not NewRole.
	Described *directory.Role
	// Client is the client application that the write is about.
	Client awork.ClientApplication
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
	var refusal *result.RefusalError
	if c.previewOnly && (err == nil || errors.As(err, &refusal)) {
		return nil, nil, c.preview(ctx, &ch, err, nil, 0)
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
		return nil, nil, nil, c.preview(ctx, &ch, nil, forbidden, len(ch.Targets))
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
		return token, &awork.Error{Kind: awork.KindUnauthenticated, Err: err, Reason: "there is no token to send"}
	}
	c.identity, err = c.Directory.Me(ctx)
	return token, err
}

// confirm gets a human's yes where one is wanted; count is how many API users the
// human has to name, 0 for one.
func (c *Call) confirm(ch *Change, count int) (how string, err error) {
	r := confirm.Request{Count: count, Binding: c.binding(ch.subject(), ch), Answer: c.request.Answer,
		Makes:  makes(ch.Kind),
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

func (c *Call) binding(s confirm.Subject, ch *Change) confirm.Binding {
	return confirm.Binding{Caller: c.caller.Name, Tool: c.tool.Name, Decided: ch.Decided, Subject: s,
		Workspace: c.identity.Workspace.ID.String() + " " + c.identity.Workspace.Name + " " + c.identity.ID.String()}
}

// subject is what an answer is bound to, as it was read before the question.
func (ch *Change) subject() confirm.Subject {
	s := confirm.Subject{Records: ch.Existing, Role: ch.NewRole, Client: ch.Client}
	if s.Records == nil {
		s.Records = ch.Targets
	}
	if s.Role == nil {
		s.Role = ch.Described
	}
	return s
}

// reread reads again what an answer is bound to.
func (c *Call) reread(ctx context.Context, ch *Change) (confirm.Binding, error) {
	ctx, cancel := context.WithTimeout(ctx, c.server.Deadline)
	defer cancel()
	was := ch.subject()
	now := was
	var g errgroup.Group
	g.Go(func() (err error) {
		now.Records, err = c.rereadRecords(ctx, ch)
		return err
	})
	if was.Role != nil && was.Role.ID != uuid.Nil {
		g.Go(func() error {
			role, err := c.rereadRole(ctx, ch, *was.Role)
			now.Role = &role
			return err
		})
	}
	if was.Client.ClientID != "" {
		g.Go(func() error {
			list, err := c.Awork.ListClientApplications(ctx)
			i := slices.IndexFunc(list, func(a awork.ClientApplication) bool { return a.ClientID == was.Client.ClientID })
			if now.Client = (awork.ClientApplication{}); i >= 0 {
				now.Client = list[i]
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return confirm.Binding{}, err
	}
	if ch.Existing == nil && len(now.Records) == 1 { // it may have become protected
		if err := c.server.Policy.AllowTarget(ch.Kind, now.Records[0], c.identity.ID, ch.NewRole); err != nil {
			return confirm.Binding{}, err
		}
	}
	return c.binding(now, ch), nil
}

// rereadRole reads again what a role may do; the whole role where it would be given
// to an API user.
func (c *Call) rereadRole(ctx context.Context, ch *Change, was directory.Role) (directory.Role, error) {
	if ch.NewRole != nil {
		return c.Directory.ReadRoleOf(ctx, awork.APIUser{RoleID: was.ID})
	}
	role, _ := c.Directory.ReadRole(ctx, was.Role) // one that can't be read counts as an admin's
	return role, ctx.Err()
}

// rereadRecords reads the records of a change again: one by its id, several in a
// list. One that is gone is left out.
func (c *Call) rereadRecords(ctx context.Context, ch *Change) ([]awork.APIUser, error) {
	deletesClient := ch.Kind == policy.Delete && ch.Client.ClientID != ""
	switch {
	case deletesClient || ch.Existing != nil:
	case len(ch.Targets) == 0:
		return nil, nil
	case len(ch.Targets) == 1:
		u, err := c.Awork.GetAPIUser(ctx, ch.Targets[0].ID)
		if err != nil {
			return nil, err
		}
		return []awork.APIUser{*u}, nil
	}
	users, err := c.Directory.ReadUsers(ctx)
	if err != nil || ch.Existing != nil {
		return users.All, err
	}
	if deletesClient { // one that joined it meanwhile counts too
		return slices.DeleteFunc(users.All, func(u awork.APIUser) bool { return u.ClientID != ch.Client.ClientID }), nil
	}
	return c.Pick(ctx, users, ch.Targets)
}

// Pick finds targets in a list that was just read; those that an incomplete list
// lacks are read by their ids. One that is gone is left out.
func (c *Call) Pick(ctx context.Context, users directory.UserList, targets []awork.APIUser) ([]awork.APIUser, error) {
	found := make([]*awork.APIUser, len(targets))
	var g errgroup.Group
	g.SetLimit(maxParallel)
	for i, target := range targets {
		if u, ok := users.ByID[target.ID]; ok {
			found[i] = &u
			continue
		}
		if users.Complete() {
			continue
		}
		g.Go(func() (err error) {
			if found[i], err = c.Awork.GetAPIUser(ctx, target.ID); awork.Is(err, awork.KindNotFound) {
				return nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var records []awork.APIUser
	for _, u := range found {
		if u != nil {
			records = append(records, *u)
		}
	}
	return records, nil
}

// maxParallel is how many requests a call makes at once.
const maxParallel = 8
