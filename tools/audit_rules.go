package tools

import (
	"slices"

	"github.com/google/uuid"

	"github.com/awork-mcp/awork-mcp/awork"
	"github.com/awork-mcp/awork-mcp/tools/internal/directory"
	"github.com/awork-mcp/awork-mcp/tools/internal/result"
	"github.com/awork-mcp/awork-mcp/tools/internal/text"
)

// auditRule finds one kind of thing.
type auditRule func(*auditor) []finding

func auditRules() []auditRule {
	return []auditRule{
		forEach(adminByOmission), forEach(unknownRole), forEach(adminByRole), forEach(archivedRole),
		creatorsLeft, forEach(madeByAPIUser), forEach(withoutClient), orphans, duplicateNames,
		freshKeyMakers, webhooksFailing, forEach(roleWiderThanTraces),
	}
}

// AuditRules returns the names of the rules, as findings carry them.
func AuditRules() []string {
	return []string{
		"admin_by_omission", "unknown_role", "admin", "archived_role", "creator_left", "made_by_api_user", "no_client",
		"orphan", "duplicate_name", "fresh_key_maker", "webhook_failing", "role_wider_than_traces",
	}
}

// AuditRulesOfTraces returns the names of the rules that look at traces.
func AuditRulesOfTraces() []string { return []string{"webhook_failing", "role_wider_than_traces"} }

// forEach makes a rule of one that looks at a single API user.
func forEach(look func(*auditor, awork.APIUser) []finding) auditRule {
	return func(a *auditor) []finding {
		var findings []finding
		for _, u := range a.users {
			findings = append(findings, look(a, u)...)
		}
		return findings
	}
}

func one(f finding) []finding { return []finding{f} }

func adminByOmission(a *auditor, u awork.APIUser) []finding {
	if u.RoleID != uuid.Nil {
		return nil
	}
	return one(newFinding("admin_by_omission", high, a.leastRole(u), []uuid.UUID{u.ID},
		"%s is an admin: %s. Give it a role that does its job and no more; the one suggested is the most "+
			"usual here.", text.Quote(u.Name), directory.AdminByOmission))
}

func unknownRole(a *auditor, u awork.APIUser) []finding {
	if _, known := a.names.Role(u); known || u.RoleID == uuid.Nil || !a.names.RolesRead() {
		return nil
	}
	return one(newFinding("unknown_role", medium, a.leastRole(u), []uuid.UUID{u.ID},
		"%s has a role that awork does not list, so what it may do can't be known; it is taken for an "+
			"admin.", text.Quote(u.Name)))
}

func adminByRole(a *auditor, u awork.APIUser) []finding {
	_, known := a.names.Role(u)
	why := a.names.WhyAdmin(u)
	if u.RoleID == uuid.Nil || !known && a.names.RolesRead() || why == "" || u.ID == a.own {
		return nil
	}
	return one(newFinding("admin", medium, a.leastRole(u), []uuid.UUID{u.ID},
		"%s counts as an admin: %s. If its job needs less, give it a lesser role.", text.Quote(u.Name), why))
}

func archivedRole(a *auditor, u awork.APIUser) []finding {
	r, known := a.names.Role(u)
	if !known || !r.IsArchived {
		return nil
	}
	return one(newFinding("archived_role", low, a.leastRole(u), []uuid.UUID{u.ID},
		"%s has the role %s, which is archived: it goes on working, but can't be given "+
			"any more.", text.Quote(u.Name), text.Quote(r.Name)))
}

func madeByAPIUser(a *auditor, u awork.APIUser) []finding {
	creator := a.names.Creator(u)
	if creator.State != directory.CreatorAPIUser {
		return nil
	}
	return one(newFinding("made_by_api_user", low, showWithWebhooks(u.CreatedBy), []uuid.UUID{u.ID},
		"%s was made by another API user, %s: whoever holds a key that can make API users can "+
			"make more.", text.Quote(u.Name), text.Quote(creator.Name)))
}

func withoutClient(_ *auditor, u awork.APIUser) []finding {
	if u.ClientID != "" {
		return nil
	}
	return one(newFinding("no_client", low, showWithWebhooks(u.ID), []uuid.UUID{u.ID},
		"%s belongs to no client application, so nothing says what it is for; awork can't add one "+
			"later.", text.Quote(u.Name)))
}

func showWithWebhooks(id uuid.UUID) result.Fix {
	return result.Fix{Tool: "get_api_user", Arguments: map[string]any{"apiUserId": id, "includeWebhooks": true}}
}

// duplicateNames finds names that several API users have.
func duplicateNames(a *auditor) []finding {
	byKey := map[string][]awork.APIUser{}
	var keys []string
	for _, u := range a.users {
		key := text.Fold(text.Clean(u.Name))
		if byKey[key] == nil {
			keys = append(keys, key)
		}
		byKey[key] = append(byKey[key], u)
	}
	var findings []finding
	for _, key := range keys {
		if len(byKey[key]) > 1 {
			findings = append(findings, a.duplicate(byKey[key]))
		}
	}
	return findings
}

// duplicate is the finding about API users with one name.
func (a *auditor) duplicate(users []awork.APIUser) finding {
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
	created := "newer"
	if t, ok := newest.CreatedOn.Time(); ok {
		created = t.Format("2006-01-02")
	}
	name := text.Cut(text.Clean(newest.Name), text.MaxLength-20) + " (" + created + ")"
	fix := a.fix(
		newest,
		result.Fix{Tool: "update_api_user", Arguments: map[string]any{"apiUserId": newest.ID, "name": name}},
	)
	return newFinding("duplicate_name", low, fix, ids,
		"%d API users are named %s. A rotation leaves two for a while: delete the one that is no longer used, or "+
			"rename one.", len(users), text.Quote(newest.Name))
}
