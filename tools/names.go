package tools

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
)

// namesWithin bounds how long a call waits for names.
const namesWithin = 5 * time.Second

// names is what ids stand for, as far as it could be read; a part that could not
// is nil, and the warnings say so.
type names struct {
	roles    map[uuid.UUID]role
	clients  map[string]string
	people   people
	apiUsers roster
	warnings []string
}

// lookup is one part of names: what is kept of it, and how it is read.
type lookup struct {
	kept func(awork.Token) bool
	read func(context.Context) error
}

func lookUp[T any](d *directory, k *kept[T], read func(context.Context) (T, bool, error), into *T) lookup {
	return lookup{
		kept: func(token awork.Token) (ok bool) { *into, ok = k.peek(token); return ok },
		read: func(ctx context.Context) (err error) { *into, err = k.get(ctx, d.client, read); return err },
	}
}

// names reads what ids stand for: a number of requests that does not depend on
// how many records are shown, all at once, kept for a minute. A caller that
// has read the API users gives them.
func (d *directory) names(ctx context.Context, apiUsers roster) names {
	n := names{apiUsers: apiUsers}
	parts := []lookup{
		lookUp(d, d.roles, d.readRoles, &n.roles),
		lookUp(d, d.clients, whole(d.readClients), &n.clients),
		lookUp(d, d.people, whole(d.readPeople), &n.people),
	}
	if apiUsers.byID == nil {
		parts = append(parts, lookUp(d, d.apiUsers, whole(d.readRoster), &n.apiUsers))
	}
	errs := d.read(ctx, parts)
	for i, err := range errs {
		if err != nil {
			what := []string{"roles", "client applications", "users", "other API users"}[i]
			n.warnings = append(n.warnings, fmt.Sprintf("The workspace's %s could not be read, so their names are left out.", what))
		}
	}
	if errs[0] != nil {
		n.warnings = append(n.warnings, "Without the roles, every API user that has one is taken for an admin.")
	}
	unread := 0
	for _, r := range n.roles {
		if r.admin == adminUnreadable {
			unread++
		}
	}
	if unread > 0 {
		n.warnings = append(n.warnings, fmt.Sprintf("What %s may do could not be read; API users with such a role are taken for admins.", count(unread, "role")))
	}
	if errs[2] == nil && !n.people.complete {
		n.warnings = append(n.warnings, "This token may read no user but its own, so creators' names are left out.")
	}
	return n
}

// read reads those parts that are not kept, all at once.
func (d *directory) read(ctx context.Context, parts []lookup) []error {
	errs := make([]error, len(parts))
	token, tokenErr := d.client.TokenNow(ctx)
	if tokenErr == nil && !slices.ContainsFunc(parts, func(l lookup) bool { return !l.kept(token) }) {
		return errs
	}
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	var g errgroup.Group
	for i, l := range parts {
		g.Go(func() error {
			errs[i] = d.pauses[i].over(ctx, d.client, func() error { return l.read(ctx) })
			return nil
		})
	}
	_ = g.Wait()
	return errs
}

// with is n with a role as it was just read.
func (n names) with(r role) names {
	n.roles = maps.Clone(n.roles)
	if n.roles == nil {
		n.roles = map[uuid.UUID]role{}
	}
	n.roles[r.ID] = r
	return n
}

// whyAdmin says why an API user counts as an admin; empty where it does not.
func (n names) whyAdmin(u awork.APIUser) string {
	if u.RoleID == uuid.Nil {
		return adminByOmission
	}
	r, ok := n.roles[u.RoleID]
	if !ok {
		return adminUnreadable
	}
	return r.admin
}

// show is the record of an API user as results show it.
func (n names) show(u awork.APIUser) *APIUser {
	s := &APIUser{
		ID: u.ID, Name: clean(u.Name), RoleID: u.RoleID, Admin: n.whyAdmin(u) != "", ClientID: clean(u.ClientID),
		CreatedOn: showTime(u.CreatedOn), CreatedBy: u.CreatedBy, UpdatedOn: showTime(u.UpdatedOn), UpdatedBy: u.UpdatedBy,
		ClientName: clean(n.clients[u.ClientID]),
	}
	if r, ok := n.roles[u.RoleID]; ok {
		s.RoleName, s.RoleArchived = clean(r.Name), r.IsArchived
	}
	s.CreatedByName, s.CreatedByState = n.creator(u.CreatedBy)
	return s
}

func showTime(t awork.Timestamp) awork.Timestamp { return awork.Timestamp(clean(string(t))) }

// The states of a creator that is not an active person.
const (
	creatorAPIUser     = "api_user"
	creatorDeactivated = "deactivated"
	creatorArchived    = "archived"
	creatorGone        = "gone"
)

// creator is the name of who made a record, and the state of it where that is
// not an active person. Both are empty where that can't be known.
func (n names) creator(id uuid.UUID) (name, state string) {
	if id == uuid.Nil {
		return "", ""
	}
	if u, ok := n.apiUsers.byID[id]; ok {
		return clean(u.Name), creatorAPIUser
	}
	u, ok := n.people.byID[id]
	switch {
	case !ok && n.people.complete && n.apiUsers.whole():
		return "", creatorGone
	case !ok:
		return "", ""
	case u.DeletedOn != "":
		return clean(u.Name()), creatorGone
	case u.IsArchived:
		return clean(u.Name()), creatorArchived
	case u.IsDeactivated || u.Status.IsDeactivated:
		return clean(u.Name()), creatorDeactivated
	}
	return clean(u.Name()), ""
}

// warningsFor are the warnings about names that matter to some records, those
// ids among them that stand for nothing.
func (n names) warningsFor(users ...awork.APIUser) []string {
	w := slices.Clone(n.warnings)
	unknown := map[string]bool{}
	for _, u := range users {
		if _, ok := n.clients[u.ClientID]; !ok && n.clients != nil && u.ClientID != "" && !unknown[u.ClientID] {
			unknown[u.ClientID] = true
			w = append(w, fmt.Sprintf("There is no client application %s.", quoted(u.ClientID)))
		}
		id := u.RoleID.String()
		if _, ok := n.roles[u.RoleID]; !ok && n.roles != nil && u.RoleID != uuid.Nil && !unknown[id] {
			unknown[id] = true
			w = append(w, fmt.Sprintf("There is no role %s; its API users are taken for admins.", id))
		}
	}
	if len(w) > maxList {
		w = append(w[:maxList-1], fmt.Sprintf("…and %d more warnings.", len(w)-maxList+1))
	}
	return w
}

// standing says what an API user is, in words that follow its name.
func (n names) standing(u awork.APIUser) string {
	if u.RoleID == uuid.Nil {
		return "has no role, which in awork makes it an admin"
	}
	role := "has the role " + u.RoleID.String()
	if r, ok := n.roles[u.RoleID]; ok {
		role = "has the role " + quoted(r.Name)
	}
	if why := n.whyAdmin(u); why != "" {
		return role + " and counts as an admin: " + why
	}
	return role + " and is no admin"
}
