package tools

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

const checkAccessName = "check_access"

func checkAccessTool(a *accessChecker) *tool {
	return reading(spec{
		name:       checkAccessName,
		title:      "Check access",
		idempotent: true,
		description: "Say who the awork token of this server is, in which workspace, whether it may read and change " +
			"API users, and which tools work and why not. Use it first when something is refused. With apiUserId and " +
			"request: may that API user do this? answer is yes, no, cut (only what its role may see) or unknown.",
		output: []property{
			{"user", "object"},
			{"workspace", "string"},
			{"canRead", "boolean"},
			{"canWrite", "boolean"},
			{"tools", "array"},
			{"answer", "string"},
			{"requirement", "string"},
		},
	}, (*requestInput).fields, a.checkAccess)
}

// accessChecker knows which tools there are, and which of them exist here.
type accessChecker struct {
	all      []*tool
	existing map[string]bool
	secrets  secrets
}

// tokenOwner is who the awork token belongs to.
type tokenOwner struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name,omitempty"`
	// Kind is api_user or person; left out where it can't be known.
	Kind string `json:"kind,omitempty"`
}

// toolAccess is whether one tool works with the token and the policy.
type toolAccess struct {
	Name  string `json:"name"`
	Works bool   `json:"works"`
	Why   string `json:"why"`
}

type accessResult struct {
	result.Result
	User     tokenOwner   `json:"user"`
	CanRead  bool         `json:"canRead"`
	CanWrite bool         `json:"canWrite"`
	Tools    []toolAccess `json:"tools"`
}

func (a *accessChecker) checkAccess(ctx context.Context, c *call.Call, in requestInput) (result.Reply, error) {
	if in != (requestInput{}) {
		return checkRequest(ctx, c, in)
	}
	var me *awork.Identity
	var permissions *awork.Permissions
	var g errgroup.Group
	g.Go(func() (err error) { me, err = c.Awork.Me(ctx); return err })
	g.Go(func() (err error) { permissions, err = c.Awork.MyPermissions(ctx); return err })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	c.Identify(me)
	r := &accessResult{
		User:     tokenOwner{ID: me.ID, Name: text.Clean(me.Name())},
		CanRead:  permissions.CanReadConfig(),
		CanWrite: permissions.CanWriteConfig(),
	}
	r.Workspace = c.Workspace()
	if r.CanRead {
		users, err := c.Directory.ReadUsers(ctx)
		_, among := users.ByID[me.ID]
		switch {
		case err != nil || !among && !users.Complete():
			r.Warnings = append(r.Warnings, "The API users could not all be read, so it is not known whether the token is "+
				"that of an API user or of a person.")
		case among:
			r.User.Kind = "api_user"
		default:
			r.User.Kind = "person"
		}
	}
	for _, t := range a.all {
		if t.inFamily() != policy.FamilyDefault && !a.existing[t.name] {
			continue
		}
		works, why := a.access(c.Caller(), t, r.CanRead, r.CanWrite)
		if works && t.name == createRoleName && !permissions.CanWriteRoles() {
			works, why = false, "The token lacks "+awork.WriteProjectConfig+"."
		}
		r.Tools = append(r.Tools, toolAccess{Name: t.name, Works: works, Why: why})
	}
	r.Outcome = result.Found
	r.Message = fmt.Sprintf("The token is that of %s%s in the workspace %s; "+
		"it %s.", r.User.kind(), text.Quote(cmp.Or(me.Name(), me.ID.String())),
		text.Quote(r.Workspace), may(r.CanRead, r.CanWrite))
	return r, nil
}

// kind is what the owner is, in words before its name.
func (u tokenOwner) kind() string {
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
func (a *accessChecker) access(caller call.Caller, t *tool, canRead, canWrite bool) (works bool, why string) {
	switch {
	case !a.existing[t.name]:
		return false, "This server's settings hide it (--read-only or --tools)."
	case !caller.May(t.writes):
		return false, "Your scopes on this server don't allow it."
	case t.name == checkAccessName:
		return true, "It needs no permission."
	case !canRead:
		return false, "The token lacks " + awork.ReadManageConfig + "."
	case t.writes && !canWrite:
		return false, "The token lacks " + awork.WriteManageConfig + "."
	case t.makesSecret && a.secrets.delivery == nil:
		return false, nowhereToPut
	}
	return true, "The token may."
}
