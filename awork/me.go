package awork

import (
	"context"
	"strings"

	"github.com/google/uuid"
)

const (
	manageConfig  = "workspace-manage-config"
	projectConfig = "project-manage-config"
)

// The permissions that awork asks for, besides the admin role: to read API users,
// client applications, roles and webhooks, and to change them. See
// https://developers.awork.com/permissions.
const (
	ReadManageConfig  = manageConfig + ":read"
	WriteManageConfig = manageConfig + ":write"
	// WriteProjectConfig is asked for to change what a role may do.
	WriteProjectConfig = projectConfig + ":write"
)

// Me returns who the token belongs to.
func (c *Client) Me(ctx context.Context) (*Identity, error) {
	c.pendingMe.begin()
	defer c.pendingMe.end()
	var i Identity
	if _, err := c.read(ctx, mePath, nil, &i); err != nil {
		return nil, err
	}
	if err := c.checkMe(&i); err != nil {
		return nil, err
	}
	return &i, nil
}

// Permissions is what the owner of a token may do: the part of awork's
// UserPermissionInfoExternal that is used here.
type Permissions struct {
	IsAdmin  bool         `json:"isAdmin"`
	RoleID   uuid.UUID    `json:"roleId,omitzero"`
	Features []Permission `json:"permissions"`
}

// Permission is the access that a role gives to one feature.
type Permission struct {
	Feature      string   `json:"feature"`
	AccessLevels []string `json:"accessLevels"`
}

// MyPermissions returns what the owner of the token may do.
func (c *Client) MyPermissions(ctx context.Context) (*Permissions, error) {
	var info struct {
		UserPermission Permissions `json:"userPermission"`
	}
	if _, err := c.read(ctx, "/me/permissions", nil, &info); err != nil {
		return nil, err
	}
	return &info.UserPermission, nil
}

// CanReadConfig reports whether API users may be read: by an admin, or with any
// access level on workspace-manage-config.
func (p Permissions) CanReadConfig() bool {
	return p.IsAdmin || ManagesConfig(p.Features)
}

// CanWriteConfig reports whether API users may be changed. awork's pages and
// programs name the level in several words: write, manage and config.
func (p Permissions) CanWriteConfig() bool {
	if p.IsAdmin {
		return true
	}
	for _, level := range accessLevels(p.Features, manageConfig) {
		switch strings.ToLower(level) {
		case "write", "manage", "config":
			return true
		}
	}
	return false
}

// CanWriteRoles reports whether roles may be made and filled: awork asks for
// writing on two features for that.
func (p Permissions) CanWriteRoles() bool {
	return p.IsAdmin || p.CanWriteConfig() && ManagesRoles(p.Features)
}

// ManagesConfig reports whether permissions hold any access level on
// workspace-manage-config. Whoever does can make a key for any API user, an
// admin's too: awork asks only for read permission for that.
func ManagesConfig(permissions []Permission) bool {
	return len(accessLevels(permissions, manageConfig)) > 0
}

// ManagesRoles reports whether permissions hold more than reading on
// project-manage-config. Whoever does can change what every role may do, its own
// included (POST /roles/{roleId}/permissions).
func ManagesRoles(permissions []Permission) bool {
	for _, level := range accessLevels(permissions, projectConfig) {
		if !strings.EqualFold(level, "read") {
			return true
		}
	}
	return false
}

func accessLevels(permissions []Permission, feature string) []string {
	var levels []string
	for _, p := range permissions {
		if strings.EqualFold(p.Feature, feature) {
			levels = append(levels, p.AccessLevels...)
		}
	}
	return levels
}
