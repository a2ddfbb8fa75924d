package directory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// DescribeRole says what an API user is, in words that follow its name: "has the
// role … and is not an admin".
func (n Names) DescribeRole(u awork.APIUser) string {
	if u.RoleID == uuid.Nil {
		return "has no role, which in awork makes it an admin"
	}
	role := "has the role " + u.RoleID.String()
	if r, ok := n.roles[u.RoleID]; ok {
		role = "has the role " + text.Quote(r.Name)
	}
	if why := n.WhyAdmin(u); why != "" {
		return role + " and counts as an admin: " + why
	}
	return role + " and is not an admin"
}

// RoleName names the role of an API user, and says whether it is an admin.
func (n Names) RoleName(u awork.APIUser) string {
	s := "no role"
	if r, ok := n.roles[u.RoleID]; ok {
		s = "role " + text.Quote(r.Name)
	} else if u.RoleID != uuid.Nil {
		s = "role " + u.RoleID.String()
	}
	if n.WhyAdmin(u) != "" {
		s += " (ADMIN)"
	}
	return s
}

// Differences says what of an API user is not as it was.
func (n Names) Differences(was, now awork.APIUser) string {
	var d []string
	if was.Name != now.Name {
		d = append(d, "its name was "+text.Quote(was.Name)+" and is "+text.Quote(now.Name))
	}
	if was.RoleID != now.RoleID {
		d = append(d, "its role was "+n.roleOrNone(was.RoleID)+" and is "+n.roleOrNone(now.RoleID))
	}
	if was.ClientID != now.ClientID {
		d = append(d, "its client application was "+text.Quote(was.ClientID)+" and is "+text.Quote(now.ClientID))
	}
	if len(d) == 0 {
		by := ""
		if now.UpdatedBy != uuid.Nil {
			by = " by " + now.UpdatedBy.String()
		}
		return "it was updated " + text.Quote(string(now.UpdatedOn)) + by
	}
	return strings.Join(d, "; ")
}

// roleOrNone names a role, by its id where its name is not known.
func (n Names) roleOrNone(id uuid.UUID) string {
	if r, ok := n.roles[id]; ok {
		return text.Quote(r.Name)
	}
	return text.UUIDOrNone(id)
}

// ClientGone reports whether a client application is known not to be among the
// workspace's.
func (n Names) ClientGone(clientID string) bool {
	_, exists := n.clients[clientID]
	return clientID != "" && n.clients != nil && !exists
}

// ClientName names a client application.
func (n Names) ClientName(clientID string) string {
	switch name := n.clients[clientID]; {
	case clientID == "":
		return "no client application"
	case n.ClientGone(clientID):
		return "client application " + text.Quote(clientID) + ", which no longer exists"
	case name == "":
		return "client application " + text.Quote(clientID)
	default:
		return "client application " + text.Quote(name)
	}
}

// Created says when and by whom an API user was created, in words that follow
// "was created".
func (n Names) Created(u awork.APIUser) string {
	when := "at a time not known"
	if t, ok := u.CreatedOn.Time(); ok {
		when = "on " + t.Format("2006-01-02")
	}
	switch c := n.Creator(u); {
	case c.State == CreatorAPIUser:
		return fmt.Sprintf("%s by the API user %s", when, text.Quote(c.Name))
	case c.Name != "" && c.State != "":
		return fmt.Sprintf("%s by %s (%s)", when, text.Quote(c.Name), c.State)
	case c.Name != "":
		return when + " by " + text.Quote(c.Name)
	case c.State != "":
		return when + " by someone who is " + c.State
	}
	return when
}

// Facts says who an API user is, a line each, apart from its name.
func (n Names) Facts(u awork.APIUser) string {
	return fmt.Sprintf("Its id is %s.\nIt %s.\nIt belongs to %s.\nIt was created %s.\n",
		u.ID, n.DescribeRole(u), n.ClientName(u.ClientID), n.Created(u))
}

// Line is an API user in one line.
func (n Names) Line(u awork.APIUser) string {
	return fmt.Sprintf("%s (%s): %s, %s, created %s",
		text.Quote(u.Name), u.ID, n.RoleName(u), n.ClientName(u.ClientID), n.Created(u))
}

// ShowPermissions returns permissions as results show them, sorted.
func ShowPermissions(permissions []awork.Permission) []awork.Permission {
	var shown []awork.Permission
	for _, p := range permissions {
		shown = append(shown, awork.Permission{Feature: text.Clean(p.Feature), AccessLevels: text.CleanList(p.AccessLevels)})
	}
	slices.SortFunc(shown, func(a, b awork.Permission) int { return cmp.Compare(a.Feature, b.Feature) })
	return shown
}
