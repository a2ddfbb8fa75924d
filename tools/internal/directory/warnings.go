package directory

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// warn adds a warning for each part that could not be read.
func (n *Names) warn(rolesErr, clientsErr, peopleErr, usersErr error) {
	add := func(err error, what string) {
		if err != nil {
			n.warnings = append(n.warnings, fmt.Sprintf("The workspace's %s could not be read, so their names are "+
				"left out.", what))
		}
	}
	add(rolesErr, "roles")
	add(clientsErr, "client applications")
	if errors.Is(peopleErr, errOnlyItself) {
		peopleErr = nil
		n.warnings = append(n.warnings, "This token may read no user but its own, so creators' names are left out.")
	}
	add(peopleErr, "users")
	add(usersErr, "other API users")
	if rolesErr != nil {
		n.warnings = append(n.warnings, "Without the roles, every API user that has one is taken for an admin.")
	}
	unread := 0
	for _, r := range n.roles {
		if r.Admin == AdminUnreadable {
			unread++
		}
	}
	if unread > 0 {
		n.warnings = append(n.warnings, fmt.Sprintf("What %s may do could not be read; API users with such a role are "+
			"taken for admins.", text.Count(unread, "role")))
	}
}

// Warnings says what could not be looked up, and which ids of records stand for
// nothing.
func (n Names) Warnings(records ...awork.APIUser) []string {
	w := append([]string{}, n.warnings...)
	unknown := map[string]bool{}
	for _, u := range records {
		if n.ClientGone(u.ClientID) && !unknown[u.ClientID] {
			unknown[u.ClientID] = true
			w = append(w, fmt.Sprintf("There is no client application %s.", text.Quote(u.ClientID)))
		}
		id := u.RoleID.String()
		if _, ok := n.roles[u.RoleID]; !ok && n.rolesRead && u.RoleID != uuid.Nil && !unknown[id] {
			unknown[id] = true
			w = append(w, fmt.Sprintf("There is no role %s; its API users are taken for admins.", id))
		}
		id = u.CreatedBy.String()
		if c, ok := n.creators[u.CreatedBy]; ok && n.creatorsRead && c.Name == "" && !unknown[id] {
			unknown[id] = true
			w = append(w, c.warning(id))
		}
	}
	if len(w) > text.MaxList {
		w = append(w[:text.MaxList-1], fmt.Sprintf("…and %d more warnings.", len(w)-text.MaxList+1))
	}
	if len(w) == 0 {
		return nil
	}
	return w
}

// warning says why a creator has no name.
func (c Creator) warning(id string) string {
	if c.State == CreatorGone {
		return fmt.Sprintf("There is no person and no API user %s any more, who made API users.", id)
	}
	return fmt.Sprintf("Who %s is could not be read.", id)
}
