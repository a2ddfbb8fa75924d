package awork

import (
	"context"
	"net/url"

	"github.com/google/uuid"
)

const rolesPath = "/roles"

// Role is a role of the workspace; every API user and person has one. See
// https://developers.awork.com/permissions.
type Role struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	// IsAdminRole marks the one role that may do everything, whatever its name.
	IsAdminRole bool      `json:"isAdminRole,omitempty"`
	IsGuestRole bool      `json:"isGuestRole,omitempty"`
	IsArchived  bool      `json:"isArchived,omitempty"`
	CreatedOn   Timestamp `json:"createdOn,omitempty"`
	CreatedBy   uuid.UUID `json:"createdBy,omitzero"`
}

// ListRoles returns the roles of the workspace, archived ones included. Where
// awork says that there are more than came, those that came are given beside an
// error that is [ErrIncomplete].
func (c *Client) ListRoles(ctx context.Context) ([]Role, error) {
	roles, total, err := readList[Role](ctx, c, rolesPath, url.Values{"showArchived": {"true"}})
	if err != nil {
		return nil, err
	}
	for _, role := range roles {
		if err := checkRecord(role.ID, role.Name, rolesPath); err != nil {
			return nil, err
		}
	}
	return roles, checkComplete(rolesPath, len(roles), total)
}

// RolePermissions returns what a role may do.
func (c *Client) RolePermissions(ctx context.Context, id uuid.UUID) ([]Permission, error) {
	return readPages[Permission](ctx, c, rolesPath+"/"+id.String()+"/permissions", nil)
}
