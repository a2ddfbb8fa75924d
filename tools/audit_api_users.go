package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

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

func auditAPIUsersTool() *tool {
	return reading(spec{
		name: "audit_api_users", title: "Audit API users", idempotent: true,
		description: "Find risky API users, which can do more than they should or may be leaked or needed by nobody: " +
			"admins by omission or by role, who made it left, client application gone, " +
			"archived or unknown role, duplicate name, makes API users. Each finding has the tool call that would fix it; " +
			"ask the user before making it. " +
			"With includeTraces also each one's last trace in awork. awork keeps no date of last use and reading leaves " +
			"no trace, so nothing is called unused.",
		output: []property{
			{"findings", "array"},
			{"notChecked", "array"},
			{"apiUsers", "array"},
			{"summary", "object"},
			{"traces", "object"},
		},
	}, (*auditInput).fields, auditAPIUsers)
}

type auditInput struct{ includeTraces bool }

func (in *auditInput) fields() []args.Field {
	return []args.Field{
		args.Bool("includeTraces", "also look for what each API user last made or changed: many requests, up "+
			"to 30 s", &in.includeTraces),
	}
}

// severity is how much a finding matters.
type severity string

// The severities, the gravest first.
const (
	high   severity = "high"
	medium severity = "medium"
	low    severity = "low"
)

// finding is one thing that an audit found.
type finding struct {
	// ID names the finding in every audit, whatever else is found: its rule and the
	// API user that it is about, or what several have in common.
	ID         string      `json:"id"`
	Rule       string      `json:"rule"`
	Severity   severity    `json:"severity"`
	Message    string      `json:"message"`
	APIUserIDs []uuid.UUID `json:"apiUserIds"`
	// Fix is the tool call that would fix it.
	Fix result.Fix `json:"fix"`
}

type auditResult struct {
	result.Result
	Findings []finding `json:"findings"`
	// NotChecked are the rules of which findings may be missing.
	NotChecked []uncheckedRule `json:"notChecked,omitempty"`
	// APIUsers are those that findings are about, and all where traces were asked
	// for.
	APIUsers []auditedUser `json:"apiUsers"`
	Summary  auditSummary  `json:"summary"`
	Traces   *auditTraces  `json:"traces,omitempty"`
}

// maxFindings bounds an answer.
const maxFindings = 200

func auditAPIUsers(ctx context.Context, c *call.Call, in auditInput) (result.Reply, error) {
	c.Directory.Forget() // what is found comes with calls that delete
	var users directory.UserList
	var me *awork.Identity
	var g errgroup.Group
	g.Go(func() (err error) { users, err = c.Directory.Users(ctx); return err })
	g.Go(func() error { me, _ = c.Directory.Me(ctx); return nil })
	g.Go(func() error { c.Directory.PrefetchOthers(ctx); return nil })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	slices.SortFunc(users.All, byName)
	names := c.Directory.NamesAmong(ctx, users, users.All)
	a := newAuditor(names, users.All, c.Policy(), me)
	if in.includeTraces {
		a.look = lookForTraces(ctx, c, users, idsOf(users.All))
	}
	var findings []finding
	for _, rule := range auditRules() {
		findings = append(findings, rule(a)...)
	}
	slices.SortStableFunc(findings, func(x, y finding) int {
		return cmp.Or(rank(x.Severity)-rank(y.Severity), cmp.Compare(x.Rule, y.Rule))
	})
	found := len(findings)
	r := &auditResult{Findings: findings[:min(maxFindings, found)]}
	if r.Findings == nil {
		r.Findings = []finding{}
	}
	r.Outcome, r.Warnings = result.Found, names.Warnings()
	r.NotChecked = a.unchecked(users, findings[len(r.Findings):])
	r.Warnings = append(r.Warnings, warnUnchecked(r.NotChecked)...)
	r.NotChecked = append(r.NotChecked, a.untraced()...)
	if found > maxFindings {
		r.Warnings = append(r.Warnings, fmt.Sprintf("There are %d findings; the %d gravest are shown. Fix some and "+
			"audit again.", found, maxFindings))
	}
	r.Warnings = append(r.Warnings, users.Warnings("the rest was not looked at")...)
	if me == nil {
		r.Warnings = append(r.Warnings, "Whose token this server uses could not be read: its own API user may be "+
			"among the findings.")
	}
	r.Message = fmt.Sprintf("%s in %s. Whether an API user is still used can't be known: awork keeps no date of "+
		"last use.", text.Count(found, "finding"), text.Count(len(users.All), "API user"))
	switch {
	case !users.Complete():
		r.Message = "Not all API users could be looked at, so findings may be missing. " + r.Message
	case len(users.All) == 0:
		r.Warnings = append(r.Warnings, "awork's list of API users is empty. Where this server's token is that of an API "+
			"user, the list is not complete.")
	}
	r.APIUsers, r.Summary = a.describeUsers(r.Findings), a.summary()
	r.Workspace = c.Workspace()
	if len(users.All) > maxFindings && a.look != nil {
		r.Warnings = append(r.Warnings, fmt.Sprintf("apiUsers shows the first %d of %d.", maxFindings, len(users.All)))
	}
	if a.look != nil {
		r.Traces = a.look.summarize()
		r.Message += " " + r.Traces.describe(a.look)
	}
	return r, nil
}

func rank(s severity) int { return slices.Index([]severity{high, medium, low}, s) }

// auditor is what the rules look at: API users, sorted by name, with what their
// ids stand for.
type auditor struct {
	names     directory.Names
	users     []awork.APIUser
	own       uuid.UUID
	policy    *policy.Policy
	suggested *directory.Role
	now       time.Time
	// look is what was seen of their traces; nil where that was not asked for.
	look *traceLook
}

func newAuditor(names directory.Names, users []awork.APIUser, p *policy.Policy, me *awork.Identity) *auditor {
	a := &auditor{names: names, users: users, policy: p, suggested: suggestRole(names, users), now: time.Now()}
	if me != nil {
		a.own = me.ID
	}
	return a
}

func newFinding(rule string, s severity, fix result.Fix, ids []uuid.UUID, format string, args ...any) finding {
	return finding{
		ID:         rule + ":" + ids[0].String(),
		Rule:       rule,
		Severity:   s,
		Message:    fmt.Sprintf(format, args...),
		APIUserIDs: ids,
		Fix:        fix,
	}
}

// leastRole is the call that gives an API user the suggested role; where there is
// none to suggest, the one that shows the roles.
func (a *auditor) leastRole(u awork.APIUser) result.Fix {
	if a.suggested == nil {
		return a.fix(u, result.Fix{Tool: "list_roles", Arguments: map[string]any{"includePermissions": true}})
	}
	return a.fix(
		u,
		result.Fix{Tool: "update_api_user", Arguments: map[string]any{"apiUserId": u.ID, "roleId": a.suggested.ID}},
	)
}

// writable reports whether tools may write to an API user.
func (a *auditor) writable(u awork.APIUser) bool {
	_, protected := a.policy.Protects(u)
	return !protected && u.ID != a.own
}

// fix is the call that fixes something about an API user, or where policy forbids
// it, the one that shows it.
func (a *auditor) fix(u awork.APIUser, f result.Fix) result.Fix {
	if !a.writable(u) {
		return result.Fix{Tool: "get_api_user", Arguments: map[string]any{"apiUserId": u.ID}}
	}
	return f
}

// suggestRole returns the role that does not make an admin and that most API users
// have.
func suggestRole(names directory.Names, users []awork.APIUser) *directory.Role {
	holders := map[uuid.UUID]int{}
	var best *directory.Role
	for _, u := range users {
		holders[u.RoleID]++
	}
	for _, u := range users {
		r, ok := names.Role(u)
		if !ok || r.Admin != "" || r.IsArchived || r.IsGuestRole {
			continue
		}
		if best == nil ||
			cmp.Or(
				holders[r.ID]-holders[best.ID],
				cmp.Compare(best.Name, r.Name),
				cmp.Compare(best.ID.String(), r.ID.String()),
			) > 0 {
			best = &r
		}
	}
	return best
}
