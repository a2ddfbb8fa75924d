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
	apiUsers map[uuid.UUID]awork.APIUser
	warnings []string
}

// names reads what ids stand for: a number of requests that does not depend on
// how many records are shown, all at once, kept for a minute. A caller that
// has read all API users gives them.
func (d *directory) names(ctx context.Context, apiUsers map[uuid.UUID]awork.APIUser) names {
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	n := names{apiUsers: apiUsers}
	var g errgroup.Group
	errs := make([]error, 4)
	reads := []func() error{
		func() (err error) { n.roles, err = d.roles.get(ctx, d.client, d.readRoles); return err },
		func() (err error) { n.clients, err = d.clients.get(ctx, d.client, whole(d.readClients)); return err },
		func() (err error) { n.people, err = d.people.get(ctx, d.client, whole(d.readPeople)); return err },
		func() (err error) { n.apiUsers, err = d.apiUsers.get(ctx, d.client, whole(d.readAPIUsers)); return err },
	}
	for i, read := range reads {
		if i == 3 && apiUsers != nil {
			continue
		}
		g.Go(func() error {
			errs[i] = d.pauses[i].over(ctx, d.client, read)
			return nil
		})
	}
	_ = g.Wait()
	for i, what := range []string{"roles", "client applications", "users", "other API users"} {
		if errs[i] != nil {
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
	if u, ok := n.apiUsers[id]; ok {
		return clean(u.Name), creatorAPIUser
	}
	u, ok := n.people.byID[id]
	switch {
	case !ok && n.people.complete && n.apiUsers != nil:
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
