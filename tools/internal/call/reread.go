package call

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/confirm"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
)

func (c *Call) binding(s confirm.Subject, ch *Change) confirm.Binding {
	return confirm.Binding{Caller: c.caller.Name, Tool: c.tool.Name, Decided: ch.Decided, Subject: s,
		Workspace: c.identity.Workspace.ID.String() + " " + c.identity.Workspace.Name + " " + c.identity.ID.String()}
}

// subject is what an answer is bound to, as it was read before the question.
func (ch *Change) subject() confirm.Subject {
	s := confirm.Subject{Records: ch.Existing, Client: ch.Client}
	if s.Records == nil {
		s.Records = ch.Targets
	}
	switch {
	case ch.NewRole != nil:
		s.Roles = []directory.Role{*ch.NewRole}
	case ch.Kind == policy.Delete: // its question says what the targets may do
		s.Roles = ch.Names.RolesOf(ch.Targets)
	}
	return s
}

// reread reads again what an answer is bound to.
func (c *Call) reread(ctx context.Context, ch *Change) (confirm.Binding, error) {
	ctx, cancel := context.WithTimeout(ctx, c.server.Deadline)
	defer cancel()
	was, now := ch.subject(), ch.subject() // each has a list of roles of its own
	var g errgroup.Group
	g.Go(func() (err error) {
		now.Records, err = c.rereadRecords(ctx, ch)
		return err
	})
	for i, role := range was.Roles {
		if role.ID == uuid.Nil || len(was.Roles) > maxFreshRoles {
			continue
		}
		g.Go(func() (err error) {
			now.Roles[i], err = c.rereadRole(ctx, ch, role)
			return err
		})
	}
	if was.Client.ClientID != "" {
		g.Go(func() error {
			list, err := c.Awork.ListClientApplications(ctx)
			i := slices.IndexFunc(list, func(a awork.ClientApplication) bool { return a.ClientID == was.Client.ClientID })
			if now.Client = (awork.ClientApplication{}); i >= 0 {
				now.Client = list[i]
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return confirm.Binding{}, err
	}
	if ch.Existing == nil && len(now.Records) == 1 { // it may have become protected
		if err := c.server.Policy.AllowTarget(ch.Kind, now.Records[0], c.identity.ID, ch.NewRole); err != nil {
			return confirm.Binding{}, err
		}
	}
	return c.binding(now, ch), nil
}

// rereadRole reads again what a role may do; all of it where the role would be given
// to an API user.
func (c *Call) rereadRole(ctx context.Context, ch *Change, was directory.Role) (directory.Role, error) {
	if ch.NewRole != nil {
		return c.Directory.ReadRoleOf(ctx, awork.APIUser{RoleID: was.ID})
	}
	role, _ := c.Directory.ReadRole(ctx, was.Role) // one that can't be read counts as an admin's
	return role, ctx.Err()
}

// rereadRecords reads the records of a change again: one by its id, several in a
// list. One that is gone is left out.
func (c *Call) rereadRecords(ctx context.Context, ch *Change) ([]awork.APIUser, error) {
	deletesClient := ch.Kind == policy.Delete && ch.Client.ClientID != ""
	switch {
	case deletesClient || ch.Existing != nil:
	case len(ch.Targets) == 0:
		return nil, nil
	case len(ch.Targets) == 1:
		u, err := c.Awork.GetAPIUser(ctx, ch.Targets[0].ID)
		if err != nil {
			return nil, err
		}
		return []awork.APIUser{*u}, nil
	}
	users, err := c.Directory.ReadUsers(ctx)
	if err != nil || ch.Existing != nil {
		return users.All, err
	}
	if deletesClient { // one that joined it meanwhile counts too
		return slices.DeleteFunc(users.All, func(u awork.APIUser) bool { return u.ClientID != ch.Client.ClientID }), nil
	}
	return c.Pick(ctx, users, ch.Targets)
}
