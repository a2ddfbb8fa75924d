package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
)

// Severity is how much a finding matters.
type Severity string

// The severities.
const (
	High   Severity = "high"
	Medium Severity = "medium"
	Low    Severity = "low"
)

// Finding is one thing that an audit found.
type Finding struct {
	Rule       string      `json:"rule"`
	Severity   Severity    `json:"severity"`
	Message    string      `json:"message"`
	APIUserIDs []uuid.UUID `json:"apiUserIds"`
	// Fix is the tool call that would mend it.
	Fix Fix `json:"fix"`
}

// Fix is a tool call.
type Fix struct {
	Tool      string         `json:"tool"`
	Arguments map[string]any `json:"arguments"`
}

type auditResult struct {
	Result
	Findings []Finding `json:"findings"`
}

func auditAPIUsers() *tool {
	return reading(spec{
		name: "audit_api_users", title: "Audit API users", idempotent: true,
		description: "Find API users that can do more than they should or that nobody may need: admins by omission or by role, client application or creator gone, archived or unknown role, doubled name. " +
			"Each finding has the tool call that would mend it; ask the user before making it. awork keeps no date of last use, so nothing is called unused.",
		output: []property{{"findings", "array"}},
	}, func(*struct{}) []field { return nil }, audit)
}

func audit(ctx context.Context, c *call, _ struct{}) (reply, error) {
	c.doing = "audit the API users"
	users, err := c.account.roster(ctx)
	if err != nil {
		return nil, err
	}
	c.account.directory.forget() // what is found comes with calls that delete
	n, all := c.account.directory.names(ctx, users), users.all
	slices.SortFunc(all, byName)
	a := auditor{names: n, all: all, suggested: suggestRole(n, all), protected: c.tools.protected}
	if me, err := c.account.directory.me(ctx); err == nil {
		a.own = me.ID
	}
	for _, u := range all {
		a.look(u)
	}
	a.orphans()
	a.doubles()
	slices.SortStableFunc(a.findings, func(x, y Finding) int {
		return cmp.Or(rank(x.Severity)-rank(y.Severity), cmp.Compare(x.Rule, y.Rule))
	})
	found := len(a.findings)
	r := &auditResult{Findings: a.findings[:min(maxFindings, found)]}
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	r.Outcome, r.Warnings = Found, n.warnings
	if found > maxFindings {
		r.Warnings = append(r.Warnings, fmt.Sprintf("There are %d findings; the %d gravest are shown. Mend some and audit again.", found, maxFindings))
	}
	r.Warnings = append(r.Warnings, users.warnings("the rest was not looked at")...)
	r.Message = fmt.Sprintf("%s in %s. Whether an API user is still used can't be told: awork keeps no date of last use.", count(found, "finding"), count(len(all), "API user"))
	return r, nil
}

// maxFindings bounds an answer.
const maxFindings = 200

func rank(s Severity) int { return slices.Index([]Severity{High, Medium, Low}, s) }

// auditor collects findings about API users sorted by name.
type auditor struct {
	names     names
	all       []awork.APIUser
	own       uuid.UUID
	protected protection
	suggested *role
	findings  []Finding
}

func (a *auditor) found(rule string, s Severity, fix Fix, ids []uuid.UUID, format string, args ...any) {
	a.findings = append(a.findings, Finding{Rule: rule, Severity: s, Message: fmt.Sprintf(format, args...), APIUserIDs: ids, Fix: fix})
}

// look finds what one record tells by itself.
func (a *auditor) look(u awork.APIUser) {
	ids, name := []uuid.UUID{u.ID}, quoted(u.Name)
	r, known := a.names.roles[u.RoleID]
	why := a.names.whyAdmin(u)
	switch {
	case u.RoleID == uuid.Nil:
		a.found("admin_by_omission", High, a.lesserRole(u), ids, "%s is an admin: %s. Give it a role that does its job and no more; the one suggested is the most usual here.", name, why)
	case !known && a.names.roles != nil:
		a.found("unknown_role", Medium, a.lesserRole(u), ids, "%s has a role that awork does not list, so what it may do can't be told; it is taken for an admin.", name)
	case why != "" && u.ID != a.own:
		a.found("admin", Medium, a.lesserRole(u), ids, "%s counts as an admin: %s. If its job needs less, give it a lesser role.", name, why)
	}
	if known && r.IsArchived {
		a.found("archived_role", Low, a.lesserRole(u), ids, "%s has the role %s, which is archived: it goes on working, but can't be given any more.", name, quoted(r.Name))
	}
	switch creator, state := a.names.creator(u.CreatedBy); state {
	case creatorDeactivated, creatorArchived, creatorGone:
		who := "someone who is no longer in the workspace"
		if creator != "" {
			who = quoted(creator) + ", who is " + state
		}
		a.found("creator_left", Medium, a.fix(u, Fix{"delete_api_user", map[string]any{"apiUserId": u.ID}}), ids,
			"%s was made by %s, and may still hold its key. If nobody needs it, delete it; else make a successor with a new key first.", name, who)
	case creatorAPIUser:
		a.found("made_by_api_user", Low, Fix{"get_api_user", map[string]any{"apiUserId": u.CreatedBy, "includeWebhooks": true}}, ids,
			"%s was made by another API user, %s: whoever holds a key that can make API users can make more.", name, quoted(creator))
	}
	if u.ClientID == "" {
		a.found("no_client", Low, Fix{"get_api_user", map[string]any{"apiUserId": u.ID, "includeWebhooks": true}}, ids,
			"%s belongs to no client application, so nothing says what it is for; awork can't add one later.", name)
	}
}

// orphans finds the API users whose client application is gone.
func (a *auditor) orphans() {
	if a.names.clients == nil {
		return
	}
	var ids []uuid.UUID
	var shown []string
	for _, u := range a.all {
		if _, ok := a.names.clients[u.ClientID]; ok || u.ClientID == "" {
			continue
		}
		orphan := quoted(u.Name) + " of " + quoted(u.ClientID)
		if a.spared(u) {
			a.found("orphan", Medium, a.fix(u, Fix{}), []uuid.UUID{u.ID}, "The client application is gone: %s, which this server may not delete.", orphan)
			continue
		}
		ids = append(ids, u.ID)
		shown = append(shown, orphan)
	}
	if len(ids) > 0 {
		a.found("orphan", Medium, Fix{"delete_api_users", map[string]any{"apiUserIds": ids[:min(maxBulk, len(ids))]}}, ids,
			"The client application is gone: %s. Ask whether that is still needed before you delete it.", strings.Join(cleanList(shown), ", "))
	}
}

// doubles finds names that several API users have.
func (a *auditor) doubles() {
	byKey := map[string][]awork.APIUser{}
	var keys []string
	for _, u := range a.all {
		key := folded(clean(u.Name))
		if byKey[key] == nil {
			keys = append(keys, key)
		}
		byKey[key] = append(byKey[key], u)
	}
	for _, key := range keys {
		users := byKey[key]
		if len(users) < 2 {
			continue
		}
		slices.SortStableFunc(users, func(x, y awork.APIUser) int {
			s, _ := x.CreatedOn.Time()
			t, _ := y.CreatedOn.Time()
			return s.Compare(t)
		})
		var ids []uuid.UUID
		for _, u := range users {
			ids = append(ids, u.ID)
		}
		newest := users[len(users)-1]
		made := "newer"
		if t, ok := newest.CreatedOn.Time(); ok {
			made = t.Format("2006-01-02")
		}
		a.found("double_name", Low, a.fix(newest, Fix{"update_api_user", map[string]any{"apiUserId": newest.ID, "name": cut(clean(newest.Name), maxText-20) + " (" + made + ")"}}), ids,
			"%d API users are named %s. A rotation leaves two for a while: delete the one that is no longer used, or rename one.", len(users), quoted(newest.Name))
	}
}

// lesserRole is the call that gives an API user the suggested role; where there
// is none to suggest, the one that shows the roles.
func (a *auditor) lesserRole(u awork.APIUser) Fix {
	if a.suggested == nil {
		return a.fix(u, Fix{"list_roles", map[string]any{"includePermissions": true}})
	}
	return a.fix(u, Fix{"update_api_user", map[string]any{"apiUserId": u.ID, "roleId": a.suggested.ID}})
}

// spared reports whether policy keeps tools from writing to an API user.
func (a *auditor) spared(u awork.APIUser) bool {
	_, protected := a.protected.covers(u)
	return protected || u.ID == a.own
}

// fix is the call that mends something about an API user, or where policy
// forbids it, the one that shows it.
func (a *auditor) fix(u awork.APIUser, f Fix) Fix {
	if a.spared(u) {
		return Fix{"get_api_user", map[string]any{"apiUserId": u.ID}}
	}
	return f
}

// suggestRole is the role that is no admin's and that most API users have.
func suggestRole(n names, all []awork.APIUser) *role {
	uses := map[uuid.UUID]int{}
	for _, u := range all {
		uses[u.RoleID]++
	}
	var best *role
	for _, r := range n.roles {
		if r.admin != "" || r.IsArchived || r.IsGuestRole {
			continue
		}
		if best == nil || cmp.Or(uses[r.ID]-uses[best.ID], cmp.Compare(best.Name, r.Name), cmp.Compare(best.ID.String(), r.ID.String())) > 0 {
			best = &r
		}
	}
	return best
}
