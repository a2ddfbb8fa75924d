package call

import (
	"context"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
)

// Reader is what a tool may do with awork without a [Grant].
type Reader interface {
	GetAPIUser(ctx context.Context, id uuid.UUID) (*awork.APIUser, error)
	ListRoles(ctx context.Context) ([]awork.Role, error)
	ListClientApplications(ctx context.Context) ([]awork.ClientApplication, error)
	ListWebhooks(ctx context.Context) ([]awork.Webhook, error)
	LastDelivery(ctx context.Context, webhook uuid.UUID) (*awork.Delivery, error)
	CheckFilter(ctx context.Context, area awork.Area) (empty bool, err error)
	LatestTrace(ctx context.Context, area awork.Area, kind awork.TraceKind, ids ...uuid.UUID) (awork.Trace, error)
	RateLimit() (limit, left int, known bool)
	Me(ctx context.Context) (*awork.Identity, error)
	MyPermissions(ctx context.Context) (*awork.Permissions, error)
	Features(ctx context.Context) ([]string, error)
}

// ReadAPIUser reads an API user, and what its ids stand for. What else the tool
// needs and does not depend on the record is read beside it.
func (c *Call) ReadAPIUser(
	ctx context.Context,
	id uuid.UUID,
	also ...func(context.Context),
) (*awork.APIUser, directory.Names, error) {
	looking, stop := context.WithCancel(ctx)
	defer stop()
	var g errgroup.Group
	for _, read := range append(also, c.Directory.Prefetch) {
		g.Go(func() error { read(looking); return nil })
	}
	user, err := c.Awork.GetAPIUser(ctx, id)
	if err != nil {
		stop()
		_ = g.Wait()
		return nil, directory.Names{}, err
	}
	_ = g.Wait()
	return user, c.DecidingNames(ctx, c.Directory.Names(ctx, *user), *user), nil
}

// Pick finds targets in a list that was just read; those that it lacks are read by
// their ids, since a list that is too short proves nothing. One that is gone is left
// out.
func (c *Call) Pick(ctx context.Context, users directory.UserList, targets []awork.APIUser) ([]awork.APIUser, error) {
	found := make([]*awork.APIUser, len(targets))
	var g errgroup.Group
	g.SetLimit(maxParallel)
	for i, target := range targets {
		if u, ok := users.ByID[target.ID]; ok {
			found[i] = &u
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

// maxParallel is how many API users a call reads at once.
const maxParallel = 8

// PrefetchQuestion reads what the question about a deletion needs, where somebody
// will be asked.
func (c *Call) PrefetchQuestion(ctx context.Context) {
	if !c.answers() && c.server.Confirm.Asks(c.incoming) {
		_, _ = c.Directory.Webhooks(ctx) // the question says what could not be read
	}
}

// answers reports whether the call answers an earlier question, which decides
// whether the write goes on: what the question described must be read fresh.
func (c *Call) answers() bool { return c.request.Answer.State != "" || c.request.Answer.Code != "" }

// maxFreshRoles is how many roles are read again for a question about several API
// users; what more may do is as old as the cache. awork's limit is the workspace's.
const maxFreshRoles = 5

// DecidingNames returns names for a question about users: where the call answers an
// earlier one, what their roles may do is read fresh, at most maxFreshRoles.
func (c *Call) DecidingNames(ctx context.Context, names directory.Names, users ...awork.APIUser) directory.Names {
	if !c.answers() {
		return names
	}
	roles := names.RolesOf(users)
	if len(roles) > maxFreshRoles {
		return names
	}
	var g errgroup.Group
	for i, role := range roles {
		g.Go(func() error {
			roles[i], _ = c.Directory.ReadRole(ctx, role.Role) // one that can't be read counts as an admin's
			return nil
		})
	}
	_ = g.Wait()
	for _, role := range roles {
		names = names.WithRole(role)
	}
	return names
}

// ReaderWith reads from awork with another token, to find out whose it is.
func (c *Call) ReaderWith(t awork.Token) Reader { return c.client.WithToken(t) }
