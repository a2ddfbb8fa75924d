package tools

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
)

// TokenOwner is who the awork token belongs to.
type TokenOwner struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name,omitempty"`
	// Kind is api_user or person; left out where it can't be told.
	Kind string `json:"kind,omitempty"`
}

// ToolAccess is whether one tool works with the token and the policy.
type ToolAccess struct {
	Name  string `json:"name"`
	Works bool   `json:"works"`
	Why   string `json:"why"`
}

type accessResult struct {
	Result
	User     TokenOwner   `json:"user"`
	CanRead  bool         `json:"canRead"`
	CanWrite bool         `json:"canWrite"`
	Tools    []ToolAccess `json:"tools"`
}

func checkAccess() *tool {
	return reading(spec{
		name: "check_access", title: "Check access", idempotent: true,
		description: "Say who the awork token of this server is, in which workspace, whether it may read and change API users, and which tools work and why not. Use it first when something is refused.",
		output:      []property{{"user", "object"}, {"workspace", "string"}, {"canRead", "boolean"}, {"canWrite", "boolean"}, {"tools", "array"}},
	}, func(*struct{}) []field { return nil }, func(ctx context.Context, c *call, _ struct{}) (reply, error) {
		c.doing = "check the token's access"
		client := c.account.client
		var me *awork.Identity
		var permissions *awork.Permissions
		var g errgroup.Group
		g.Go(func() (err error) { me, err = client.Me(ctx); return err })
		g.Go(func() (err error) { permissions, err = client.MyPermissions(ctx); return err })
		if err := g.Wait(); err != nil {
			return nil, err
		}
		r := &accessResult{User: TokenOwner{ID: me.ID, Name: clean(me.Name())}, CanRead: permissions.CanReadConfig(), CanWrite: permissions.CanWriteConfig()}
		c.identity = me
		r.Workspace = c.workspace(ctx)
		if r.CanRead {
			users, err := c.account.roster(ctx)
			_, among := users.byID[me.ID]
			switch {
			case err != nil || !among && !users.whole():
				r.Warnings = append(r.Warnings, "The API users could not all be read, so it is not known whether the token is that of an API user or of a person.")
			case among:
				r.User.Kind = "api_user"
			default:
				r.User.Kind = "person"
			}
		}
		for _, t := range catalogue() {
			if t.inFamily() != familyDefault && c.tools.find(t.name) == nil {
				continue
			}
			works, why := c.tools.access(ctx, t, r.CanRead, r.CanWrite)
			r.Tools = append(r.Tools, ToolAccess{Name: t.name, Works: works, Why: why})
		}
		r.Outcome = Found
		r.Message = fmt.Sprintf("The token is that of %s%s in the workspace %s; it %s.", r.User.kind(), quoted(cmp.Or(me.Name(), me.ID.String())), quoted(r.Workspace), may(r.CanRead, r.CanWrite))
		return r, nil
	})
}

// kind is what the owner is, in words before its name.
func (u TokenOwner) kind() string {
	switch u.Kind {
	case "api_user":
		return "the API user "
	case "person":
		return "the person "
	}
	return ""
}

func may(read, write bool) string {
	switch {
	case read && write:
		return "may read and change API users"
	case read:
		return "may read API users and not change them: that needs " + awork.WriteManageConfig
	}
	return "may not read API users: that needs " + awork.ReadManageConfig
}

// access says whether a tool works, and why or why not.
func (t *Tools) access(ctx context.Context, asked *tool, canRead, canWrite bool) (works bool, why string) {
	switch {
	case t.find(asked.name) == nil:
		return false, "This server's settings hide it (--read-only or --tools)."
	case !callerFrom(ctx).may(asked):
		return false, "Your scopes on this server don't allow it."
	case asked.name == "check_access":
		return true, "It needs no permission."
	case !canRead:
		return false, "The token lacks " + awork.ReadManageConfig + "."
	case asked.writes && !canWrite:
		return false, "The token lacks " + awork.WriteManageConfig + "."
	}
	return true, "The token may."
}
