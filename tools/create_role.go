package tools

import (
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

const createRoleName = "create_role"

func createRoleTool() *tool {
	return writing(spec{
		name:        createRoleName,
		title:       "Create role",
		family:      policy.FamilyCredentials,
		destructive: true,
		description: "Create a new, limited role that may read or write exactly what a job needs, where suggest_role " +
			"finds none that fits; takes its draft as it is. Refuses what would make an admin, and a name that is taken. " +
			"Undone where awork stores anything else than that; exists says what is left.",
		output: []property{
			{"workspace", "string"},
			{"roleId", "string"},
			{"role", "object"},
			{"requiredPermission", "string"},
			{"exists", "array"},
			{"error", "object"},
		},
	}, (*createRoleInput).fields, createRole)
}

type createRoleInput struct {
	name  string
	needs []string
}

func (in *createRoleInput) fields() []args.Field {
	return []args.Field{
		args.String("name", "name that says what it is for", &in.name).Require(),
		needsField(&in.needs),
	}
}

// roleResult is what create_role answers.
type roleResult struct {
	result.Result
	RoleID string `json:"roleId,omitempty"`
	Role   *role  `json:"role,omitempty"`
	// Exists is the role, where it was made and could be neither filled nor removed.
	Exists []leftover `json:"exists,omitempty"`
}

func createRole(ctx context.Context, c *call.Call, in createRoleInput) (result.Reply, error) {
	name, err := checkName("name", in.name)
	if err != nil {
		return nil, err
	}
	plan, err := planRole(ctx, c, name, in.needs)
	if err != nil {
		return nil, err
	}
	ctx, grant, err := c.Authorize(ctx, call.Change{
		Kind:      policy.CreateRole,
		Action:    "create role " + text.Quote(name),
		Unchanged: "No role was created.",
		Warnings:  plan.warnings,
		Decided:   []any{name, plan.permissions},
		Question:  func(context.Context, []awork.APIUser) string { return plan.question(c) },
	})
	if err != nil {
		return nil, err
	}
	// Read again: a human may have taken minutes.
	if plan.existing, err = readRoleNames(ctx, c, name); err != nil {
		return nil, err
	}
	making := &roleMaking{call: c, grant: grant, plan: plan}
	return making.run(ctx)
}

// rolePlan is a role that is to be made.
type rolePlan struct {
	name        string
	permissions []awork.Permission // by feature, with levels in order
	warnings    []string
	existing    []awork.Role
	me          uuid.UUID
}

// planRole reads what a role for needs takes, and refuses what would not work
// before anything is made.
func planRole(ctx context.Context, c *call.Call, name string, needs []string) (rolePlan, error) {
	plan := rolePlan{name: name}
	var mine *awork.Permissions
	var features []string
	var roles []directory.Role
	var g errgroup.Group
	g.Go(func() error {
		me, err := c.Directory.Me(ctx)
		if err == nil {
			plan.me = me.ID
		}
		return err
	})
	g.Go(func() (err error) { mine, err = c.Awork.MyPermissions(ctx); return err })
	g.Go(func() (err error) { features, err = c.Awork.Features(ctx); return err })
	g.Go(func() (err error) { plan.existing, err = readRoleNames(ctx, c, name); return err })
	// Their words for levels decide nothing: what is made is shown, and read back.
	g.Go(func() (err error) { roles, err = c.Directory.Roles(ctx); return err })
	err := g.Wait()
	if mine != nil && !mine.CanWriteRoles() {
		return plan, lacksRoles(mine)
	}
	if err != nil {
		return plan, err
	}
	parsed, err := parseNeeds(needs, features)
	if err != nil {
		return plan, err
	}
	if plan.permissions, err = draftPermissions(parsed, roles); err != nil {
		return plan, result.Refuse(result.InvalidInput, "needs: %s.", err)
	}
	plan.warnings = append(existingFit(parsed, roles), needWarnings(parsed)...)
	return plan, nil
}

// readRoleNames reads the roles of the workspace, all of them, and refuses a name
// that one has.
func readRoleNames(ctx context.Context, c *call.Call, name string) ([]awork.Role, error) {
	roles, err := c.Awork.ListRoles(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range roles {
		if text.Fold(text.Clean(r.Name)) == text.Fold(text.Clean(name)) {
			return nil, result.Refuse(result.InvalidInput, "name: there is a role %s already (%s), and awork wants names "+
				"to be unique. Choose another, or give that one; list_roles says what it may do.", text.Quote(r.Name), r.ID)
		}
	}
	return roles, nil
}

// lacksRoles is the refusal of a token that can't make a role and fill it: an empty
// role would be left behind.
func lacksRoles(mine *awork.Permissions) error {
	lacking := awork.WriteProjectConfig
	if !mine.CanWriteConfig() {
		lacking = awork.WriteManageConfig
	}
	return &result.RefusalError{
		Outcome: result.PermissionDenied, RequiredPermission: lacking,
		Message: fmt.Sprintf("A role can't be made with this server's token: it lacks %s, and awork wants both %s and %s "+
			"for that. An admin of the workspace can give its role that permission, or make the role in awork's settings.",
			lacking, awork.WriteManageConfig, awork.WriteProjectConfig),
	}
}

// existingFit warns of a role that holds exactly what is needed already.
func existingFit(needs []featureNeed, roles []directory.Role) []string {
	fitting := fittingRoles(needs, roles)
	if len(fitting) == 0 || len(fitting[0].Surplus) > 0 {
		return nil
	}
	return []string{fmt.Sprintf("The role %s holds exactly that already: another is only needed where it is to be "+
		"changed by itself later.", text.Quote(fitting[0].Name))}
}

// rights says what the role may do.
func (p rolePlan) rights() string { return directory.Role{Permissions: p.permissions}.Rights() }

// question says what would happen when the role is made.
func (p rolePlan) question(c *call.Call) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Make a role in the awork workspace %s?\n\nIt is named %s.\nWhoever has it may do this: %s.\n",
		text.Quote(c.Workspace()), text.Quote(p.name), p.rights())
	for _, w := range p.warnings {
		b.WriteString(w + "\n")
	}
	b.WriteString("\nIt counts for all projects of the workspace that are not private. Nobody has it until it is given.")
	return b.String()
}

// created is the result of a role that was made and holds what was asked.
func (p rolePlan) created(r awork.Role) *roleResult {
	out := &roleResult{RoleID: r.ID.String()}
	out.Role = &role{ID: r.ID, Name: text.Clean(r.Name), Permissions: directory.ShowPermissions(p.permissions)}
	out.Outcome, out.Warnings = result.Created, slices.Clone(p.warnings)
	out.Message = fmt.Sprintf("Role %s was created; read back, it holds exactly this: %s. Give it with create_api_user "+
		"or issue_api_key.", text.Quote(r.Name), p.rights())
	return out
}
