package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/args"
	"github.com/awork-mcp/awork-mcp/tools/internal/call"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/policy"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

func suggestRoleTool() *tool {
	return reading(spec{
		name: "suggest_role", title: "Suggest role", family: policy.FamilyCredentials, idempotent: true,
		description: "Find the least role that is enough for a job, before you make an API user or a key: the roles " +
			"that cover needs, the one with the least surplus first, " +
			"with what each can do beyond; where none fits, the draft of one for create_role. Refuses what would make " +
			"an admin, and says the way around.",
		output: []property{{"roles", "array"}, {"draft", "object"}, {"permissions", "array"}},
	}, (*suggestInput).fields, suggestRoles)
}

type suggestInput struct{ needs []string }

func (in *suggestInput) fields() []args.Field { return []args.Field{needsField(&in.needs)} }

// fittingRole is a role that covers what is needed.
type fittingRole struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	// Surplus is what it can do beyond.
	Surplus []awork.Permission `json:"surplus"`
}

type suggestResult struct {
	result.Result
	Roles []fittingRole `json:"roles"`
	// Draft is what create_role takes for a new role, where no role fits exactly.
	Draft *roleDraft `json:"draft,omitempty"`
	// Permissions are what the new role would hold.
	Permissions []awork.Permission `json:"permissions,omitempty"`
}

// roleDraft is the arguments of create_role.
type roleDraft struct {
	Name  string   `json:"name"`
	Needs []string `json:"needs"`
}

// newRoleDraft drafts a role for needs, with a name that says what it may do.
func newRoleDraft(needs []featureNeed) *roleDraft {
	const named = 3
	d := &roleDraft{}
	for _, n := range needs {
		d.Needs = append(d.Needs, n.String())
	}
	d.Name = "API " + strings.Join(d.Needs[:min(named, len(d.Needs))], ", ")
	if more := len(d.Needs) - named; more > 0 {
		d.Name += fmt.Sprintf(" and %d more", more)
	}
	return d
}

func suggestRoles(ctx context.Context, c *call.Call, in suggestInput) (result.Reply, error) {
	var roles []directory.Role
	var known []string
	var g errgroup.Group
	g.Go(func() (err error) { roles, err = c.Directory.Roles(ctx); return err })
	g.Go(func() (err error) { known, err = c.Awork.Features(ctx); return err })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	needs, err := parseNeeds(in.needs, known)
	if err != nil {
		return nil, err
	}
	r := &suggestResult{Roles: fittingRoles(needs, roles)}
	r.Outcome, r.Warnings = result.Found, needWarnings(needs)
	if slices.ContainsFunc(roles, func(r directory.Role) bool { return r.Admin == directory.AdminUnreadable }) {
		r.Warnings = append(r.Warnings, "What some roles may do could not be read; they are left out.")
	}
	if len(r.Roles) > 0 && len(r.Roles[0].Surplus) == 0 {
		r.Message = fmt.Sprintf("The role %s holds exactly what is needed. Give it with create_api_user or "+
			"issue_api_key.", text.Quote(r.Roles[0].Name))
		return r, nil
	}
	if r.Permissions, err = draftPermissions(needs, roles); err != nil {
		r.Warnings = append(r.Warnings, "A role of its own can't be drafted: "+err.Error()+".")
	} else {
		r.Draft = newRoleDraft(needs)
	}
	switch {
	case len(r.Roles) > 0:
		r.Message = fmt.Sprintf("%s what is needed, and more; the least surplus has %s, see "+
			"surplus.", cover(len(r.Roles)), text.Quote(r.Roles[0].Name))
	default:
		r.Message = "No role covers what is needed without making an admin."
	}
	if r.Draft != nil {
		r.Message += " " + draftNext
	}
	return r, nil
}

func cover(n int) string {
	if n == 1 {
		return "1 role covers"
	}
	return fmt.Sprintf("%d roles cover", n)
}

// fittingRoles returns the roles that cover needs and make no admin, the one with
// the least surplus first.
func fittingRoles(needs []featureNeed, roles []directory.Role) []fittingRole {
	fitting := []fittingRole{}
	for _, r := range roles {
		lacks := func(n featureNeed) bool { return n.heldBy(r.Permissions) != verdictYes }
		if r.Admin == "" && !r.IsArchived && !slices.ContainsFunc(needs, lacks) {
			fitting = append(fitting, fittingRole{ID: r.ID, Name: text.Clean(r.Name), Surplus: surplus(needs, r.Permissions)})
		}
	}
	slices.SortFunc(fitting, func(a, b fittingRole) int {
		return cmp.Or(
			countLevels(a.Surplus)-countLevels(b.Surplus),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.ID.String(), b.ID.String()),
		)
	})
	return fitting
}

func countLevels(permissions []awork.Permission) int {
	n := 0
	for _, p := range permissions {
		n += len(p.AccessLevels)
	}
	return n
}

// surplus returns what permissions hold beyond needs.
func surplus(needs []featureNeed, permissions []awork.Permission) []awork.Permission {
	beyond := []awork.Permission{}
	for _, p := range permissions {
		more := awork.Permission{Feature: p.Feature}
		for _, level := range p.AccessLevels {
			wanted := func(n featureNeed) bool { return n.wants(p.Feature, level) }
			if !slices.ContainsFunc(needs, wanted) {
				more.AccessLevels = append(more.AccessLevels, level)
			}
		}
		if len(more.AccessLevels) > 0 {
			beyond = append(beyond, more)
		}
	}
	if len(beyond) == 0 {
		return beyond
	}
	return directory.ShowPermissions(beyond)
}

// draftPermissions returns what a role for needs should hold.
func draftPermissions(needs []featureNeed, roles []directory.Role) ([]awork.Permission, error) {
	var draft []awork.Permission
	for _, n := range needs {
		levels, err := n.learnLevels(roles)
		if err != nil {
			return nil, err
		}
		if last := len(draft) - 1; last >= 0 && draft[last].Feature == n.feature {
			levels = slices.Concat(draft[last].AccessLevels, levels)
			draft = draft[:last]
		}
		slices.Sort(levels)
		draft = append(draft, awork.Permission{Feature: n.feature, AccessLevels: slices.Compact(levels)})
	}
	return draft, nil
}

const draftNext = "The draft is a role with nothing beyond: create_role takes it as it is (or a person makes it in " +
	"awork's settings). Then give it with create_api_user or issue_api_key."
