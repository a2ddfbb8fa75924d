package awork

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"
)

const (
	mePath          = "/me"
	permissionsPath = "/me/permissions"
	manageConfig    = "workspace-manage-config"
)

// The permissions that awork asks for, besides the admin role: to read API
// users, client applications, roles and webhooks, and to change them.
const (
	ReadManageConfig  = manageConfig + ":read"
	WriteManageConfig = manageConfig + ":write"
)

// Identity is who a token belongs to: with an API key, the API user behind it;
// with an OAuth token, a person. Part of awork's UserAndWorkspace.
type Identity struct {
	ID        uuid.UUID `json:"id"`
	FirstName string    `json:"firstName"`
	LastName  string    `json:"lastName"`
	Workspace Workspace `json:"workspace"`
}

// Name is the first and last name as far as there are any.
func (i Identity) Name() string { return strings.TrimSpace(i.FirstName + " " + i.LastName) }

// Workspace is the workspace a token is valid for.
type Workspace struct {
	ID   uuid.UUID `json:"id,omitzero"`
	Name string    `json:"name"`
}

// Me reads who the token belongs to.
func (c *Client) Me(ctx context.Context) (*Identity, error) {
	var i Identity
	if _, err := c.read(ctx, mePath, nil, &i); err != nil {
		return nil, err
	}
	if err := c.checkMe(&i); err != nil {
		return nil, err
	}
	return &i, nil
}

// me asks GET /me once with the very token whose refusal is to be settled.
func (c *Client) me(ctx context.Context, token Token, r *retry) (*Identity, *Error) {
	req := request{method: http.MethodGet, path: mePath}
	if failure := c.waitTurn(ctx, req, r); failure != nil {
		return nil, failure
	}
	ans, failure := c.send(ctx, req, token)
	if failure != nil {
		if failure.Status == http.StatusUnauthorized {
			failure.Kind = KindUnauthenticated
		}
		return nil, failure
	}
	var i Identity
	if failure := decodeJSON(req, ans, &i); failure != nil {
		return nil, failure
	}
	if failure := c.checkMe(&i); failure != nil {
		return nil, failure
	}
	return &i, nil
}

func (c *Client) checkMe(i *Identity) *Error {
	if i.ID == uuid.Nil {
		return &Error{Kind: KindUpstream, Method: http.MethodGet, Path: mePath, Status: http.StatusOK,
			Reason: "the answer has no id; check the API address"}
	}
	c.answersAsAwork.Store(true)
	return nil
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

// MyPermissions reads what the owner of the token may do.
func (c *Client) MyPermissions(ctx context.Context) (*Permissions, error) {
	var info struct {
		UserPermission Permissions `json:"userPermission"`
	}
	if _, err := c.read(ctx, permissionsPath, nil, &info); err != nil {
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
	for _, level := range configLevels(p.Features) {
		switch strings.ToLower(level) {
		case "write", "manage", "config":
			return true
		}
	}
	return false
}

// ManagesConfig reports whether permissions hold any access level on
// workspace-manage-config. Whoever does can make a key for any API user, an
// admin's too: awork asks only for read permission for that.
func ManagesConfig(permissions []Permission) bool { return len(configLevels(permissions)) > 0 }

func configLevels(permissions []Permission) []string {
	var levels []string
	for _, p := range permissions {
		if strings.EqualFold(p.Feature, manageConfig) {
			levels = append(levels, p.AccessLevels...)
		}
	}
	return levels
}
