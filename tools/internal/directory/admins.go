package directory

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// maxRolesChecked bounds the roles that are read to find out whether another
// admin is left.
const maxRolesChecked = 8

// TakesLastAdmin reports whether no API user that counts as an admin would be left
// without those given. It is false where none of them is an admin, and where that
// can't be found out with few requests: those without a role and those in the
// admin role answer it without reading what any role may do.
func (d *Directory) TakesLastAdmin(ctx context.Context, n Names, without []awork.APIUser) bool {
	if !slices.ContainsFunc(without, func(u awork.APIUser) bool { return n.WhyAdmin(u) != "" }) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	users, err := d.Users(ctx)
	if err != nil || !users.Complete() {
		return false
	}
	roles, err := d.roles(ctx)
	if err != nil {
		return false // every API user that has a role is taken for an admin
	}
	gone := ByID(without)
	held := map[uuid.UUID]int{}
	for _, u := range users.All {
		if _, ok := gone[u.ID]; ok {
			continue
		}
		if r, known := roles[u.RoleID]; u.RoleID == uuid.Nil || !known || r.IsAdminRole {
			return false
		}
		held[u.RoleID]++
	}
	var open []awork.Role
	for id := range held {
		open = append(open, roles[id])
	}
	slices.SortFunc(open, func(a, b awork.Role) int {
		return cmp.Or(held[b.ID]-held[a.ID], cmp.Compare(a.ID.String(), b.ID.String()))
	})
	for _, r := range d.describe(ctx, open[:min(maxRolesChecked, len(open))]) {
		if r.Admin != "" {
			return false
		}
	}
	return len(open) <= maxRolesChecked
}
