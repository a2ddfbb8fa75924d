package directory

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// The states of a creator that is not an active person.
const (
	CreatorAPIUser     = "api_user"
	CreatorDeactivated = "deactivated"
	CreatorArchived    = "archived"
	CreatorGone        = "gone"
)

// Creator is who made a record. Name and State are empty where they can't be
// known, State also for an active person.
type Creator struct{ Name, State string }

// peoplePage is how many users awork gives at most on one page.
const peoplePage = 1000

// people are the users on the first page of the workspace's users.
type people struct {
	byID map[uuid.UUID]awork.User
	// total is how many users the workspace has, API users included; 0 where awork did
	// not say and the page is full.
	total int
	// othersVisible is false where the token may read no user but its own.
	othersVisible bool
}

func (d *Directory) people(ctx context.Context) (people, error) {
	return lookUp(ctx, d.cache, "people", lifetimes{lookupTimeout, errorTTL}, d.readPeople)
}

func (d *Directory) readPeople(ctx context.Context) (people, error) {
	list, total, err := d.client.FirstUsers(ctx)
	if err != nil {
		return people{}, err
	}
	if total == len(list) && total >= peoplePage {
		total = 0
	}
	p := people{byID: make(map[uuid.UUID]awork.User, len(list)), total: total, othersVisible: len(list) > 1}
	for _, u := range list {
		p.byID[u.ID] = u
	}
	return p, nil
}

// lookUpCreators returns who some ids stand for. users is the list of API users
// where the caller has it.
func (d *Directory) lookUpCreators(
	ctx context.Context,
	ids []uuid.UUID,
	users UserList,
) (found map[uuid.UUID]Creator, usersErr, peopleErr error) {
	found = map[uuid.UUID]Creator{}
	var unknown []uuid.UUID
	for _, id := range ids {
		if c, ok := cached[Creator](ctx, d.cache, "creator "+id.String()); ok {
			found[id] = c
		} else {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return found, nil, nil
	}
	var page people
	var g errgroup.Group
	if users.ByID == nil {
		g.Go(func() error { users, usersErr = d.Users(ctx); return nil })
	}
	g.Go(func() error { page, peopleErr = d.people(ctx); return nil })
	_ = g.Wait()
	more := page.lacksPeople(users)
	creators := make([]Creator, len(unknown))
	var each errgroup.Group
	each.SetLimit(parallel)
	for i, id := range unknown {
		each.Go(func() error {
			creators[i] = d.creator(ctx, id, users, page, more, peopleErr)
			return nil
		})
	}
	_ = each.Wait()
	for i, id := range unknown {
		found[id] = creators[i]
	}
	if peopleErr == nil && !page.othersVisible {
		peopleErr = errOnlyItself
	}
	return found, usersErr, peopleErr
}

// lacksPeople reports whether there may be people who are not on the page. awork
// lists API users among them: those that are missing may all be API users.
func (p people) lacksPeople(users UserList) bool {
	if p.total == 0 || !users.Complete() {
		return p.total != len(p.byID)
	}
	missing := p.total - len(p.byID)
	for _, u := range users.All {
		if _, ok := p.byID[u.ID]; !ok {
			missing--
		}
	}
	return missing > 0
}

// errOnlyItself: the token may read no user but its own.
var errOnlyItself = errors.New("this token may read no user but its own")

// creator finds who an id stands for in the API users, on the first page of
// people, and where there are more than that, by the id.
func (d *Directory) creator(
	ctx context.Context,
	id uuid.UUID,
	users UserList,
	page people,
	more bool,
	peopleErr error,
) Creator {
	if u, ok := users.ByID[id]; ok {
		return d.remember(ctx, id, Creator{text.Clean(u.Name), CreatorAPIUser})
	}
	if peopleErr != nil {
		return Creator{}
	}
	person, ok := page.byID[id]
	if !ok && more && page.othersVisible {
		u, err := lookUp(ctx, d.cache, "user "+id.String(), lifetimes{lookupTimeout, errorTTL},
			func(ctx context.Context) (*awork.User, error) { return d.client.GetUser(ctx, id) })
		switch {
		case err == nil:
			person, ok = *u, true
		case !awork.Is(err, awork.KindNotFound):
			return Creator{}
		}
	}
	switch {
	case ok:
		return d.remember(ctx, id, Creator{text.Clean(person.Name()), stateOf(person)})
	case page.othersVisible && users.Complete():
		return d.remember(ctx, id, Creator{State: CreatorGone})
	}
	return Creator{}
}

// remember caches a creator by its id, since the list of API users is dropped
// with every write.
func (d *Directory) remember(ctx context.Context, id uuid.UUID, c Creator) Creator {
	store(ctx, d.cache, "creator "+id.String(), c)
	return c
}

func stateOf(u awork.User) string {
	switch {
	case u.DeletedOn != "":
		return CreatorGone
	case u.IsArchived:
		return CreatorArchived
	case u.IsDeactivated || u.Status.IsDeactivated:
		return CreatorDeactivated
	}
	return ""
}
