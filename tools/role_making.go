package tools

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
	"github.com/awork-mcp/awork-mcp/tools/journal"
)

// roleMaking makes one role step by step, and removes it again where a step fails.
type roleMaking struct {
	call  *call.Call
	grant call.Grant
	plan  rolePlan
	made  awork.Role
	// given are the rights that awork confirmed.
	given []awork.Permission
}

// errRoleDiffers: awork stored other rights than it was asked to, without an error.
var errRoleDiffers = errors.New("the role does not hold what was asked for when it is read back")

func (m *roleMaking) run(ctx context.Context) (result.Reply, error) {
	if err := m.create(ctx); err != nil {
		return m.notMade(err)
	}
	// The role exists: that it is removed again must not fail because the call ended.
	detached, done := call.Detach(ctx)
	defer done()
	if err := m.fill(ctx); err != nil {
		return m.takeBack(detached, err), nil
	}
	return m.plan.created(m.made), nil
}

func (m *roleMaking) create(ctx context.Context) error {
	w := call.Write{Name: m.plan.name, Success: result.Created}
	return m.call.Write(ctx, m.grant, w, func(ctx context.Context, client *awork.Client, e *journal.Entry) error {
		made, err := client.CreateRole(ctx, m.plan.name, m.plan.existing, m.plan.me)
		if err == nil {
			m.made, e.RoleID = *made, made.ID
		}
		return err
	})
}

// notMade describes why there is no role, as far as that is known.
func (m *roleMaking) notMade(err error) (result.Reply, error) {
	var upstream *awork.Error
	switch {
	case call.IsAmbiguous(err):
		out := &roleResult{Result: *m.call.Describe(err).Base()}
		out.Message += " If a role " + text.Quote(m.plan.name) + " is there now, it may do nothing yet: a person can " +
			"remove it in awork's settings."
		return out, nil
	case errors.As(err, &upstream) && upstream.Code == awork.CodePlan:
		out := &roleResult{Result: *m.call.Describe(err).Base()}
		out.Message += " Roles of one's own need awork's plan Standard or a higher one. Give one of the roles that " +
			"there are; suggest_role says which is enough."
		return out, nil
	}
	return nil, err
}

// fill gives the role its rights, one feature after the other, and verifies them.
// awork does not document what a new role may do: what it was not asked for is taken
// away.
func (m *roleMaking) fill(ctx context.Context) error {
	held, err := m.read(ctx)
	if err != nil {
		return err
	}
	changes := permissionChanges(held, m.plan.permissions)
	for i, p := range changes {
		if err := m.set(ctx, p); err != nil {
			return err
		}
		m.given = append(m.given, p)
		m.call.Progress(ctx, i+1, len(changes), text.Word(p.Feature))
	}
	if held, err = m.read(ctx); err != nil {
		return err
	}
	if len(permissionChanges(held, m.plan.permissions)) > 0 {
		return errRoleDiffers
	}
	return nil
}

// read reads what the role may do.
func (m *roleMaking) read(ctx context.Context) ([]awork.Permission, error) {
	r, err := m.call.Directory.ReadRole(ctx, m.made)
	return r.Permissions, err
}

func (m *roleMaking) set(ctx context.Context, p awork.Permission) error {
	w := call.Write{
		RoleID: m.made.ID, Success: result.Updated,
		Name: fmt.Sprintf("%s: %s (%s)", m.plan.name, p.Feature, strings.Join(p.AccessLevels, ", ")),
	}
	return m.call.Write(ctx, m.grant, w, func(ctx context.Context, client *awork.Client, _ *journal.Entry) error {
		return client.SetRolePermission(ctx, m.made.ID, p)
	})
}

// permissionChanges returns what has to be set for a role that holds some
// permissions to hold exactly those that are wanted.
func permissionChanges(held, wanted []awork.Permission) []awork.Permission {
	now, then := levelsByFeature(held), levelsByFeature(wanted)
	var changes []awork.Permission
	for _, feature := range slices.Sorted(maps.Keys(then)) {
		if !slices.Equal(now[feature], then[feature]) {
			changes = append(changes, awork.Permission{Feature: feature, AccessLevels: then[feature]})
		}
	}
	for _, feature := range slices.Sorted(maps.Keys(now)) {
		if len(now[feature]) > 0 && then[feature] == nil {
			changes = append(changes, awork.Permission{Feature: feature})
		}
	}
	return changes
}

func levelsByFeature(permissions []awork.Permission) map[string][]string {
	m := map[string][]string{}
	for _, p := range permissions {
		m[p.Feature] = append(m[p.Feature], p.AccessLevels...)
	}
	for feature, levels := range m {
		m[feature] = slices.Compact(slices.Sorted(slices.Values(levels)))
	}
	return m
}

// takeBack removes the role because of err, and says what is left of it.
func (m *roleMaking) takeBack(ctx context.Context, err error) *roleResult {
	out := m.failed(err)
	why := m.remove(ctx)
	if why == "" {
		out.Message += " The role was removed again: nothing exists of it."
		return out
	}
	name := fmt.Sprintf("the role %s (%s)", text.Quote(m.made.Name), m.made.ID)
	switch m.look(ctx) {
	case verdictNo:
		out.Message += " The role is gone again: nothing exists of it."
		return out
	case verdictUnknown:
		out.Outcome, out.RequiredPermission, out.RetryAfterSeconds = result.Unknown, "", 0
		out.Message += fmt.Sprintf(" It is not known whether %s still exists. %s Look with list_roles; a person can "+
			"remove it in awork's settings.", name, why)
	default:
		out.Message += fmt.Sprintf(" What exists now: %s. %s %s A person can remove it in awork's settings.",
			name, m.left(ctx), why)
	}
	out.RoleID, out.Exists = m.made.ID.String(), []leftover{{What: "role", ID: m.made.ID.String()}}
	return out
}

// failed describes the step that failed. That a step's effect is not known does
// not matter to the result: the role is removed or described as it is.
func (m *roleMaking) failed(err error) *roleResult {
	out := &roleResult{Result: result.Result{Outcome: result.UpstreamError, Message: "awork stored other rights than " +
		"it was asked to."}}
	if !errors.Is(err, errRoleDiffers) {
		var effect *awork.EffectError
		if errors.As(err, &effect) {
			err = effect.Attempt
		}
		out.Result = *m.call.DescribeAlone(err).Base()
	}
	if out.Outcome == result.NotFound {
		out.Outcome = result.UpstreamError
	}
	out.Message = "The role was made, but could not be given exactly what was asked for. " + out.Message
	return out
}

// remove deletes the role, if nobody holds it: awork makes an admin of an API user
// without a role. Where it does not, it says why.
func (m *roleMaking) remove(ctx context.Context) (why string) {
	users, err := m.call.Directory.ReadUsers(ctx)
	holds := func(u awork.APIUser) bool { return u.RoleID == m.made.ID }
	switch {
	case err != nil || !users.Complete():
		return "Whether an API user holds it could not be read, so it was not removed."
	case slices.ContainsFunc(users.All, holds):
		return "An API user holds it already, so it was not removed."
	}
	w := call.Write{Name: m.plan.name, RoleID: m.made.ID, Success: result.Deleted}
	err = m.call.Write(ctx, m.grant, w, func(ctx context.Context, client *awork.Client, _ *journal.Entry) error {
		_, err := client.DeleteRole(ctx, m.made.ID)
		return err
	})
	var upstream *awork.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &upstream):
		return "It could not be removed: " + call.DescribeAnswer(upstream)
	}
	return "It could not be removed: " + m.call.DescribeAlone(err).Base().Message
}

// look reports whether the role is among those of the workspace.
func (m *roleMaking) look(ctx context.Context) verdict {
	roles, err := m.call.Awork.ListRoles(ctx)
	isIt := func(r awork.Role) bool { return r.ID == m.made.ID }
	isAdmin := func(r awork.Role) bool { return r.IsAdminRole }
	switch {
	case slices.ContainsFunc(roles, isIt):
		return verdictYes
	case err != nil || !slices.ContainsFunc(roles, isAdmin): // every workspace has that one
		return verdictUnknown
	}
	return verdictNo
}

// left says what the role that is left may do: what is read, and what awork
// confirmed, should that be missing there.
func (m *roleMaking) left(ctx context.Context) string {
	held, err := m.read(ctx)
	if err != nil {
		return "What it may do now could not be read."
	}
	for feature, levels := range levelsByFeature(m.given) {
		if len(levels) > 0 && levelsByFeature(held)[feature] == nil {
			held = append(held, awork.Permission{Feature: feature, AccessLevels: levels})
		}
	}
	return "It may do this now: " + directory.Role{Permissions: held}.Rights() + "."
}
