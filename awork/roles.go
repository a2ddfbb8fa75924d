package awork

import (
	"context"
	"net/url"

	"github.com/google/uuid"
)

// Role is a role of the workspace; every API user and person has one. See
// https://developers.awork.com/permissions.
type Role struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	// IsAdminRole marks the one role that may do everything, whatever its name.
	IsAdminRole bool      `json:"isAdminRole,omitempty"`
	IsGuestRole bool      `json:"isGuestRole,omitempty"`
	IsPreset    bool      `json:"isPreset,omitempty"`
	IsArchived  bool      `json:"isArchived,omitempty"`
	CreatedOn   Timestamp `json:"createdOn,omitempty"`
	CreatedBy   uuid.UUID `json:"createdBy,omitzero"`
}

// ListRoles reads the roles of the workspace, archived ones included.
func (c *Client) ListRoles(ctx context.Context) ([]Role, error) {
	var roles []Role
	if _, err := c.read(ctx, "/roles", url.Values{"showArchived": {"true"}}, &roles); err != nil {
		return nil, err
	}
	for _, role := range roles {
		if err := checkRecord(role.ID, role.Name, "/roles"); err != nil {
			return nil, err
		}
	}
	return roles, nil
}

// RolePermissions reads what a role may do.
func (c *Client) RolePermissions(ctx context.Context, id uuid.UUID) ([]Permission, error) {
	return readPages[Permission](ctx, c, "/roles/"+id.String()+"/permissions", nil)
}
